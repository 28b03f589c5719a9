"""How many epochs a sweep trains, before it is started: between which bounds."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from core.plateaus.arrays import Curves
from core.plateaus.recorded_rates import RecordedRates
from core.plateaus.what_if import Replayed, Setting, Watcher, replay_setting
from core.specs.callbacks import EarlyStopping, LearningRateScheduler, ReduceLROnPlateau
from core.specs.run import RunSpec
from core.specs.schedules import rates

C = TypeVar("C")


@dataclass(frozen=True, eq=False)
class KnownCurve:
    """A training with the scans, model and first learning rate of a sweep, whatever its callbacks.

    Attributes:
        curves: Each metric it logged, of E epochs.
        rates: What it was trained with.
    """

    curves: Mapping[str, Curves]
    rates: RecordedRates


@dataclass(frozen=True)
class Work:
    """The epochs of a sweep, over all its seeds.

    Attributes:
        runs: Settings times seeds.
        reported: Epochs of all runs together, if none stops early.
        least: Trained, if settings part as late as the rules allow.
        most: Trained, if they part as early.
        replayed: Whether a known curve has told when they part for the first time.
    """

    runs: int
    reported: int
    least: int
    most: int
    replayed: bool


@dataclass(frozen=True)
class _Course:
    """What is known of a setting before it is trained; epochs count from 0.

    Attributes:
        own: Settings with another value here train differently, once their callbacks act.
        plan: The rates that a LearningRateScheduler sets.
        act: The epoch at whose end its rate is first reduced, and the rate after; None: unknown.
        free_from: The first epoch that it may train on its own.
        shortest: The least epochs that it trains.
        longest: The most.
    """

    own: Hashable
    plan: tuple[float, ...]
    act: tuple[int, float] | None
    free_from: int
    shortest: int
    longest: int


def estimate_work(
    settings: Sequence[RunSpec], *, seeds: int, known: KnownCurve | None = None
) -> Work:
    """Return between which bounds the work of a sweep lies.

    Without a known curve the bounds follow from the rules: a patience of 3 cannot act before
    the fourth epoch, and settings of EarlyStopping never part, they end. A known curve tells when
    each first acts; what comes after was never seen, so there the bounds are wide again. It is
    one seed's: others part a little earlier or later.

    Args:
        settings: One run for each, all with the same epochs and the same seed.
        seeds: How many.
        known: A training they all share the beginning with, if there is one.
    """
    epochs = settings[0].training.epochs
    courses = [_course(spec, known) for spec in settings]
    return Work(
        runs=len(settings) * seeds,
        reported=len(settings) * seeds * epochs,
        least=seeds * sum(len({*_together(courses, epoch)}) for epoch in range(epochs)),
        most=seeds * sum(len({*_apart(courses, epoch)}) for epoch in range(epochs)),
        replayed=known is not None,
    )


def _together(courses: Sequence[_Course], epoch: int) -> list[Hashable]:
    """Return what tells the trainings of an epoch apart if settings stay together."""
    return [
        (one.plan[: epoch + 1], one.act if one.act and one.act[0] < epoch else None)
        for one in courses
        if one.shortest > epoch
    ]


def _apart(courses: Sequence[_Course], epoch: int) -> list[Hashable]:
    """Return the same if each goes its own way as soon as it can."""
    return [
        one.own if one.free_from <= epoch else one.plan[: epoch + 1]
        for one in courses
        if one.longest > epoch
    ]


def _course(spec: RunSpec, known: KnownCurve | None) -> _Course:
    training = spec.training
    reducing, stopping = _of(spec, ReduceLROnPlateau), _of(spec, EarlyStopping)
    planned = _of(spec, LearningRateScheduler)
    plan = rates(planned, training.learning_rate, training.epochs) if planned else ()
    # A plan overwrites every reduction, so what a replay says of rates is not what happens.
    known = None if planned else known
    act, exact = _first_act(reducing, known, spec)
    shortest, longest = _length(stopping, known, spec, exact)
    return _Course(
        own=(plan, None if reducing is None else _deciding(reducing)),
        plan=plan,
        act=act,
        free_from=_free_from(reducing, act, exact, training.epochs),
        shortest=shortest,
        longest=longest,
    )


def _of(spec: RunSpec, kind: type[C]) -> C | None:
    return next((callback for callback in spec.callbacks if isinstance(callback, kind)), None)


def _deciding(reducing: ReduceLROnPlateau) -> tuple[Any, ...]:
    return tuple(reducing.model_dump(exclude={"kind", "verbose"}).values())


def _free_from(
    reducing: ReduceLROnPlateau | None, act: tuple[int, float] | None, exact: int, epochs: int
) -> int:
    if reducing is None:
        return epochs
    if act is not None:
        return act[0] + 1
    return max(exact, 1, reducing.patience) + 1


def _first_act(
    reducing: ReduceLROnPlateau | None, known: KnownCurve | None, spec: RunSpec
) -> tuple[tuple[int, float] | None, int]:
    """Return the first reduction, if it is known, and how many epochs are known for certain."""
    if known is None:
        return None, 0
    if reducing is None:
        return None, known.rates.first_other(np.full(len(known.rates.values), known.rates.start))
    replayed = _replayed(reducing, known)
    if replayed is None or replayed.rates is None:
        return None, 0
    acts = [act for act in replayed.acts if act < replayed.first_unknown]
    if acts and acts[0] + 1 < spec.training.epochs:
        return (acts[0], float(replayed.rates[acts[0] + 1])), acts[0] + 1
    return None, replayed.first_unknown


def _length(
    stopping: EarlyStopping | None, known: KnownCurve | None, spec: RunSpec, exact: int
) -> tuple[int, int]:
    epochs = spec.training.epochs
    if stopping is None:
        return epochs, epochs
    earliest = min(epochs, _earliest_stop(stopping) + 1)
    replayed = None if known is None else _replayed(stopping, known)
    if replayed is None:
        return earliest, epochs
    stops = [stop for stop in replayed.acts if stop < exact]
    if stops:
        return min(epochs, stops[0] + 1), min(epochs, stops[0] + 1)
    return max(earliest, min(epochs, exact + 1)), epochs


def _earliest_stop(stopping: EarlyStopping) -> int:
    """Return the first epoch at whose end it can stop.

    Source: `EarlyStopping.on_epoch_end`, Keras 3.15: the first epoch that it watches improves,
    unless a baseline stands against it, and it never stops after the first of all.
    """
    waits = stopping.patience - (0 if stopping.baseline is None else 1)
    return stopping.start_from_epoch + max(1, waits)


def _replayed(callback: Watcher, known: KnownCurve) -> Replayed | None:
    """Return the replay; None if the curve lacks the metric, or its direction cannot be told."""
    curve = known.curves.get(callback.monitor)
    try:
        return curve and replay_setting(Setting("A", callback), curve, known.rates)
    except ValueError:
        return None
