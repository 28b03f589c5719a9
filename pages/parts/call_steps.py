"""One call of a trace at a time, beside the code that ran."""

from collections.abc import Sequence

import streamlit as st

from core.charts.call_lessons import lessons
from core.charts.call_text import duration_text, effects, sections, signature, value_text
from core.store.traces import Call, Logs, Trace
from pages.parts import code_lines
from pages.parts.words import escaped

CALL, TABS = "trace_call", "trace-tabs"
STEPS, LESSONS = "Step by step", "What this trace shows"
_SLIDER = "trace-place"
_LIMITS = (
    "Times include the writing down, and the first batch builds the graph. Here every hook runs in "
    "the thread of `fit`. In a `fit` of your own, if no callback of yours has code for the ends of "
    "batches, Keras hands those of `History` and the progress bar to another thread "
    "(`CallbackList._configure_async_dispatch`)."
)


def current(shown: Sequence[int]) -> int:
    """Return the call that is looked at: the chosen one, or the next that is shown."""
    chosen = st.session_state.get(CALL, shown[0])
    return next((index for index in shown if index >= chosen), shown[-1])


def go_to(index: int) -> None:
    """Look at another call, an index of `Trace.calls`."""
    st.session_state[CALL] = index
    st.session_state[TABS] = STEPS


def show_steps(shown: Sequence[int]) -> None:
    """Show the buttons and the slider that go through the calls."""
    place = shown.index(current(shown))
    # Before the slider is made, so that buttons, chart and slider agree.
    st.session_state[_SLIDER] = place + 1
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _step("Previous", ":material/chevron_left:", shown, place - 1)
        _step("Next", ":material/chevron_right:", shown, place + 1)
        if len(shown) > 1:
            st.slider(
                f"Call {place + 1} of {len(shown)}",
                1,
                len(shown),
                key=_SLIDER,
                on_change=lambda: go_to(shown[st.session_state[_SLIDER] - 1]),
                width="stretch",
            )


def _step(label: str, icon: str, shown: Sequence[int], place: int) -> None:
    there = 0 <= place < len(shown)
    args = (shown[place],) if there else ()
    st.button(label, icon=icon, disabled=not there, on_click=go_to, args=args)


def show_call(trace: Trace, index: int) -> None:
    """Show a call: who, what was handed over, what it changed, and the code."""
    call = trace.calls[index]
    st.markdown(f"#### `{signature(trace, call)}`")
    where, loop = sections(trace)[index], trace.loops[call.loop]
    st.caption(f"{where} · took {duration_text(call.seconds)} · called from `{loop.title}`")
    facts, code = st.columns(2, gap="medium")
    with facts:
        _show_effects(call)
        _show_logs(call)
        if call.printed:
            st.caption("It printed")
            st.code(call.printed, language=None, wrap_lines=True)
    with code:
        _show_code(trace, call)


def _show_effects(call: Call) -> None:
    said = effects(call)
    if said:
        st.markdown("\n".join(f"- :orange[**{escaped(line)}**]" for line in said))
    elif not call.does_something:
        st.markdown("Does nothing: the callback has no code of its own for this hook.")
    elif call.lane == 0:
        st.markdown("The model computes one batch; the loop then calls the hooks of its end.")
    else:
        st.markdown("Changes neither logs nor learning rate.")


def _show_logs(call: Call) -> None:
    if call.logs is None:
        return
    after: Logs = call.logs_after or call.logs
    if not after:
        st.caption("`logs` is empty: nothing has been measured yet.")
        return
    rows = [
        {
            "logs": name,
            "before": value_text(name, call.logs[name]) if name in call.logs else "",
            "after": value_text(name, value) + ("  ← new" if name in call.added else ""),
        }
        for name, value in after.items()
    ]
    st.dataframe(rows, hide_index=True, width="stretch")


def _show_code(trace: Trace, call: Call) -> None:
    loop, source = trace.loops[call.loop], trace.sources.get(call.source)
    if source is not None:
        st.caption(f"The hook, `{source.title}`. Marked: the lines that ran. {source.where}")
        code_lines.show(source, call.ran, fold=True)
    within = ", called by `model.fit` to validate" if call.loop != call.top else ""
    st.caption(f"The loop, `{loop.title}`{within}. Marked: where it stands. {loop.where}, abridged")
    code_lines.show(loop, {loop.numbers[call.line]})


def show_lessons(trace: Trace) -> None:
    """Show what there is to learn, with the way to the call that shows it."""
    for number, lesson in enumerate(lessons(trace)):
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            with st.container(width="stretch"):
                st.markdown(lesson.text)
            if lesson.call is not None:
                st.button(
                    "Show the call",
                    key=f"lesson-{number}",
                    icon=":material/my_location:",
                    on_click=go_to,
                    args=(lesson.call,),
                )
    st.caption(_LIMITS)
