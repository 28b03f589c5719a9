"""Runs put into a store as a worker would put them there, and read back for a comparison."""

import math
from collections.abc import Sequence
from typing import Any

from core import store
from core.charts.history import History
from core.specs.callbacks import EarlyStopping, ReduceLROnPlateau
from core.specs.data import SimulatedScans
from core.specs.run import RunSpec, TrainingSpec
from core.store import Epoch, Event, EventKind, RunStatus, Store

RISING = (0.5, 0.7, 0.8, 0.82, 0.81, 0.9, 0.91, 0.905)


def store_run(
    db: Store,
    name: str = "a run",
    values: Sequence[float] = RISING,
    *,
    seed: int = 0,
    patience: int = 2,
    reduced_after: Sequence[int] = (4,),
    stopping: EarlyStopping | None = None,
    scans: Any = None,
    planned: int | None = None,
    owner: str = "somebody",
    ended: bool = True,
) -> str:
    """Store a run whose val_accuracy takes these values, and return its id.

    Args:
        db: The store.
        name: Of the run.
        values: val_accuracy by epoch; accuracy is 0.05 above it.
        seed: Of the training.
        patience: Of ReduceLROnPlateau.
        reduced_after: Epochs, from 0, at whose end the rate was lowered tenfold.
        stopping: An EarlyStopping that stands in the settings.
        scans: SimulatedScans by default.
        planned: Epochs the run was asked for; as many as there are values by default.
        owner: The visitor's token.
        ended: Whether the run is finished.
    """
    reducing = ReduceLROnPlateau(monitor="val_accuracy", factor=0.1, patience=patience)
    spec = RunSpec(
        name=name,
        scans=scans or SimulatedScans(),
        training=TrainingSpec(epochs=planned or max(1, len(values)), seed=seed),
        callbacks=(reducing, stopping) if stopping else (reducing,),
    )
    run_id = store.create_run(db, spec, owner=store.owner_of(owner))
    store.start_run(db, run_id)
    store.update_run(db, run_id, status=RunStatus.RUNNING, validation_scans=400)
    epochs, events = _rows(values, set(reduced_after))
    store.append(db, run_id, new_epochs=epochs, new_events=events)
    if ended:
        store.end_run(db, run_id, RunStatus.FINISHED)
    return run_id


def read_histories(db: Store, run_ids: Sequence[str]) -> list[History]:
    """Read runs as the Compare page does."""
    epochs, events = store.read_curves(db, run_ids), store.read_events_of(db, run_ids)
    runs = store.read_runs_of(db, run_ids)
    return [History(run, epochs[run.id], events[run.id]) for run in runs]


def _rows(values: Sequence[float], reduced: set[int]) -> tuple[list[Epoch], list[Event]]:
    rate, epochs, events = 0.001, [], []
    for number, value in enumerate(values):
        after = rate / 10 if number in reduced else rate
        if after < rate:
            detail = {"from": rate, "to": after, "by": "ReduceLROnPlateau"}
            events.append(Event(EventKind.LEARNING_RATE_REDUCED, number, detail))
        loss = math.nan if math.isnan(value) else 1 - value
        logs = {"accuracy": value + 0.05, "loss": loss - 0.1, "val_accuracy": value}
        epochs.append(Epoch(number, logs | {"val_loss": loss}, rate, after, 2.0, 1.5))
        rate = after
    return epochs, events
