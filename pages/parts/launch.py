"""Starting a run and going to its monitor."""

from collections.abc import Callable

import streamlit as st

from core import store
from core.specs.run import RunSpec
from pages.parts import datasets, once, services, visitor
from pages.parts.words import quoting

RUNS = "runs"
_REFUSED = "launch_refused"
MONITOR = "pages/train/monitor.py"

Create = Callable[[RunSpec, str], str]


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
        create: Queues the run for an owner and returns its id, without a look at the session;
            None for one from scratch. What it refuses with a ValueError, PermissionError or
            LookupError is said by `show_refusal`.
    """
    run = once.Once(RUNS)
    # Not `on_click`: its arguments are of the last draw, and a value typed just before the
    # press would be missing from the run.
    pressed = st.button(
        label,
        key=f"{key}-{run.nonce}",
        type="primary" if kind == "primary" else "secondary",
        icon=":material/play_arrow:",
        width="stretch",
        disabled=spec is None,
    )
    if pressed and spec is not None and not run.made:
        _start(spec, run, create or _from_scratch)
        if _REFUSED in st.session_state:
            st.rerun()  # It is said above the button.
    if run.made:
        _open_monitor(run.made)


def follow(page: str) -> None:
    """Open the monitor of a run just started, where a second click takes the visitor back.

    Args:
        page: The address of the page that is about to be drawn.
    """
    shown = st.query_params.get("run") if MONITOR.endswith(f"/{page}.py") else None
    if run_id := once.overtaken(RUNS, page=page, shown=shown):
        _open_monitor(run_id)


def show_refusal() -> None:
    """Say why the last start was refused, if it was."""
    if _REFUSED in st.session_state:
        st.warning(quoting(st.session_state.pop(_REFUSED)), icon=":material/block:")


def _open_monitor(run_id: str) -> None:
    st.switch_page(MONITOR, query_params={"run": run_id, **visitor.parameters()})


def _from_scratch(spec: RunSpec, owner: str) -> str:
    return store.create_run(services.db(), spec, owner=owner)


def _start(spec: RunSpec, run: once.Once, create: Create) -> None:
    if reason := refusal() or datasets.refusal(spec.scans):
        st.session_state[_REFUSED] = reason
        return
    owner, engine = visitor.owner(), services.engine()

    def start() -> str:
        run_id = create(spec, owner)
        engine.submit(run_id)
        return run_id

    try:
        run.make(start)
    except (ValueError, PermissionError, LookupError) as reason:
        st.session_state[_REFUSED] = str(reason)


def refusal() -> str:
    """Return why no run can start now, or nothing."""
    limits = services.settings()
    own = store.count_active(services.db(), owner=visitor.owner())
    if own >= limits.plateau_max_active_runs_each:
        return too_many(own, "runs")
    everybody = store.count_active(services.db())
    if everybody >= limits.plateau_max_active_runs:
        return (
            f"The queue is full: {everybody} runs are queued or running. "
            "Try again in a few minutes."
        )
    return ""


def too_many(own: int, what: str) -> str:
    """Say that a visitor has as many runs, or sweeps, queued or running as one may have."""
    limit = services.settings().plateau_max_active_runs_each
    sentence = (
        f"You have {own} {what} queued or running, and {limit} is the limit: wait for one to "
        "end, or stop one."
    )
    if visitor.is_at_home():
        sentence += " To raise it, set `PLATEAU_MAX_ACTIVE_RUNS_EACH` and start the app again."
    return sentence
