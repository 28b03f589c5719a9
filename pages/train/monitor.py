"""Watch a run: its live chart, every act of its callbacks, its console."""

import streamlit as st

from core import store
from core.charts.summary import summarise
from core.store import Run, UnknownRun
from pages.parts import (
    downloads,
    live,
    run_advice,
    run_details,
    scan_sheet,
    services,
    verdict_table,
    visitor,
)
from pages.parts.words import STATUS_BADGES

# Each look costs the browser some 65 ms, on the machine that trains.
_EVENTS_EVERY = "3s"


def find_run() -> Run:
    """Return the run in the link, or else the newest one of the visitor's."""
    run_id = st.query_params.get("run")
    if run_id is None:
        own = [run for run in store.read_runs(services.db()) if visitor.owns(run)]
        if not own:
            st.title("Monitor")
            st.info("No run to watch yet. Start the quick demo, or configure a run of your own.")
            st.page_link("pages/learn/overview.py", label="Overview", icon=":material/explore:")
            st.page_link("pages/train/configure.py", label="Configure", icon=":material/tune:")
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
        st.header(run.name, width="content")
        label, icon, color = STATUS_BADGES[run.status]
        st.badge(label, icon=icon, color=color)
        if run.sweep_id is not None:
            st.page_link(
                "pages/plateaus/sweep.py",
                label="Part of a sweep",
                icon=":material/account_tree:",
                query_params={"sweep": run.sweep_id, **visitor.parameters()},
            )
        elif run.is_active and visitor.owns(run):
            st.button(
                "Stopping …" if run.stop_requested else "Stop",
                icon=":material/stop:",
                on_click=store.request_stop,
                args=(services.db(), run.id),
                kwargs={"owner": visitor.owner()},
                disabled=run.stop_requested,
            )


def show_events() -> None:
    """Show what the callbacks did so far, and why."""
    events = store.read_events(services.db(), run.id)
    run_details.show_events(events)
    verdict_table.show(run, store.read_epochs(services.db(), run.id), events)


run = find_run()
epochs = store.read_epochs(services.db(), run.id)
events = store.read_events(services.db(), run.id)
show_head(run)
if run.error:
    st.error(run.error, icon=":material/error:")
for note in run.notes:
    st.warning(note, icon=":material/image_not_supported:")
if not run.is_active and not run.error:
    st.text(summarise(run, epochs, events))
live.show(run, epochs, events)
if epochs and not run.is_active:
    st.page_link(
        "pages/plateaus/replay.py",
        label="What if? Replay it with other settings",
        icon=":material/replay:",
        query_params={"run": run.id, **visitor.parameters()},
    )
    st.page_link(
        "pages/scans/evaluate.py",
        label="What is it worth? Evaluate its model",
        icon=":material/fact_check:",
        query_params={"runs": run.id, **visitor.parameters()},
    )
# Only the open tab is drawn: the others would take time from the training.
console, happened, advice, scans, details, files = st.tabs(
    ["Console", "What happened", "Advice", "Scans", "Settings", "Downloads"],
    key=f"tabs-{run.id}",
    on_change="rerun",
)
if console.open:
    with console:
        live.show_console(run)
if happened.open:
    with happened:
        happened_every = _EVENTS_EVERY if run.is_active else None
        st.fragment(show_events, run_every=happened_every)()
if advice.open:
    with advice:
        run_advice.show(run, epochs, events)
if scans.open:
    with scans:
        scan_sheet.show(run)
if details.open:
    with details:
        run_details.show_settings(run)
if files.open:
    with files:
        downloads.show(run, epochs)
