"""What its owner can do to a run from the head of its page: stop, pause, go on, set the rate."""

from collections.abc import Callable

import streamlit as st

from core import store
from core.plateaus.wording import format_rate
from core.store import Intervention, InterventionKind, Run, RunStatus
from pages.parts import launch, services, stored, visitor
from pages.parts.words import STATUS_BADGES, escaped, quoting

_REFUSED = "run-refused"
_CUT = 0.3
_WENT_WRONG = (RunStatus.STOPPED, RunStatus.INTERRUPTED, RunStatus.FAILED)


def show_head(run: Run) -> None:
    """Show the run's name, where it stands, and what its owner can do at once."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(escaped(run.name), width="content")
        label, icon, color = STATUS_BADGES[run.status]
        st.badge(label, icon=icon, color=color)
        if run.sweep_id is not None:
            # It trains with others, and stops and goes on with them.
            st.page_link(
                "pages/plateaus/sweep.py",
                label="Part of a sweep",
                icon=":material/account_tree:",
                query_params={"sweep": run.sweep_id, **visitor.parameters()},
            )
        elif visitor.may_end(run) and run.is_active:
            _show_stop(run)
            if visitor.owns(run):
                _show_live(run)
        elif visitor.owns(run) and run.status in (*_WENT_WRONG, RunStatus.PAUSED):
            paused = run.status is RunStatus.PAUSED
            st.button(
                "Continue" if paused else "Resume",
                icon=":material/play_arrow:",
                type="primary",
                on_click=resume,
                args=(run,),
            )
    if _REFUSED in st.session_state:
        st.warning(quoting(st.session_state.pop(_REFUSED)), icon=":material/block:")
    if run.is_active and run.pause_requested and not run.stop_requested:
        st.caption(":material/hourglass_top: It pauses at the end of this epoch.")
    for intervention in _asked(run):
        st.caption(f":material/hourglass_top: {_waiting(intervention)}")


def resume(run: Run, after_epoch: int | None = None, epochs: int | None = None) -> None:
    """Have an ended run go on; say why it cannot."""

    def go_on() -> None:
        if stored.run(run.id).is_active:
            return  # The second half of a double click.
        if refusal := launch.refusal():
            raise ValueError(refusal)
        unused = store.resume_run(
            services.db(), run.id, owner=visitor.owner(), after_epoch=after_epoch, epochs=epochs
        )
        services.state_files().delete(unused)
        services.engine().submit(run.id)

    _try(go_on)


def _show_stop(run: Run) -> None:
    st.button(
        "Stopping …" if run.stop_requested else "Stop",
        icon=":material/stop:",
        on_click=_order,
        args=(store.request_stop, run),
        disabled=run.stop_requested,
    )


def _show_live(run: Run) -> None:
    pausing = run.pause_requested
    st.button(
        "Do not pause" if pausing else "Pause",
        icon=":material/play_arrow:" if pausing else ":material/pause:",
        on_click=_order,
        args=(store.withdraw_pause if pausing else store.request_pause, run),
        disabled=run.stop_requested,
        help="It would pause at the end of this epoch."
        if pausing
        else "At the end of the epoch; a paused run holds no worker.",
    )
    with st.popover("Learning rate", icon=":material/tune:"):
        _show_rate(run)


def _show_rate(run: Run) -> None:
    st.caption("By hand, before the next batch. It is marked on the chart like a callback's act.")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        factor = st.number_input(
            "Factor", value=_CUT, step=0.1, format="%g", key=f"factor-{run.id}", width=150
        )
        # Not `on_click`: its arguments are of the last draw, without what was typed just before.
        if st.button(
            "Cut the rate now" if factor < 1 else "Multiply the rate now",
            icon=":material/trending_down:" if factor < 1 else ":material/trending_up:",
            key=f"multiply-rate-{run.id}",
        ):
            _order(store.multiply_rate, run, factor)
            st.rerun()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        rate = st.number_input(
            "New rate",
            value=run.spec.training.learning_rate,
            step=0.0005,
            format="%g",
            key=f"rate-{run.id}",
            width=150,
        )
        if st.button("Set the rate", icon=":material/arrow_forward:", key=f"set-rate-{run.id}"):
            _order(store.set_rate, run, rate)
            st.rerun()


def _asked(run: Run) -> tuple[Intervention, ...]:
    if not run.is_active:
        return ()
    return store.read_orders(services.db(), run.id, run.attempt).interventions


def _waiting(intervention: Intervention) -> str:
    if intervention.kind is InterventionKind.MULTIPLY_RATE:
        asked = f"the learning rate times {intervention.value:g}"
    else:
        asked = f"the learning rate to {format_rate(intervention.value)}"
    return f"Asked for: {asked}. The worker sets it before its next batch."


def _order(ask: Callable[..., None], run: Run, *values: float) -> None:
    owner = visitor.in_whose_name(run)
    _try(lambda: ask(services.db(), run.id, *values, owner=owner))


def _try(act: Callable[[], None]) -> None:
    """Do what a person pressed; a refusal is said above the page."""
    try:
        act()
    except (ValueError, PermissionError, LookupError) as refusal:
        st.session_state[_REFUSED] = str(refusal)
