"""A run and what it left behind so far: what every part of its figure is drawn from."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from core.charts.summary import Monitored, monitored
from core.store.records import Epoch, Event, EventKind, Run

# Five digits are finer than a pixel and keep what is sent to the browser small.
_DIGITS = 5


@dataclass(frozen=True)
class History:
    """One run with its epochs and events, in order; epochs are shown from 1.

    Attributes:
        run: The run.
        epochs: Those finished; a fork has those of its parent up to the fork as well.
        events: What happened in them.
        shared_with: The name of the run it was forked from; "" if it is not known here.
        verdicts: What the callbacks made of epochs, from 1, as plotly's HTML; empty where their
            counters were not read.
    """

    run: Run
    epochs: Sequence[Epoch]
    events: Sequence[Event]
    shared_with: str = ""
    verdicts: Mapping[int, str] = field(default_factory=dict[int, str])

    @cached_property
    def judged(self) -> Monitored:
        """The metric that the callbacks watch, on whose curve events are marked."""
        return monitored(self.run.spec)

    @property
    def judged_row(self) -> str:
        """The row of the judged metric: "accuracy" or "loss"."""
        return self.judged.metric.removeprefix("val_")

    @cached_property
    def shown(self) -> list[int]:
        """The numbers of the finished epochs, from 1."""
        return [epoch.epoch + 1 for epoch in self.epochs]

    @property
    def planned(self) -> int:
        """The number of epochs the run was asked for."""
        return self.run.spec.training.epochs

    @property
    def fork(self) -> int:
        """The last epoch, from 1, that it shares with the run it was forked from; 0 if none."""
        return 0 if self.run.forked_at is None else self.run.forked_at + 1

    @cached_property
    def shared(self) -> int:
        """How many of its epochs it shares with the run it was forked from."""
        return sum(number <= self.fork for number in self.shown)

    def curve(self, metric: str) -> list[float | None]:
        """Return a metric by epoch, rounded for drawing; None for a gap."""
        return [drawable(epoch.logs.get(metric)) for epoch in self.epochs]

    @cached_property
    def best_so_far(self) -> list[float | None]:
        """The best of the judged metric by epoch, as the callback holds it after the epoch.

        A callback's best moves only by more than its `min_delta`.
        """
        best: float | None = None
        values: list[float | None] = []
        for epoch in self.epochs:
            value = epoch.logs.get(self.judged.metric, math.nan)
            if self.judged.improves(value, best):
                best = value
            state = self._watching_state(epoch)
            values.append(drawable(best if state is None else state.get("best")))
        return values

    def shown_epoch(self, event: Event) -> int:
        """Return the epoch, from 1, at which an event is marked.

        Restored weights are marked where they come from; what has no epoch, such as a
        failure between two epochs, at the last finished one; a run that went on from its
        very beginning at the first.
        """
        if event.kind is EventKind.WEIGHTS_RESTORED:
            return int(event.detail["from_epoch"]) + 1
        if event.epoch is not None:
            return event.epoch + 1
        went_on = event.kind in (EventKind.RESUMED, EventKind.CONTINUED)
        return self.shown[-1] if self.shown and not went_on else 1

    def place_of(self, event: Event) -> float:
        """Return where among the epochs, from 1, a change of the rate took effect.

        Callbacks act between two epochs; a person before any batch.
        """
        batch = event.detail.get("batch")
        if not is_by_hand(event) or batch is None:
            return self.shown_epoch(event) + 0.5
        return self.shown_epoch(event) - 0.5 + batch / (self.run.steps_per_epoch or batch + 1)

    def judged_value(self, shown_epoch: int) -> float | None:
        """Return the judged metric after an epoch counted from 1; None for a gap."""
        return self._judged_values.get(shown_epoch)

    @cached_property
    def _judged_values(self) -> dict[int, float | None]:
        return dict(zip(self.shown, self.curve(self.judged.metric), strict=True))

    def _watching_state(self, epoch: Epoch) -> Mapping[str, Any] | None:
        for kind in ("ReduceLROnPlateau", "EarlyStopping"):
            state = state_of(epoch, kind)
            if state is not None and state.get("monitor") == self.judged.metric:
                return state
        return None


def is_by_hand(event: Event) -> bool:
    """Tell whether it is a change of the rate that a person made while the run went on."""
    return event.kind is EventKind.LEARNING_RATE_SET and event.detail.get("by") == "hand"


def is_by_plan(event: Event) -> bool:
    """Tell whether LearningRateScheduler set the rate, which it may do at every epoch."""
    planned = event.detail.get("by") == "LearningRateScheduler"
    return event.kind is EventKind.LEARNING_RATE_SET and planned


def verdict_on(verdicts: Mapping[int, str], shown_epoch: int) -> str:
    """Return the verdicts on an epoch, from 1, for the end of a label; "" where there are none."""
    told = verdicts.get(shown_epoch)
    return f"<br>{told}" if told else ""


def state_of(epoch: Epoch, kind: str) -> Mapping[str, Any] | None:
    """Return what a callback counted after an epoch, or None if the run has none of its kind."""
    return next((state for state in epoch.callbacks if state.get("kind") == kind), None)


def drawable(value: float | None) -> float | None:
    """Round a value for drawing; None, a gap, for what is not a finite number."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.{_DIGITS}g}")


def numbers_in(*curves: Sequence[float | None]) -> Iterator[float]:
    """Yield the values of several curves without their gaps."""
    return (value for curve in curves for value in curve if value is not None)
