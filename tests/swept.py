"""Sweeps put into a store as workers would put them there."""

import math
import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from core import store
from core.charts.sweep.results import SweepResults
from core.plateaus.directions import likely_direction
from core.plateaus.early_stopping import EarlyStoppingRule, EarlyStoppingSettings
from core.plateaus.reduce_lr import ReduceLROnPlateauRule, ReduceLROnPlateauSettings
from core.specs.callbacks import EarlyStopping, ReduceLROnPlateau
from core.specs.run import RunSpec, TrainingSpec
from core.specs.sweep import SweepSpec, check_sweep
from core.store import BranchEpoch, Epoch, Event, EventKind, RunStatus, SavedState, Store, Sweep

RATE = float(np.float32(0.001))
Accuracy = Callable[[int, list[float]], float]


def sweep_spec(
    *,
    factors: Sequence[float] = (0.1, 0.5),
    patiences: Sequence[int] = (1, 3),
    stopping: Sequence[int] = (),
    seeds: Sequence[int] = (0, 1, 2),
    epochs: int = 12,
    name: str = "A sweep",
    **more: Any,
) -> SweepSpec:
    """Return a sweep of ReduceLROnPlateau, and of EarlyStopping's patience where one is given."""
    callbacks: list[Any] = [ReduceLROnPlateau(monitor="val_accuracy", min_delta=0.001)]
    axes: list[dict[str, Any]] = [
        {"callback": 0, "parameter": "factor", "values": tuple(factors)},
        {"callback": 0, "parameter": "patience", "values": tuple(patiences)},
    ]
    if stopping:
        callbacks.append(EarlyStopping(monitor="val_accuracy"))
        axes.append({"callback": 1, "parameter": "patience", "values": tuple(stopping)})
    base = RunSpec(
        training=TrainingSpec(epochs=epochs, learning_rate=RATE), callbacks=tuple(callbacks)
    )
    values = {"name": name, "base": base.model_dump(), "axes": axes, "seeds": tuple(seeds)}
    return check_sweep(values | more)


def rising(seed: int, rates: list[float]) -> float:
    """Return a val_accuracy that rises, with a noise that a lower rate makes smaller."""
    drawn = random.Random(repr((seed, rates))).gauss(0, 1)
    learnt = sum(0.05 + 0.6 * rate / RATE for rate in rates)
    return round(0.94 - 0.45 * math.exp(-learnt) + 0.015 * drawn * (rates[-1] / RATE) ** 0.5, 6)


def store_sweep(
    db: Store,
    spec: SweepSpec,
    *,
    accuracy: Accuracy = rising,
    owner: str = "somebody",
    most_epochs: int = 10_000,
    hashed: bool = False,
) -> Sweep:
    """Store a sweep that was trained, or has trained so many epochs, and return it.

    Args:
        db: The store.
        spec: The sweep.
        accuracy: The val_accuracy of an epoch, by the seed and the rates up to it.
        owner: The visitor's token, or with `hashed` what the store keeps of it.
        most_epochs: Trained before the worker is left where it is.
        hashed: See `owner`.
    """
    token = owner if hashed else store.owner_of(owner)
    sweep = store.create_sweep(db, spec, owner=token)
    courses = {
        (index, seed): _course(spec.run_spec(index, seed), accuracy)
        for seed in spec.seeds
        for index in range(spec.setting_count)
    }
    left = most_epochs
    while left and (branch := store.claim_branch(db, sweep.id, task="t", worker="worker 1")):
        left = _train(db, branch, courses, left)
    return store.read_sweep(db, sweep.id)


def read_results(db: Store, sweep_id: str) -> SweepResults:
    """Read a sweep as its page does."""
    runs = store.read_sweep_runs(db, sweep_id)
    ids = [run.id for run in runs]
    return SweepResults.of(
        store.read_sweep(db, sweep_id),
        store.read_branches(db, sweep_id),
        runs,
        store.read_curves(db, ids),
        store.read_events_of(db, ids),
    )


def _train(db: Store, branch: Any, courses: Any, left: int) -> int:
    epoch = branch.first_epoch
    while left:
        left -= 1
        ids = store.read_run_ids(db, branch)
        running = {s: courses[s, branch.seed] for s in branch.settings}
        running = {s: course for s, course in running.items() if len(course[0]) > epoch}
        ended = {s for s, course in running.items() if len(course[0]) == epoch + 1}
        done = BranchEpoch(
            epoch=epoch,
            seconds=2.0,
            epochs={ids[s]: _row(course, epoch) for s, course in running.items()},
            events={ids[s]: _events(course, epoch) for s, course in running.items()},
            ended={ids[s]: (RunStatus.FINISHED, "") for s in ended},
        )
        store.write_branch_epoch(db, branch, done)
        groups: dict[float, list[int]] = {}
        for setting, course in running.items():
            if setting not in ended:
                groups.setdefault(course[1][epoch + 1], []).append(setting)
        if not groups:
            store.end_branch(db, branch, RunStatus.FINISHED)
            return left
        if len(groups) > 1:
            branch = _split(db, branch, groups, epoch)
        epoch += 1
    return left


def _split(db: Store, branch: Any, groups: dict[float, list[int]], epoch: int) -> Any:
    state = SavedState(epoch, f"{branch.id}-{epoch}", "0" * 64, 1)
    return store.split_branch(db, branch, list(groups.values()), state)[0][0]


def _course(spec: RunSpec, accuracy: Accuracy) -> tuple[list[float], list[float], int | None]:
    """Return the val_accuracy and rate of each epoch, and the one after which it was stopped."""
    steps = [_step_of(callback) for callback in spec.callbacks]
    rates, values = [RATE], []
    for epoch in range(spec.training.epochs):
        values.append(accuracy(spec.training.seed, rates))
        told = [step(epoch, np.array([[values[-1]]])) for step in steps]
        rates.append(next((rate for rate in told if rate and rate is not True), rates[-1]))
        if True in told:
            return values, rates, epoch
    return values, rates, None


def _step_of(callback: Any) -> Callable[[int, Any], Any]:
    values = callback.model_dump(exclude={"kind", "monitor", "verbose", "mode"})
    mode = likely_direction(callback.monitor)
    if isinstance(callback, EarlyStopping):
        stopping = EarlyStoppingRule(EarlyStoppingSettings.of(**values), 1, mode=mode)
        return lambda epoch, value: bool(stopping.step(epoch, value)[0, 0])
    chosen = ReduceLROnPlateauSettings.of(**values)
    reducing = ReduceLROnPlateauRule(chosen, 1, learning_rate=RATE, mode=mode)

    def step(_: int, value: Any) -> float:
        reducing.step(value)
        return float(reducing.learning_rate[0, 0])

    return step


def _row(course: Any, epoch: int) -> Epoch:
    values, rates, _ = course
    value = values[epoch]
    logs = {"accuracy": min(1.0, value + 0.03), "loss": 0.9 - value / 2}
    logs |= {"val_accuracy": value, "val_loss": 1 - value / 2, "learning_rate": rates[epoch]}
    return Epoch(epoch, logs, rates[epoch], rates[epoch + 1], 2.0, 1.5)


def _events(course: Any, epoch: int) -> list[Event]:
    _, rates, stopped = course
    found: list[Event] = []
    if rates[epoch + 1] < rates[epoch]:
        detail = {"from": rates[epoch], "to": rates[epoch + 1], "by": "ReduceLROnPlateau"}
        found.append(Event(EventKind.LEARNING_RATE_REDUCED, epoch, detail))
    if stopped == epoch:
        found.append(Event(EventKind.EARLY_STOP, epoch, {"by": "EarlyStopping"}))
    return found
