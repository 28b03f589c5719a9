"""A sweep's head, and the list of sweeps: stop, resume, delete."""

import streamlit as st

from core import store
from core.store import Run, RunStatus, Sweep, UnknownSweep
from pages.parts import longer, services, stored, visitor
from pages.parts.sweep_start import SWEEP, refusal
from pages.parts.words import STATUS_BADGES, counted, duration, escaped

_DELETED, _REFUSED = "sweep-deleted", "sweep-refusal"
_REFUSALS = (ValueError, PermissionError, LookupError)
_SHOWN, _AT_A_TIME = "sweeps-shown", 20


def show_actions(sweep: Sweep) -> None:
    """Show how a sweep is stopped, resumed and deleted, to who may."""
    if not visitor.may_end(sweep):
        return
    if sweep.is_active:
        st.button(
            "Stopping …" if sweep.stop_requested else "Stop",
            icon=":material/stop:",
            key=f"sweep-stop-{sweep.id}",
            on_click=_stop,
            args=(sweep,),
            disabled=sweep.stop_requested,
            help="What is done is kept, and the sweep can be resumed.",
        )
        return
    if sweep.status is not RunStatus.FINISHED and visitor.owns(sweep):
        st.button(
            "Resume",
            icon=":material/play_arrow:",
            key=f"sweep-resume-{sweep.id}",
            on_click=_resume,
            args=(sweep,),
        )
    if st.button("Delete", icon=":material/delete:", key=f"sweep-delete-{sweep.id}"):
        _confirm_deletion(sweep)


def show_refusal() -> None:
    """Say why something could not be done, if it could not."""
    if _REFUSED in st.session_state:
        st.error(st.session_state.pop(_REFUSED), icon=":material/block:")


def show() -> None:
    """Show the visitor's sweeps, newest first; the operator's are everybody's."""
    st.subheader("Everybody's sweeps" if visitor.is_operator() else "My sweeps")
    if _DELETED in st.session_state:
        st.toast("The sweep is deleted.", icon=":material/delete:")
        del st.session_state[_DELETED]
    shown = longer.shown(_SHOWN, _AT_A_TIME)
    # One more tells whether there are more.
    sweeps = stored.sweeps(limit=shown + 1)
    if not sweeps:
        st.caption("None yet. The first one you start appears here.")
    for sweep in sweeps[:shown]:
        _show_one(sweep)
    longer.offer(_SHOWN, _AT_A_TIME, label="Show more sweeps", more=len(sweeps) > shown)


def show_badge(sweep: Sweep) -> None:
    """Show where a sweep stands."""
    label, icon, color = STATUS_BADGES[sweep.status]
    st.badge(label, icon=icon, color=color)


def _show_one(sweep: Sweep) -> None:
    ledger = store.read_ledger(services.db(), sweep.id)
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.page_link(
            SWEEP,
            label=f"**{escaped(sweep.name)}**",
            query_params={"sweep": sweep.id, **visitor.parameters()},
        )
        show_badge(sweep)
        st.caption(
            f"{counted(sweep.spec.setting_count, 'setting')} · "
            f"{counted(len(sweep.spec.seeds), 'seed')} · "
            f"{counted(ledger.epochs_trained, 'epoch')} trained for {ledger.epochs_reported:,} "
            f"· saved {duration(ledger.seconds_saved)}"
        )
        show_actions(sweep)


def _stop(sweep: Sweep) -> None:
    try:
        store.stop_sweep(services.db(), sweep.id, owner=visitor.in_whose_name(sweep))
    except _REFUSALS as problem:
        st.session_state[_REFUSED] = str(problem)


def _resume(sweep: Sweep) -> None:
    try:
        if stored.sweep(sweep.id).is_active:
            return  # The second half of a double click.
        if refused := refusal():
            st.session_state[_REFUSED] = refused
            return
        store.resume_sweep(services.db(), sweep.id, owner=visitor.owner())
    except _REFUSALS as problem:
        st.session_state[_REFUSED] = str(problem)
        return
    services.engine().submit_sweep(sweep.id)


@st.dialog("Delete this sweep?")
def _confirm_deletion(sweep: Sweep) -> None:
    if st.session_state.get(_DELETED) == sweep.id:
        st.query_params.from_dict(visitor.parameters())
        st.rerun()
    show_refusal()
    runs = stored.sweep_runs(sweep.id)
    st.write(
        f"“{escaped(sweep.name)}” goes with its {len(runs)} runs, their curves and states. This "
        "cannot be undone."
    )
    st.button(
        "Delete", type="primary", icon=":material/delete:", on_click=_delete, args=(sweep, runs)
    )


def _delete(sweep: Sweep, runs: list[Run]) -> None:
    try:
        unused = store.delete_sweep(services.db(), sweep.id, owner=visitor.in_whose_name(sweep))
    except UnknownSweep:
        unused = []  # Another tab was faster.
    except _REFUSALS as problem:
        st.session_state[_REFUSED] = str(problem)
        return
    services.state_files().delete(unused)
    for run in runs:
        store.delete_directory(services.settings().run_dir(run.id))
    st.session_state[_DELETED] = sweep.id
