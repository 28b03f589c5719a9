"""What earlier runs tell about the work of a sweep: their curve, and their pace."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.plateaus.recorded_rates import RecordedRates
from core.plateaus.sweep_work import KnownCurve
from core.specs.lineage import trunk
from core.specs.run import RunSpec
from core.store.connection import Store
from core.store.progress import read_curves, read_epochs
from core.store.recorded import recorded_curves
from core.store.records import Epoch, Run, Sweep
from core.store.runs import read_runs
from core.store.sweeps import read_sweep_runs, read_sweeps

_FEWEST_EPOCHS = 3


@dataclass(frozen=True, eq=False)
class KnownTraining:
    """An earlier run with the scans, model and first learning rate of a sweep.

    Attributes:
        run: The run.
        curve: Its curves.
        seconds: Its median duration of an epoch, in seconds.
    """

    run: Run
    curve: KnownCurve
    seconds: float


def known_training(store: Store, base: RunSpec, *, owner: str) -> KnownTraining | None:
    """Return the owner's newest such run of three epochs or more; of the same seed if one is.

    Where no run of their own is known, it is the longest of their newest sweep that has one.

    Args:
        store: The store.
        base: What a sweep is made from.
        owner: What `owner_of` made of the visitor's token.
    """
    wanted = _told_apart_by(base)
    alike = [
        run
        for run in read_runs(store, owner)
        if run.parent_id is None and _told_apart_by(run.spec) == wanted
    ]
    alike.sort(key=lambda run: run.spec.training.seed != base.training.seed)
    for run in alike:
        epochs = read_epochs(store, run.id)
        if len(epochs) >= _FEWEST_EPOCHS:
            return KnownTraining(run, _curve(epochs), _pace(epochs))
    found = (_of_sweep(store, sweep, base) for sweep in read_sweeps(store, owner))
    return next((known for known in found if known is not None), None)


def _of_sweep(store: Store, sweep: Sweep, base: RunSpec) -> KnownTraining | None:
    if _told_apart_by(sweep.spec.base) != _told_apart_by(base):
        return None
    seeds = sweep.spec.seeds
    seed = base.training.seed if base.training.seed in seeds else seeds[0]
    runs = {run.id: run for run in read_sweep_runs(store, sweep.id) if run.seed == seed}
    curves = read_curves(store, runs)
    longest = max(runs, key=lambda run_id: len(curves[run_id]))
    if len(curves[longest]) < _FEWEST_EPOCHS:
        return None
    return KnownTraining(runs[longest], _curve(curves[longest]), _pace(curves[longest]))


def _told_apart_by(spec: RunSpec) -> dict[str, Any]:
    settings = trunk(spec) | {"learning_rate": spec.training.learning_rate}
    return {name: value for name, value in settings.items() if name != "training.seed"}


def _curve(epochs: Sequence[Epoch]) -> KnownCurve:
    curves = recorded_curves(epochs)
    rates = RecordedRates.of(curves.rates, len(curves))
    return KnownCurve({name: curves.curve(name) for name in curves.metrics}, rates)


def _pace(epochs: Sequence[Epoch]) -> float:
    # The first epoch also traces and compiles.
    return float(np.median([epoch.seconds for epoch in epochs[1:]]))
