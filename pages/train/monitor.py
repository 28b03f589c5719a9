"""Watch a run: its live chart, every act of its callbacks, its console."""

import streamlit as st

from core import store
from core.charts.summary import summarise
from core.store import Run, Signs, UnknownRun
from pages.parts import (
    downloads,
    go_on,
    launch,
    live,
    next_steps,
    once,
    run_advice,
    run_controls,
    run_details,
    run_family,
    scan_sheet,
    services,
    stored,
    tensorboard,
    verdict_table,
    visitor,
)
from pages.parts.words import escaped

# Each look costs the browser some 65 ms, on the machine that trains.
_EVENTS_EVERY = "3s"
_WATCHED = "monitor-watched"


def find_run() -> tuple[Signs, Run]:
    """Return the run in the link, else the one last watched, else the visitor's newest.

    First its signs.
    """
    run_id = st.query_params.get("run")
    if run_id is None and stored.runs([st.session_state.get(_WATCHED, "")]):
        run_id = st.query_params["run"] = st.session_state[_WATCHED]
    if run_id is None:
        own = visitor.own_runs(limit=1)
        if not own:
            st.title("Monitor")
            st.info("No run to watch yet. Start the quick demo, or configure a run of your own.")
            st.page_link("pages/learn/overview.py", label="Overview", icon=":material/explore:")
            st.page_link("pages/train/configure.py", label="Configure", icon=":material/tune:")
            st.stop()
        run_id = st.query_params["run"] = own[0].id
    try:
        return store.read_signs(services.db(), run_id), stored.run(run_id)
    except UnknownRun as error:
        st.title("Monitor")
        st.error(escaped(str(error)), icon=":material/search_off:")
        st.page_link("pages/train/runs.py", label="All runs", icon=":material/list:")
        st.stop()


def show_events() -> None:
    """Show what the callbacks did so far, and why."""
    history = stored.history(run)
    run_details.show_events(history.events)
    verdict_table.show(run, history.epochs, history.events)


seen, run = find_run()
st.session_state[_WATCHED] = run.id
once.arrived(launch.RUNS, run.id)
history, shared = stored.history(run), store.read_shared(services.db(), run)
epochs, events = history.epochs, history.events
family = stored.family(run.id)
run_controls.show_head(run)
if run.error:
    st.error(escaped(run.error), icon=":material/error:")
run_details.show_notes(run)
if not run.is_active:
    st.text(summarise(run, epochs, events))
next_steps.show_turns(run, history)
live.show(run, epochs, events, seen, shared_with=shared.run_name)
next_steps.show_meanwhile(run)
next_steps.show_links(run, history)
tensorboard.show(run)
go_on.show(run, epochs)
# Only the open tab is drawn: the others would take time from the training.
kin = ["Family"] if len(family) > 1 else []
console, happened, advice, scans, details, files, *tree = st.tabs(
    ["Console", "What happened", "Advice", "Scans", "Settings", "Downloads", *kin],
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
        downloads.show(run, history)
for tab in tree:
    if tab.open:
        with tab:
            run_family.show(run, family)
once.drawn(launch.RUNS, run.id)
