"""Sweeps and their runs one by one, through an engine as the app has it, without the app.

Their size is that of the bounds: 20 epochs on the demo's 1,000 subjects. For a look at whether
all works, the environment variables SWEEP_EPOCHS and SWEEP_SUBJECTS make them smaller.
"""

import math
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.homes import environment_of
from benchmarks.report import tell
from benchmarks.waiting import until
from core import store
from core.engine.engine import Engine
from core.settings import Settings
from core.specs.callbacks import EarlyStopping, ReduceLROnPlateau
from core.specs.data import SimulatedScans
from core.specs.run import RunSpec, TrainingSpec
from core.specs.sweep import Axis, SweepSpec
from core.store import Epoch, Run, RunStatus, Store

EPOCHS = int(os.environ.get("SWEEP_EPOCHS", "20"))
SCANS = SimulatedScans(subjects=int(os.environ.get("SWEEP_SUBJECTS", "1000")))
_OWNER = store.owner_of("benchmark")
_WARM_S, _LIMIT_S = 120.0, 7200.0

Curve = Sequence[Epoch]


def plateau_sweep() -> SweepSpec:
    """Return 12 settings of ReduceLROnPlateau."""
    reducing = ReduceLROnPlateau(monitor="val_accuracy", min_delta=0.001)
    return SweepSpec(
        name="plateau",
        base=RunSpec(
            scans=SCANS, training=TrainingSpec(epochs=EPOCHS, verbose=0), callbacks=(reducing,)
        ),
        axes=(
            Axis(callback=0, parameter="factor", values=(0.1, 0.3, 0.5)),
            Axis(callback=0, parameter="patience", values=(2, 3, 4, 6)),
        ),
    )


def stopping_sweep() -> SweepSpec:
    """Return 16 settings of EarlyStopping."""
    stopping = EarlyStopping(monitor="val_accuracy", restore_best_weights=True)
    return SweepSpec(
        name="stopping",
        base=RunSpec(
            scans=SCANS, training=TrainingSpec(epochs=EPOCHS, verbose=0), callbacks=(stopping,)
        ),
        axes=(
            Axis(callback=0, parameter="patience", values=(1, 2, 3, 5)),
            Axis(callback=0, parameter="min_delta", values=(0.0, 0.001, 0.005, 0.02)),
        ),
    )


@dataclass(frozen=True)
class Swept:
    """A sweep that has ended.

    Attributes:
        runs: Its runs, by setting.
        curves: Their epochs, in the same order.
        wall_s: From its submission to its end.
        epochs_trained: As its ledger says.
    """

    runs: Sequence[Run]
    curves: Sequence[Curve]
    wall_s: float
    epochs_trained: int

    @property
    def epochs_reported(self) -> int:
        """Epochs on all curves."""
        return sum(map(len, self.curves))


class Bench:
    """An engine, and what it trains.

    Args:
        engine: The engine, warm.
        db: The store.
    """

    def __init__(self, engine: Engine, db: Store) -> None:
        self._engine, self._db = engine, db

    def sweep(self, spec: SweepSpec) -> Swept:
        """Run a sweep to its end."""
        tell(f"The sweep {spec.name!r}: {spec.run_count} runs.")
        sweep_id = store.create_sweep(self._db, spec, owner=_OWNER).id
        began_s = time.monotonic()
        self._engine.submit_sweep(sweep_id)
        self._wait(lambda: not store.read_sweep(self._db, sweep_id).is_active)
        wall_s = time.monotonic() - began_s
        ended, ledger = store.read_sweep(self._db, sweep_id), store.read_ledger(self._db, sweep_id)
        _require_finished(ended.status, ended.error)
        runs = store.read_sweep_runs(self._db, sweep_id)
        curves = store.read_curves(self._db, [run.id for run in runs])
        tell(
            f"It trained {ledger.epochs_trained} epochs for {ledger.epochs_reported}, in "
            f"{wall_s:.1f} s, {ledger.seconds_spent:.1f} s of them in epochs."
        )
        return Swept(runs, [curves[run.id] for run in runs], wall_s, ledger.epochs_trained)

    def alone(self, specs: Sequence[RunSpec]) -> tuple[list[Curve], float]:
        """Train runs from scratch, one after another; return their epochs and the seconds."""
        tell(f"{len(specs)} of its runs, one by one.")
        ids = [store.create_run(self._db, spec, owner=_OWNER) for spec in specs]
        began_s = time.monotonic()
        for run_id in ids:
            self._engine.submit(run_id)
        self._wait(lambda: not any(run.is_active for run in store.read_runs_of(self._db, ids)))
        wall_s = time.monotonic() - began_s
        for run in store.read_runs_of(self._db, ids):
            _require_finished(run.status, run.error)
        curves = store.read_curves(self._db, ids)
        tell(f"They trained {sum(map(len, curves.values()))} epochs in {wall_s:.1f} s.")
        return [curves[run_id] for run_id in ids], wall_s

    def _wait(self, over: Callable[[], bool]) -> None:
        until(over, within_s=_LIMIT_S, every_s=0.25, what="the end")


@contextmanager
def running_bench(settings: Settings, *, workers: int = 1, threads: int = 0) -> Iterator[Bench]:
    """Yield a bench whose workers are warm.

    Args:
        settings: Of the home.
        workers: How many train.
        threads: Of each; 0 leaves it to Keras.
    """
    sized = settings.model_copy(
        update={"plateau_workers": workers, "plateau_worker_threads": threads}
    )
    with _environment(environment_of(sized)):
        db = Store(sized.store_url)
        engine = Engine(sized, db)
        try:
            until(lambda: engine.trainers == workers, within_s=_WARM_S, what="warm workers")
            yield Bench(engine, db)
        finally:
            engine.close()
            db.close()


def distinct_states(curves: Sequence[Curve]) -> int:
    """Count the states that trainings of one seed went through, from their curves alone.

    Two settings were in one state after an epoch if all their epochs up to it have the same
    metrics. This knows nothing of branches and callbacks.
    """
    seen: set[tuple[tuple[float, ...], ...]] = set()
    for curve in curves:
        values = [_metrics(epoch) for epoch in curve]
        seen |= {tuple(values[: number + 1]) for number in range(len(values))}
    return len(seen)


def differing_values(ours: Sequence[Curve], alone: Sequence[Curve]) -> tuple[int, int]:
    """Compare curves with those of runs from scratch, to the last bit.

    Returns:
        How many values differ, missing epochs counted with all their values, and how many
        there are.
    """
    differ = total = 0
    for mine, theirs in zip(ours, alone, strict=True):
        width = len(_all_values(theirs[0]))
        total += max(len(mine), len(theirs)) * width
        differ += abs(len(mine) - len(theirs)) * width
        for one, other in zip(mine, theirs, strict=False):
            pairs = zip(_all_values(one), _all_values(other), strict=True)
            differ += sum(not _same(*pair) for pair in pairs)
    return differ, total


def _metrics(epoch: Epoch) -> tuple[float, ...]:
    return tuple(value for name, value in sorted(epoch.logs.items()) if name != "learning_rate")


def _all_values(epoch: Epoch) -> list[float]:
    logs: Mapping[str, float] = epoch.logs
    return [*(logs[name] for name in sorted(logs)), epoch.learning_rate, epoch.learning_rate_after]


def _same(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))


def _require_finished(status: RunStatus, error: str) -> None:
    if status is not RunStatus.FINISHED:
        raise RuntimeError(f"It is {status}: {error}")


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Have our environment variables be these, as the engine's processes inherit them."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
