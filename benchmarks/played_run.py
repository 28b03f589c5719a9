"""A run that no worker trains: a benchmark writes its rows when it chooses."""

import math
import random
import time
from collections.abc import Iterable

from core import store
from core.plateaus.arrays import Curves
from core.plateaus.reduce_lr import ReduceLROnPlateauSettings
from core.plateaus.reduce_lr_replay import ReduceLROnPlateauReplay, replay_reduce_lr_on_plateau
from core.specs.callbacks import ReduceLROnPlateau
from core.specs.run import RunSpec, TrainingSpec
from core.store import Epoch, Event, EventKind, RunStatus, Store

_METRIC = "val_accuracy"
_REDUCING = ReduceLROnPlateau(monitor=_METRIC, factor=0.3, patience=3, min_delta=0.001)


class PlayedRun:
    """A run marked as running, whose accuracy rises to a plateau and whose rate is lowered there.

    Args:
        db: The store.
        epochs: How many are played.
        reducing: What lowers the rate.
        seed: Draws the noise of the curve.
    """

    def __init__(
        self,
        db: Store,
        epochs: int,
        *,
        reducing: ReduceLROnPlateau = _REDUCING,
        seed: int = 0,
    ) -> None:
        training = TrainingSpec(epochs=epochs, seed=seed)
        spec = RunSpec(name="Played", training=training, callbacks=(reducing,))
        self.id = store.create_run(db, spec, owner=store.owner_of("benchmark"))
        self._store = db
        self._reducing = reducing
        self._replay = _replay(_curve(epochs, seed), reducing, training.learning_rate)
        store.update_run(
            db,
            self.id,
            status=RunStatus.RUNNING,
            started_s=time.time(),
            steps_per_epoch=50,
            training_scans=1600,
            validation_scans=400,
        )

    def write(self, epoch: int) -> float:
        """Write an epoch, counted from 0, and return the time before, in Unix seconds."""
        return self._write([epoch])

    def write_all(self) -> None:
        """Write every epoch at once, and end the run."""
        self._write(range(self._replay.curves.shape[1]))
        self.end()

    def _write(self, epochs: Iterable[int]) -> float:
        rows = [_epoch(self._replay, self._reducing, epoch) for epoch in epochs]
        before_s = time.time()
        store.append(
            self._store,
            self.id,
            new_epochs=rows,
            new_events=[
                _reduction(row) for row in rows if row.learning_rate_after < row.learning_rate
            ],
            new_lines=[f"Epoch {row.epoch + 1}" for row in rows],
        )
        return before_s

    def give_sign_of_life(self) -> None:
        """Keep the app from ending the run."""
        store.update_run(self._store, self.id)

    def end(self) -> None:
        """End the run."""
        store.end_run(self._store, self.id, RunStatus.FINISHED)


def _curve(epochs: int, seed: int) -> list[float]:
    noise = random.Random(seed)
    return [0.95 - 0.6 * math.exp(-epoch / 6) + noise.gauss(0, 0.01) for epoch in range(epochs)]


def _replay(
    curve: list[float], reducing: ReduceLROnPlateau, learning_rate: float
) -> ReduceLROnPlateauReplay:
    settings = ReduceLROnPlateauSettings.of(
        factor=reducing.factor, patience=reducing.patience, min_delta=reducing.min_delta
    )
    return replay_reduce_lr_on_plateau(
        settings, Curves.of(curve), learning_rate=learning_rate, mode="max"
    )


def _epoch(replay: ReduceLROnPlateauReplay, reducing: ReduceLROnPlateau, epoch: int) -> Epoch:
    """Return an epoch as the recorder writes it."""
    at, value = (0, 0, epoch), float(replay.curves.values[0, epoch])
    reduced = bool(replay.reduced[at])
    counters = {
        "kind": reducing.kind,
        # As it stood when the callback acted.
        "wait": reducing.patience if reduced else int(replay.wait[at]),
        "best": float(replay.best[at]),
        "cooldown_counter": int(replay.cooldown_counter[at]),
        "fired": reduced,
        **reducing.model_dump(include={"monitor", "patience", "cooldown", "min_delta", "factor"}),
    }
    return Epoch(
        epoch=epoch,
        logs={"accuracy": value, "loss": 1 - value, _METRIC: value, "val_loss": 1 - value},
        learning_rate=float(replay.learning_rate[at]),
        learning_rate_after=float(replay.learning_rate_after[at]),
        seconds=3.0,
        training_seconds=2.5,
        callbacks=(counters,),
    )


def _reduction(row: Epoch) -> Event:
    detail = {"from": row.learning_rate, "to": row.learning_rate_after, "by": _REDUCING.kind}
    return Event(EventKind.LEARNING_RATE_REDUCED, row.epoch, detail)
