"""Which recorded curve to look at: the example, a stored run, or one that a person brings."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from core import store
from core.charts.history import is_by_hand
from core.charts.live import evidence
from core.curves import RecordedCurves
from core.curves.example import example_curves, example_recording
from core.specs import presets
from core.specs.callbacks import LearningRateScheduler
from core.specs.run import RunSpec
from core.store import Epoch, Event, EventKind, Run, UnknownRun
from pages.parts import own_curve, stored, visitor
from pages.parts.replay_state import EXAMPLE, OWN, RUN, ReplayState
from pages.parts.words import escaped, told_apart, when

MAX_EPOCHS = 1000
"""The most epochs that are replayed on a page, so that it answers a slider at once."""

_MOST_OF_OTHERS = 100


@dataclass(frozen=True)
class Recording:
    """A recorded training.

    Attributes:
        key: Tells it from others.
        curves: What it logged.
        evidence: What it rests on, plain text.
        spec: How it was trained; None for a brought one.
        events: What its callbacks did; empty for a brought one.
        run: The stored run; None for others.
        epochs: Its epochs, with what its callbacks counted.
        trainings: All of a brought file, such as its seeds; empty for others.
    """

    key: str
    curves: RecordedCurves
    evidence: str
    spec: RunSpec | None = None
    events: Sequence[Event] = ()
    run: Run | None = None
    epochs: Sequence[Epoch] = ()
    trainings: Sequence[RecordedCurves] = ()

    @property
    def base(self) -> RunSpec:
        """The run to put a callback into; for a brought curve, one of the form's defaults."""
        return self.spec or RunSpec(name="From a replay")

    @property
    def is_of_several_hands(self) -> bool:
        """Whether not one callback's settings alone made it: a fork, or a rate set by hand."""
        forked = self.run is not None and self.run.forked_at is not None
        return forked or any(is_by_hand(event) for event in self.events)

    @property
    def is_planned(self) -> bool:
        """Whether a LearningRateScheduler set the rate anew in each epoch."""
        callbacks = self.spec.callbacks if self.spec else ()
        return any(isinstance(callback, LearningRateScheduler) for callback in callbacks)


def choose(state: ReplayState) -> Recording:
    """Show where a curve can come from, and return the chosen one."""
    chosen = st.segmented_control(
        "Recorded curve",
        [EXAMPLE, RUN, OWN],
        default=state.source,
        key=f"replay-source-{state.generation}",
    )
    if chosen and chosen != state.source:
        state.source, state.awaits_curve = chosen, False
        state.begin_anew()
    recording = {RUN: _run, OWN: _own}.get(state.source, lambda _: None)(state) or _example()
    return _cut(recording)


def _example() -> Recording:
    curves = example_curves()
    st.caption(
        ":material/science: An example, recorded once: the quick demo, really trained for "
        f"{len(curves)} epochs on simulated scans, with two reductions of the learning rate."
    )
    events = [
        Event(EventKind(event["kind"]), event["epoch"], event["detail"])
        for event in example_recording()["events"]
    ]
    title = "example: the quick demo, trained once"
    return Recording("example", curves, title, presets.quick_demo(), events)


def _run(state: ReplayState) -> Recording | None:
    runs = _choices(state)
    if not runs:
        st.info("No run to replay yet: start the quick demo, or bring a curve of your own.")
        st.page_link("pages/learn/overview.py", label="Overview", icon=":material/explore:")
        return None
    ids = list(runs)
    labels = told_apart({run.id: f"{run.name} · {when(run)}" for run in runs.values()})
    if state.run_id not in runs:
        state.run_id = ids[0]
    chosen = st.selectbox(
        "Run",
        ids,
        index=ids.index(state.run_id),
        key=f"replay-run-{state.generation}",
        format_func=lambda run_id: labels[run_id],
    )
    if chosen != state.run_id:
        state.run_id = chosen
        state.begin_anew()
    run = runs[chosen]
    history = stored.history(run)
    if not history.epochs:
        st.info("No epoch of this run has finished yet. Until then, here is the example.")
        return None
    return Recording(
        run.id,
        store.recorded_curves(history.epochs),
        f"recorded: {evidence(run.spec.scans)}",
        run.spec,
        history.events,
        run,
        history.epochs,
    )


def _choices(state: ReplayState) -> dict[str, Run]:
    """Return the runs to choose from, the visitor's own first, and that of the link."""
    runs = [*visitor.own_runs(), *visitor.runs_of_others(limit=_MOST_OF_OTHERS)]
    found = {run.id: run for run in runs}
    if state.run_id is not None and state.run_id not in found:
        try:
            found[state.run_id] = stored.run(state.run_id)
        except UnknownRun as error:
            st.error(escaped(str(error)), icon=":material/search_off:")
            state.run_id = None
    return found


def _own(state: ReplayState) -> Recording | None:
    brought = own_curve.bring(state)
    if brought is None:
        return None
    name, curves = brought.name, brought.curves
    return Recording(
        f"own-{name}-{len(curves)}-{state.training}",
        curves,
        f"your curve · {name}",
        trainings=tuple(one.first(MAX_EPOCHS) for one in brought.trainings),
    )


def _cut(recording: Recording) -> Recording:
    """Keep what a page can draw, and say so."""
    curves = recording.curves
    if len(curves) <= MAX_EPOCHS:
        return recording
    st.caption(
        f":material/content_cut: The first {MAX_EPOCHS:,} of its {len(curves):,} epochs are "
        "replayed."
    )
    return replace(recording, curves=curves.first(MAX_EPOCHS))
