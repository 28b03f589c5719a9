"""The callback that watches the others and writes down what they do."""
# Keras ships no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
# pyright: reportMissingTypeStubs=false, reportArgumentType=false

import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from core.store import Batch, Epoch, Event, EventKind
from core.training.callbacks import counters_of
from core.training.journal import Journal

# Ten a second would be allowed; each is a transaction of its own.
_BATCH_INTERVAL_S = 0.25
_MODEL_FILES = (".keras", ".weights.h5")


class StopRequested(Exception):
    """Somebody pressed Stop, or the store can no longer be written."""


class Recorder(keras.callbacks.Callback):
    """Writes epochs, batches and events; stands last in the list, so that it sees every act.

    Args:
        journal: Takes the rows.
        watched: The callbacks before it, in their order.
        directory: Where the run's checkpoints appear.
    """

    # Lets Keras hand batches over without waiting, as it does for its own progress bar.
    async_safe = True

    def __init__(
        self, journal: Journal, watched: Sequence[keras.callbacks.Callback], directory: Path
    ) -> None:
        super().__init__()
        self.diverged = False
        self._journal, self._watched, self._directory = journal, watched, directory
        self._epoch = self._batch = 0
        self._rate = self._rate_after = math.nan
        self._epoch_began_s = self._batches_ended_s = self._batch_written_s = 0.0
        self._waited: dict[int, int] = {}
        self._files: dict[str, int] = {}
        self._saw_nan = False

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Remember which files are there, and the rate before anything changed it."""
        self._files = self._model_files()
        self._rate_after = self._learning_rate()

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Note the rate the epoch trains with, and that a plan has set it."""
        self._epoch, self._rate = epoch, self._learning_rate()
        self._note_set_rate()
        self._epoch_began_s = self._batches_ended_s = time.perf_counter()

    def on_train_batch_begin(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """End the training if Stop was pressed."""
        self._batch = batch
        if self._journal.stop_requested.is_set():
            raise StopRequested

    def on_test_batch_begin(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """End the training if Stop was pressed."""
        self.on_train_batch_begin(batch)

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Write the running means, four times a second at most."""
        self._batches_ended_s = now = time.perf_counter()
        logs = logs or {}
        self._note_nan(logs, batch)
        if now - self._batch_written_s >= _BATCH_INTERVAL_S:
            self._batch_written_s = now
            self._journal.add(Batch(self._epoch, batch, _numbers(logs)))

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Write the epoch with the counters of every callback, and what they did."""
        now, rate = time.perf_counter(), self._learning_rate()
        self._rate_after = rate
        logs = _numbers(logs or {})
        self._note_nan(logs, None)
        self.diverged = not math.isfinite(logs.get("loss", 0.0))
        self._journal.add(
            Epoch(
                epoch=epoch,
                logs=logs,
                learning_rate=self._rate,
                learning_rate_after=rate,
                seconds=now - self._epoch_began_s,
                training_seconds=self._batches_ended_s - self._epoch_began_s,
                callbacks=tuple(self._counters(epoch, reduced=rate < self._rate)),
            )
        )
        self._note_rate(rate)
        self._note_saved(logs)
        self._note_stopped(epoch)

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Note the weights that EarlyStopping put back."""
        for callback in self._of(keras.callbacks.EarlyStopping):
            # Source: EarlyStopping.on_train_end, Keras 3.15.
            if callback.restore_best_weights and callback.best_weights is not None:
                self._note(EventKind.WEIGHTS_RESTORED, from_epoch=int(callback.best_epoch))

    def note_broken_off(self) -> None:
        """Note the batch at which TerminateOnNaN raised its error, before this one heard of it."""
        self.diverged = True
        self._note_nan({"loss": math.nan}, self._batch)

    def _counters(self, epoch: int, *, reduced: bool) -> list[dict[str, Any]]:
        return [
            self._counters_of(place, callback, epoch, reduced=reduced)
            for place, callback in enumerate(self._watched)
        ]

    def _counters_of(
        self, place: int, callback: keras.callbacks.Callback, epoch: int, *, reduced: bool
    ) -> dict[str, Any]:
        """Return a callback's counters, with `wait` as it stood when it acted."""
        seen = counters_of(callback)
        if isinstance(callback, keras.callbacks.ReduceLROnPlateau):
            seen["fired"] = reduced
            if reduced:  # It has set its own back to 0.
                seen["wait"] = self._waited.get(place, 0) + 1
            self._waited[place] = callback.wait
        if isinstance(callback, keras.callbacks.EarlyStopping):
            seen["fired"] = self._stopped(callback, epoch)
        if isinstance(callback, keras.callbacks.TerminateOnNaN):
            seen["fired"] = self.diverged
        return seen

    def _note_set_rate(self) -> None:
        """Note a rate that another epoch's end did not leave behind."""
        if self._rate != self._rate_after:
            self._note_change(
                EventKind.LEARNING_RATE_SET, self._rate_after, self._rate, "LearningRateScheduler"
            )

    def _note_rate(self, rate: float) -> None:
        if rate < self._rate:
            self._note_change(
                EventKind.LEARNING_RATE_REDUCED, self._rate, rate, "ReduceLROnPlateau"
            )

    def _note_change(self, kind: EventKind, before: float, after: float, by: str) -> None:
        self._note(kind, **{"from": before, "to": after, "by": by})

    def _note_saved(self, logs: Mapping[str, float]) -> None:
        files = self._model_files()
        changed = sorted(
            name for name, time_ns in files.items() if self._files.get(name) != time_ns
        )
        self._files = files
        monitor = next((c.monitor for c in self._of(keras.callbacks.ModelCheckpoint)), "")
        for name in changed:
            self._note(
                EventKind.CHECKPOINT_SAVED, file=name, monitor=monitor, value=logs.get(monitor)
            )

    def _note_stopped(self, epoch: int) -> None:
        for callback in self._of(keras.callbacks.EarlyStopping):
            if self._stopped(callback, epoch):
                self._note(
                    EventKind.EARLY_STOP,
                    monitor=callback.monitor,
                    wait=callback.wait,
                    patience=callback.patience,
                )

    def _note_nan(self, logs: Mapping[str, Any], batch: int | None) -> None:
        broken = [name for name, value in logs.items() if not math.isfinite(value)]
        if broken and not self._saw_nan:
            self._saw_nan = True
            self._note(EventKind.NAN, metric=broken[0], batch=batch)

    def _note(self, kind: EventKind, **detail: Any) -> None:
        self._journal.add(Event(kind, self._epoch, detail))

    def _stopped(self, callback: keras.callbacks.EarlyStopping, epoch: int) -> bool:
        model: Any = self.model
        return bool(model.stop_training) and epoch > 0 and callback.stopped_epoch == epoch

    def _of(self, kind: type[Any]) -> list[Any]:
        return [callback for callback in self._watched if isinstance(callback, kind)]

    def _learning_rate(self) -> float:
        model: Any = self.model
        return float(np.asarray(keras.ops.convert_to_numpy(model.optimizer.learning_rate)))

    def _model_files(self) -> dict[str, int]:
        """Return the model files in the run's directory with their times, in nanoseconds."""
        return {
            file.name: file.stat().st_mtime_ns
            for file in self._directory.iterdir()
            if file.name.endswith(_MODEL_FILES)
        }


def _numbers(logs: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in logs.items()}
