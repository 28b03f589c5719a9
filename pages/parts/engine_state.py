"""Whether a run would start at once, and how many wait: in the sidebar, and where one waits."""

import streamlit as st

from core import store
from core.engine.engine import EngineState
from pages.parts import progress, services

_WORDS = {
    EngineState.STARTING: ":material/hourglass_top: The engine is starting.",
    EngineState.WARMING_UP: ":material/hourglass_top: The engine is warming up, about 15 seconds. "
    "A run can be started already; it waits its turn.",
    EngineState.NO_WORKER: ":material/hourglass_top: The cluster has no worker that trains yet. "
    "A run can be started already; it waits for one.",
    EngineState.BROKEN: ":material/error: No worker could be started: the app's log says why "
    "(memory, or a KERAS_BACKEND that is not installed). Mend it; it is tried again.",
    EngineState.READY: ":material/check_circle: The engine is ready.",
}
_AWAITED = {
    EngineState.NO_WORKER: "The cluster has no worker yet",
    EngineState.BROKEN: "No worker could be started (the sidebar says more), and it is tried again",
}


def awaited(answer: str) -> str:
    """Say what somebody waits for who asked a worker.

    Args:
        answer: What a worker that is there does for it.
    """
    state = services.engine().state
    if state is EngineState.READY:
        return answer
    return _AWAITED.get(state, "The engine is warming up")


def show() -> None:
    """Show the engine's state, and follow it until it is ready."""
    ready = services.engine().state is EngineState.READY
    st.fragment(_show if ready else _follow, run_every=None if ready else "1s")()


def _show() -> None:
    state = services.engine().state
    waiting = progress.amount_told(store.waiting(services.db()))
    if waiting and state is EngineState.READY:
        st.caption(f":material/pending: The engine is at work. In the queue: {waiting}.")
        return
    st.caption(_WORDS[state] + (f" In the queue: {waiting}." if waiting else ""))


def _follow() -> None:
    if services.engine().state is EngineState.READY:
        st.rerun()  # The page without the asking, which costs the browser a little each time.
    _show()
