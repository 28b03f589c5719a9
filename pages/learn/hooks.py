"""Hooks: what Keras calls, when, on which callback, and with which logs."""

import streamlit as st

from core.charts import call_timeline
from core.charts.live import CONFIG
from pages.parts import call_steps, chart, legend, trace_choice, trace_source

_AXES: dict[str, call_timeline.By] = {"In order": "order", "In milliseconds": "time"}


def show_timeline() -> None:
    """Show the calls as a timeline, and one of them beside its code."""
    with st.container(horizontal=True, vertical_alignment="center"):
        axis = st.segmented_control("Timeline", list(_AXES), default="In order", required=True)
        batches = st.toggle("Batch hooks", value=True, key="hooks-batches")
        idle = st.toggle("Calls that do nothing", key="hooks-idle")
    shown = [
        index
        for index, call in enumerate(trace.calls)
        if (batches or not call.is_batch) and (idle or call.does_something)
    ]
    now, dark = call_steps.current(shown), st.context.theme.type == "dark"
    figure = call_timeline.timeline_figure(trace, shown, by=_AXES[axis], current=now, dark=dark)
    chart.show(figure, key="hooks-timeline", config=CONFIG, on_press=call_steps.go_to)
    legend.show(call_timeline.legend(trace, shown, dark=dark))
    steps, learned = st.tabs(
        [call_steps.STEPS, call_steps.LESSONS], key=call_steps.TABS, on_change="rerun"
    )
    if steps.open:
        with steps:
            call_steps.show_steps(shown)
            call_steps.show_call(trace, now)
    if learned.open:
        with learned:
            call_steps.show_lessons(trace)
    trace_choice.keep_link(call=str(now + 1))


st.title("When does Keras call what?")
st.markdown(
    "A callback is an object with **hooks**: methods such as `on_epoch_end` that `fit` calls at "
    "fixed moments. Here a small network is really trained for a few batches, and every call is "
    "written down: which hook, on which callback, with which `logs`, and what it changed. Too "
    "few scans to learn anything: only the calls count."
)
spec = trace_choice.choose()
found = trace_source.find(spec)
trace_source.offer(spec, found)
trace = found.trace
asked = st.query_params.get("call", "")
if call_steps.CALL not in st.session_state and asked.isdecimal():
    call_steps.go_to(int(asked) - 1)
st.fragment(show_timeline)()
