"""Small runs, written out by hand, for the tests of the charts."""

from collections.abc import Sequence
from typing import Any

from core.charts.history import History
from core.specs.callbacks import AnyCallback, EarlyStopping, ModelCheckpoint, ReduceLROnPlateau
from core.specs.data import ScansSpec, SimulatedScans
from core.specs.run import RunSpec, TrainingSpec
from core.store.records import Epoch, Event, EventKind, Run, RunStatus

REDUCING = ReduceLROnPlateau(monitor="val_accuracy", factor=0.3, patience=2, min_delta=0.001)
STOPPING = EarlyStopping(monitor="val_accuracy", patience=6, restore_best_weights=True)
SAVING = ModelCheckpoint(filepath="best.keras", monitor="val_accuracy", save_best_only=True)

# Seven epochs under these callbacks, with one reduction after the fifth.
VAL_ACCURACY = (0.603, 0.723, 0.813, 0.8123, 0.8121, 0.8333, 0.8334)
REDUCING_WAIT = (0, 0, 0, 1, 2, 0, 1)
REDUCING_BEST = (0.603, 0.723, 0.813, 0.813, 0.813, 0.8333, 0.8333)
STOPPING_WAIT = (0, 0, 0, 1, 2, 0, 0)
STOPPING_BEST = (0.603, 0.723, 0.813, 0.813, 0.813, 0.8333, 0.8334)
RATES = (0.001, 0.001, 0.001, 0.001, 0.001, 0.0003, 0.0003)
RATES_AFTER = (0.001, 0.001, 0.001, 0.001, 0.0003, 0.0003, 0.0003)
IMPROVING = (0, 1, 2, 5, 6)


def a_run(
    callbacks: Sequence[AnyCallback] = (REDUCING, STOPPING, SAVING),
    *,
    epochs: int = 20,
    scans: ScansSpec | None = None,
    status: RunStatus = RunStatus.RUNNING,
) -> Run:
    """Build a run; its own numbers do not matter to the charts."""
    spec = RunSpec(
        scans=scans or SimulatedScans(),
        training=TrainingSpec(epochs=epochs),
        callbacks=tuple(callbacks),
    )
    return Run(
        id="run-1",
        name=spec.name,
        owner="owner",
        spec=spec,
        status=status,
        phase="",
        phase_share=None,
        stop_requested=False,
        device="cpu",
        steps_per_epoch=50,
        parameters=247_000,
        training_scans=1600,
        validation_scans=400,
        notes=(),
        error="",
        created_s=0.0,
        started_s=1.0,
        ended_s=None,
        heartbeat_s=1.0,
    )


def an_epoch(number: int, *states: dict[str, Any], **changed: Any) -> Epoch:
    """Build an epoch, counted from 0, with plain logs and a constant rate unless told."""
    logs = {"accuracy": 0.7, "loss": 0.9, "val_accuracy": 0.6, "val_loss": 1.0}
    logs |= changed.pop("logs", {})
    values: dict[str, Any] = {"learning_rate": 0.001, "learning_rate_after": 0.001}
    values |= {"seconds": 3.0, "training_seconds": 2.5} | changed
    return Epoch(epoch=number, logs=logs, callbacks=states, **values)


def reducing_state(**changed: Any) -> dict[str, Any]:
    """Return what ReduceLROnPlateau counted after an epoch."""
    plain = {"kind": "ReduceLROnPlateau", "monitor": "val_accuracy", "wait": 0, "best": 0.6}
    settings = {"patience": 2, "cooldown_counter": 0, "cooldown": 0, "fired": False}
    return plain | settings | changed


def stopping_state(**changed: Any) -> dict[str, Any]:
    """Return what EarlyStopping counted after an epoch."""
    plain = {"kind": "EarlyStopping", "monitor": "val_accuracy", "wait": 0, "best": 0.6}
    return plain | {"best_epoch": 0, "patience": 6, "fired": False} | changed


def seven_epochs() -> list[Epoch]:
    """Return the epochs of the constants above."""
    return [
        an_epoch(
            number,
            reducing_state(
                wait=REDUCING_WAIT[number],
                best=REDUCING_BEST[number],
                fired=REDUCING_WAIT[number] == REDUCING.patience,
            ),
            stopping_state(wait=STOPPING_WAIT[number], best=STOPPING_BEST[number]),
            {"kind": "ModelCheckpoint", "best": STOPPING_BEST[number]},
            logs={"val_accuracy": value},
            learning_rate=RATES[number],
            learning_rate_after=RATES_AFTER[number],
        )
        for number, value in enumerate(VAL_ACCURACY)
    ]


def a_reduction(number: int, before: float = 0.001, after: float = 0.0003) -> Event:
    """Return a reduction at the end of an epoch counted from 0."""
    detail = {"from": before, "to": after, "by": "ReduceLROnPlateau"}
    return Event(EventKind.LEARNING_RATE_REDUCED, number, detail)


def a_save(number: int, value: float | None = 0.8) -> Event:
    """Return a checkpoint saved at the end of an epoch counted from 0."""
    detail = {"file": "best.keras", "monitor": "val_accuracy", "value": value}
    return Event(EventKind.CHECKPOINT_SAVED, number, detail)


def their_events() -> list[Event]:
    """Return what happened in the seven epochs."""
    saves = [a_save(number, VAL_ACCURACY[number]) for number in IMPROVING]
    return sorted([*saves, a_reduction(4)], key=lambda event: event.epoch or 0)


def a_history(
    epochs: Sequence[Epoch] = (), events: Sequence[Event] = (), run: Run | None = None
) -> History:
    """Bring a run, its epochs and its events together."""
    return History(run or a_run(), epochs, events)
