"""Where a trace comes from: kept, asked of a worker, or the one that comes along."""

from dataclasses import dataclass

import streamlit as st

from core.engine import jobs
from core.engine.answers import Answer
from core.specs.trace import TraceSpec
from core.store import traces
from core.store.traces import Trace
from pages.parts import engine_state, services

_ASKED, _PROBLEM = "trace_asked", "trace_problem"
_TIMEOUT_S = 240.0


@dataclass(frozen=True)
class Found:
    """A trace to show.

    Attributes:
        trace: The trace.
        kept: Whether a worker of this installation made it for this choice.
        fits: Whether it is of this choice at all.
    """

    trace: Trace
    kept: bool
    fits: bool


def find(spec: TraceSpec) -> Found:
    """Return the trace of a choice if there is one, else the recorded one."""
    _asked()  # What came since the page was last drawn is kept first.
    kept = traces.read_trace(services.settings().traces_dir, spec)
    if kept is not None:
        return Found(kept, kept=True, fits=True)
    recorded = traces.recorded_trace()
    return Found(recorded, kept=False, fits=recorded.spec == spec)


def offer(spec: TraceSpec, found: Found) -> None:
    """Show the button that has a choice traced, and how that goes."""
    asked = _asked()
    done = found.kept or asked is not None
    # Not `on_click`: its arguments are of the last draw, without what was chosen just before.
    pressed = st.button(
        "Traced with these settings" if found.kept else "Trace a real fit",
        key="trace",
        type="primary",
        icon=":material/check:" if found.kept else ":material/play_arrow:",
        width="stretch",
        disabled=done,
    )
    if pressed and not done:
        _ask(spec)
        st.rerun()
    if _PROBLEM in st.session_state:
        st.error(st.session_state.pop(_PROBLEM), icon=":material/error:")
    if asked is not None:
        st.fragment(_follow, run_every="0.5s")()
    st.markdown(_origin(found))
    if told := found.trace.spec.never_better_told:
        st.caption(told)


def _origin(found: Found) -> str:
    trace = found.trace
    what = f"Keras {trace.keras} on {trace.backend}, {len(trace.calls)} calls"
    if found.kept:
        return f":green-badge[trained] This trace was made here, with your settings: {what}."
    if found.fits:
        return (
            f":gray-badge[trained · recorded] These settings were traced before, and the trace "
            f"comes with the program: {what}. Press the button to trace them here."
        )
    chosen = ", ".join(trace.spec.callbacks)
    return (
        f":orange-badge[trained · other settings] Shown is the recorded trace of {chosen} "
        f"({trace.spec.epochs} epochs asked for). Press the button to trace *your* choice."
    )


def _ask(spec: TraceSpec) -> None:
    if _asked() is None:
        values = spec.model_dump(mode="json")
        answer = services.engine().ask(jobs.TRACE, values, timeout_s=_TIMEOUT_S)
        st.session_state[_ASKED] = answer


def _asked() -> Answer | None:
    """Return what a worker was asked for and has not answered, after taking what it has."""
    answer: Answer | None = st.session_state.get(_ASKED)
    if answer is None or not answer.done:
        return answer
    del st.session_state[_ASKED]
    if answer.error:
        st.session_state[_PROBLEM] = answer.error
    else:
        # A worker on another machine has a home of its own.
        made = Trace.model_validate_json(answer.result)
        if traces.read_trace(services.settings().traces_dir, made.spec) is None:
            traces.keep_trace(services.settings().traces_dir, made)
    return None


def _follow() -> None:
    """Say what is waited for; draw the page anew when it is there."""
    answer: Answer | None = st.session_state.get(_ASKED)
    if answer is None or answer.done:
        st.rerun()
    doing = engine_state.awaited("A worker trains and writes every call down")
    st.status(f"{doing}: a few seconds once it has begun …", state="running")
