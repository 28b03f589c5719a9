"""What a run showed, in one or two sentences."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from core.plateaus.directions import Direction, direction_of
from core.plateaus.wording import count_in_words, format_metric, format_rate
from core.specs.callbacks import METRICS, EarlyStopping, ReduceLROnPlateau
from core.specs.run import RunSpec
from core.store.records import Epoch, Event, EventKind, Run, RunStatus

_PATIENCE_WITHOUT_CALLBACK = 3


@dataclass(frozen=True)
class Monitored:
    """The metric by which a run is judged.

    Attributes:
        metric: One of loss, accuracy, val_loss and val_accuracy.
        direction: Which way is better.
        min_delta: A change must be larger than this to count, in the metric's units; >= 0.
        patience: Epochs without improvement that make a plateau; >= 1.
    """

    metric: str
    direction: Direction
    min_delta: float
    patience: int

    def improves(self, value: float, best: float | None) -> bool:
        """Tell whether a value beats the best so far; NaN beats nothing.

        Args:
            value: The metric after an epoch.
            best: The best before it, or None if there is none yet.
        """
        if best is None:
            return not math.isnan(value)
        change = value - best if self.direction == "max" else best - value
        return change > self.min_delta

    def best_epoch(self, epochs: Sequence[Epoch]) -> int | None:
        """Return the index in `epochs` of the best value, the first of equals.

        Every change counts here, however small. None if no value is a number.
        """
        values = {
            index: epoch.logs.get(self.metric, math.nan) for index, epoch in enumerate(epochs)
        }
        numbers = {index: value for index, value in values.items() if not math.isnan(value)}
        if not numbers:
            return None
        better = max if self.direction == "max" else min
        return better(numbers, key=lambda index: numbers[index])

    def last_improvement(self, epochs: Sequence[Epoch]) -> int | None:
        """Return the index in `epochs` of the last value that beat the best before it.

        None if no value is a number.
        """
        best: float | None = None
        last: int | None = None
        for index, epoch in enumerate(epochs):
            value = epoch.logs.get(self.metric, math.nan)
            if self.improves(value, best):
                best, last = value, index
        return last


def monitored(spec: RunSpec) -> Monitored:
    """Return the metric that ReduceLROnPlateau watches, else EarlyStopping, else val_accuracy.

    A callback whose metric is not one of the four that every run logs is passed over.
    """
    for kind in (ReduceLROnPlateau, EarlyStopping):
        for callback in spec.callbacks:
            if isinstance(callback, kind) and callback.monitor in METRICS:
                return Monitored(
                    metric=callback.monitor,
                    direction=direction_of(callback.monitor, callback.mode),
                    min_delta=callback.min_delta,
                    patience=max(1, callback.patience),
                )
    return Monitored("val_accuracy", "max", 0.0, _PATIENCE_WITHOUT_CALLBACK)


def summarise(run: Run, epochs: Sequence[Epoch], events: Sequence[Event]) -> str:
    """Tell in one or two sentences how a run went.

    A *plateau* starts after the last epoch whose metric beat the best before it by more
    than `min_delta`, once at least `patience` epochs have followed. Metric, `min_delta`
    and `patience` are those of `monitored`; without a callback any improvement counts and
    three epochs are enough. The *best* value is the best of all, however small its lead.
    Nothing is said of causes: one run cannot tell what a reduction did.

    Args:
        run: The run, with its status as it is now.
        epochs: Its finished epochs, in order.
        events: Its events, in order.

    Returns:
        Plain text. Why a run failed is not in it: `Run.error` says that.
    """
    if not epochs:
        return _without_epochs(run)
    course = "; ".join(
        clause
        for clause in (
            _plateau_clause(run, epochs),
            _rates_clause(run.spec, events),
            _best_clause(run.spec, epochs),
        )
        if clause
    )
    return f"{course}. {_ending(run, epochs, events)}".strip()


def _without_epochs(run: Run) -> str:
    if run.is_active:
        return "No epoch has finished yet."
    if run.status is RunStatus.STOPPED:
        return "Stopped by hand before the first epoch was finished."
    return f"{_fate(run)} before the first epoch was finished."


def _plateau_clause(run: Run, epochs: Sequence[Epoch]) -> str:
    judged = monitored(run.spec)
    last = judged.last_improvement(epochs)
    if last is None:
        return f"{judged.metric} has no value that is a number"
    since = len(epochs) - 1 - last
    if since >= judged.patience:
        return f"{judged.metric} plateaued after epoch {epochs[last].epoch + 1}"
    if run.is_active:
        return f"{judged.metric} last improved in epoch {epochs[last].epoch + 1}"
    if since == 0 and len(epochs) > 1:
        return f"{judged.metric} was still improving at the end"
    return f"{judged.metric} reached no plateau: it last improved in epoch {epochs[last].epoch + 1}"


def _rates_clause(spec: RunSpec, events: Sequence[Event]) -> str:
    """Return how often a callback reduced the rate, and who else changed it."""
    reductions = [event for event in events if event.kind is EventKind.LEARNING_RATE_REDUCED]
    others: dict[str, list[Event]] = {}
    for event in events:
        if event.kind is EventKind.LEARNING_RATE_SET:
            others.setdefault(str(event.detail["by"]), []).append(event)
    clauses = [_reductions_told(spec, reductions, alone=not others)]
    for by, changes in others.items():
        counted = count_in_words(len(changes), "change")
        clauses.append(_chain(f"{counted} of the learning rate {_BY.get(by, f'by {by}')}", changes))
    return "; ".join(filter(None, clauses))


_BY = {"hand": "by hand", "fork": "by the fork"}


def _reductions_told(spec: RunSpec, reductions: Sequence[Event], *, alone: bool) -> str:
    if reductions:
        return _chain(count_in_words(len(reductions), "reduction"), reductions)
    could = any(isinstance(callback, ReduceLROnPlateau) for callback in spec.callbacks)
    by = "of the learning rate" if alone else "by ReduceLROnPlateau"
    return f"no reduction {by}" if could else ""


def _chain(counted: str, changes: Sequence[Event]) -> str:
    """Add to a count of changes from where to where they led, if nothing came between."""
    # A rate that a person typed is a double; what follows is the optimizer's float32 of it.
    unbroken = all(
        math.isclose(before.detail["to"], after.detail["from"], rel_tol=1e-6)
        for before, after in pairwise(changes)
    )
    first, last = changes[0].detail["from"], changes[-1].detail["to"]
    return f"{counted}, {format_rate(first)} → {format_rate(last)}" if unbroken else counted


def _best_clause(spec: RunSpec, epochs: Sequence[Epoch]) -> str:
    judged = monitored(spec)
    best = judged.best_epoch(epochs)
    if best is None:
        return ""
    value = format_metric(epochs[best].logs[judged.metric])
    return f"best {value} at epoch {epochs[best].epoch + 1}"


def _ending(run: Run, epochs: Sequence[Epoch], events: Sequence[Event]) -> str:
    """Return the sentence on how the run ended, or "" if it just reached its last epoch."""
    done = f"epoch {epochs[-1].epoch + 1} of {run.spec.training.epochs}"
    if run.is_active:
        return f"So far {done}."
    source = _restored_epoch(events)
    with_weights = "" if source is None else f", with the weights of epoch {source} restored"
    if run.status is RunStatus.STOPPED:
        return f"Stopped by hand after {done}{with_weights}."
    if run.status is not RunStatus.FINISHED:
        return f"{_fate(run)} after {done}."
    if any(event.kind is EventKind.EARLY_STOP for event in events):
        return f"EarlyStopping ended it after {done}{with_weights}."
    return "" if source is None else f"The weights of epoch {source} were restored at the end."


def _restored_epoch(events: Sequence[Event]) -> int | None:
    """Return the epoch, from 1, whose weights were put back; None if none were."""
    restored = [event for event in events if event.kind is EventKind.WEIGHTS_RESTORED]
    return restored[-1].detail["from_epoch"] + 1 if restored else None


def _fate(run: Run) -> str:
    return run.status.value.capitalize()
