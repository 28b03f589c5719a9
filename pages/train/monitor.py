"""Watch a run: its live chart, every act of its callbacks, its console."""

import streamlit as st

from core import store
from core.charts.live import CONFIG, run_figure
from core.plateaus.summary import summarise
from core.specs import links
from core.specs.callbacks import TensorBoard
from core.store import Run, UnknownRun
from pages.parts import downloads, progress, services, visitor
from pages.parts.launch import MONITOR
from pages.parts.words import STATUS_BADGES

_ROUND = "0.3s"


def find_run() -> Run:
    """Return the run in the link, or else the newest one of the visitor's."""
    run_id = st.query_params.get("run")
    if run_id is None:
        own = [run for run in store.read_runs(services.db()) if visitor.owns(run)]
        if not own:
            st.title("Monitor")
            st.info("No run to watch yet. Start the quick demo on the overview, or configure one.")
            st.stop()
        run_id = st.query_params["run"] = own[0].id
    try:
        return store.read_run(services.db(), run_id)
    except UnknownRun as error:
        st.title("Monitor")
        st.error(str(error), icon=":material/search_off:")
        st.page_link("pages/train/runs.py", label="All runs", icon=":material/list:")
        st.stop()


def show_head(run: Run) -> None:
    """Show the run's name, where it stands, and what its owner can do."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(run.name, width="content")
        label, icon, color = STATUS_BADGES[run.status]
        st.badge(label, icon=icon, color=color)
        if run.is_active and visitor.owns(run):
            st.button(
                "Stopping …" if run.stop_requested else "Stop",
                icon=":material/stop:",
                on_click=store.request_stop,
                args=(services.db(), run.id),
                kwargs={"owner": visitor.owner()},
                disabled=run.stop_requested,
            )


def show_progress(run_id: str, drawn: tuple[object, ...]) -> None:
    """Show where the run stands; draw the page anew when there is more to draw."""
    run = store.read_run(services.db(), run_id)
    if state_of(run) != drawn:
        st.rerun()
    progress.show(run, epochs)
    with st.expander("Console, as Keras prints it", icon=":material/terminal:"):
        lines = store.read_console(services.db(), run_id)
        st.code("\n".join(lines) or "Nothing yet.", language=None, height=240)


def state_of(run: Run) -> tuple[object, ...]:
    """Return what the page was drawn from."""
    return run.status, run.stop_requested, *store.newest(services.db(), run.id)


run = find_run()
drawn = state_of(run)
epochs = store.read_epochs(services.db(), run.id)
events = store.read_events(services.db(), run.id)
show_head(run)
if run.error:
    st.error(run.error, icon=":material/error:")
if not run.is_active:
    st.markdown(summarise(run, epochs, events))
with st.container(horizontal=True):
    for name, value, about in progress.figures(run, epochs):
        st.metric(name, value, help=about, width="content")
dark = st.context.theme.type == "dark"
st.plotly_chart(
    run_figure(run, epochs, events, dark=dark), theme=None, key=f"chart-{run.id}", config=CONFIG
)
st.fragment(show_progress, run_every=_ROUND if run.is_active else None)(run.id, drawn)
