"""Starting a run and going to its monitor."""

import secrets
from collections.abc import Callable

import streamlit as st

from core import store
from core.specs.run import RunSpec
from pages.parts import services, visitor
from pages.parts.words import quoting

_NONCE, _USED, _STARTED, _REFUSED = (
    "launch_nonce",
    "launch_used",
    "launch_started",
    "launch_refused",
)
MONITOR = "pages/train/monitor.py"

Create = Callable[[RunSpec], str]


def start_button(
    label: str,
    spec: RunSpec | None,
    *,
    key: str,
    kind: str = "primary",
    create: Create | None = None,
) -> None:
    """Show a button that starts a run, once however often it is pressed, and opens its monitor.

    Args:
        label: The button's words.
        spec: The run; None disables the button.
        key: Tells buttons of one page apart.
        kind: Streamlit's type of button.
        create: Queues the run and returns its id; None for one from scratch. What it refuses
            with a ValueError, PermissionError or LookupError is said by `show_refusal`.
    """
    nonce = st.session_state.setdefault(_NONCE, secrets.token_hex(4))
    # Not `on_click`: its arguments are of the last draw, and a value typed just before the
    # press would be missing from the run.
    pressed = st.button(
        label,
        key=f"{key}-{nonce}",
        type="primary" if kind == "primary" else "secondary",
        icon=":material/play_arrow:",
        width="stretch",
        disabled=spec is None,
    )
    if pressed and spec is not None:
        _start(spec, nonce, create or _from_scratch)
        if _REFUSED in st.session_state:
            st.rerun()  # It is said above the button.
    if _STARTED in st.session_state:
        run_id = st.session_state.pop(_STARTED)
        st.switch_page(MONITOR, query_params={"run": run_id, **visitor.parameters()})


def show_refusal() -> None:
    """Say why the last start was refused, if it was."""
    if _REFUSED in st.session_state:
        st.warning(quoting(st.session_state.pop(_REFUSED)), icon=":material/block:")


def _from_scratch(spec: RunSpec) -> str:
    return store.create_run(services.db(), spec, owner=visitor.owner())


def _start(spec: RunSpec, nonce: str, create: Create) -> None:
    used = st.session_state.setdefault(_USED, set())
    if nonce in used:  # The second half of a double click.
        return
    if reason := refusal():
        st.session_state[_REFUSED] = reason
        return
    try:
        run_id = create(spec)
    except (ValueError, PermissionError, LookupError) as reason:
        st.session_state[_REFUSED] = str(reason)
        return
    used.add(nonce)
    st.session_state[_NONCE] = secrets.token_hex(4)
    services.engine().submit(run_id)
    st.session_state[_STARTED] = run_id


def refusal() -> str:
    """Return why no run can start now, or nothing."""
    limits = services.settings()
    own = store.count_active(services.db(), owner=visitor.owner())
    if own >= limits.plateau_max_active_runs_each:
        return (
            f"You have {own} runs queued or running, and {limits.plateau_max_active_runs_each} "
            "is the limit: wait for one to end, or stop one."
        )
    everybody = store.count_active(services.db())
    if everybody >= limits.plateau_max_active_runs:
        return (
            f"The queue is full: {everybody} runs are queued or running. "
            "Try again in a few minutes."
        )
    return ""
