"""The callback that watches the others and writes down what they do."""
# Keras ships no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
# pyright: reportMissingTypeStubs=false, reportArgumentType=false

import math
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras

from core.store import Batch, Epoch, Event, EventKind
from core.training.callbacks import counters_of
from core.training.hand import Hand, rate_of
from core.training.journal import RowTaker
from core.training.restart import model_files

# Ten a second would be allowed; each is a transaction of its own.
_BATCH_INTERVAL_S = 0.25


class StopRequested(Exception):
    """Somebody pressed Stop, or the store can no longer be written."""


class Recorder(keras.callbacks.Callback):
    """Writes epochs, batches and events; stands last in the list, so that it sees every act.

    Args:
        journal: Takes the rows.
        watched: The callbacks before it, in their order.
        directory: Where the run's checkpoints appear.
        hand: What a person does to the rate.
        noted: What `noted` returned when the training was interrupted.
        first_epoch: The first epoch to come, from 0.

    Attributes:
        diverged: Whether the last loss was no number.
        acted: Whether a callback or a person did anything in the epoch.
    """

    # Lets Keras hand batches over without waiting, as it does for its own progress bar.
    async_safe = True

    def __init__(
        self,
        journal: RowTaker,
        watched: Sequence[keras.callbacks.Callback],
        directory: Path,
        *,
        hand: Hand | None = None,
        noted: Mapping[str, Any] | None = None,
        first_epoch: int = 0,
    ) -> None:
        super().__init__()
        noted = noted or {}
        self.diverged, self.acted = bool(noted.get("diverged")), False
        self._hand = hand or Hand(deque())
        self._journal, self._watched, self._directory = journal, watched, directory
        # A run that a callback had ended has no epoch to come, and notes its end in the last one.
        self._epoch, self._batch = max(0, first_epoch - 1), 0
        # Of the epoch when it began, at this moment, and when the last one ended.
        self._rate = self._rate_now = self._rate_after = math.nan
        self._epoch_began_s = self._batches_ended_s = self._batch_written_s = 0.0
        self._waited: dict[int, int] = {}
        self._files: dict[str, int] = {}
        self._saw_nan = bool(noted.get("nan"))

    def noted(self) -> dict[str, Any]:
        """Return what was noted and must not be noted again after an interruption."""
        return {"nan": self._saw_nan, "diverged": self.diverged, "files": dict(self._files)}

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Remember which files are there, and the rate before anything changed it."""
        self._files = self._model_files()
        self._rate_after = self._learning_rate()
        self._waited = {
            place: callback.wait
            for place, callback in enumerate(self._watched)
            if isinstance(callback, keras.callbacks.ReduceLROnPlateau)
        }

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Note the rate the epoch trains with, and that a plan has set it."""
        self._epoch, self._rate, self.acted = epoch, self._learning_rate(), False
        self._note_set_rate()
        self._rate_now = self._rate
        self._epoch_began_s = self._batches_ended_s = time.perf_counter()

    def on_train_batch_begin(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """End the training if Stop was pressed; set the rate if a person asked for it."""
        self._batch = batch
        self._end_if_stopped()
        if self._hand.is_raised():
            self._take_the_hand(batch)

    def on_test_batch_begin(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """End the training if Stop was pressed."""
        self._batch = batch
        self._end_if_stopped()

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
                callbacks=tuple(self._counters(epoch, reduced=rate < self._rate_now)),
            )
        )
        self._note_rate(rate)
        self._note_saved(logs)
        self._note_stopped(epoch)

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Note what was saved in an epoch that has no end, and weights that were put back."""
        self._note_saved({})
        for callback in self._of(keras.callbacks.EarlyStopping):
            # Source: EarlyStopping.on_train_end, Keras 3.15.
            if callback.restore_best_weights and callback.best_weights is not None:
                self._note(EventKind.WEIGHTS_RESTORED, from_epoch=int(callback.best_epoch))

    def note_broken_off(self) -> None:
        """Note the batch at which TerminateOnNaN raised its error, before this one heard of it."""
        self.diverged = True
        self._note_saved({})
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

    def _end_if_stopped(self) -> None:
        if self._journal.stop_requested.is_set():
            raise StopRequested

    def _take_the_hand(self, batch: int) -> None:
        # On JAX, asking for it puts the variables back. Source: `Callback.model`, Keras 3.15.
        model: Any = self.model
        for intervention in self._hand.act(self._epoch, batch, model.optimizer):
            self._journal.add(intervention)
            after = intervention.learning_rate or 0.0
            detail = {"from": self._rate_now, "to": after, "by": "hand", "batch": batch}
            self._note(EventKind.LEARNING_RATE_SET, **detail)
            self._rate_now = after

    def _note_set_rate(self) -> None:
        """Note a rate that another epoch's end did not leave behind."""
        if self._rate != self._rate_after:
            self._note_change(
                EventKind.LEARNING_RATE_SET, self._rate_after, self._rate, "LearningRateScheduler"
            )

    def _note_rate(self, rate: float) -> None:
        if rate < self._rate_now:
            self._note_change(
                EventKind.LEARNING_RATE_REDUCED, self._rate_now, rate, "ReduceLROnPlateau"
            )

    def _note_change(self, kind: EventKind, before: float, after: float, by: str) -> None:
        self._note(kind, **{"from": before, "to": after, "by": by})

    def _note_saved(self, logs: Mapping[str, float]) -> None:
        files = self._model_files()
        changed = sorted(
            name for name, time_ns in files.items() if self._files.get(name) != time_ns
        )
        self._files = files
        saving = next(iter(self._of(keras.callbacks.ModelCheckpoint)), None)
        monitor = "" if saving is None else saving.monitor
        # What was saved after a batch are other weights than those that the epoch's end judges.
        known = saving is not None and saving.save_freq == "epoch"
        value = logs.get(monitor) if known else None
        for name in changed:
            self._note(EventKind.CHECKPOINT_SAVED, file=name, monitor=monitor, value=value)

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
        self.acted = True
        self._journal.add(Event(kind, self._epoch, detail))

    def _stopped(self, callback: keras.callbacks.EarlyStopping, epoch: int) -> bool:
        model: Any = self.model
        return bool(model.stop_training) and epoch > 0 and callback.stopped_epoch == epoch

    def _of(self, kind: type[Any]) -> list[Any]:
        return [callback for callback in self._watched if isinstance(callback, kind)]

    def _learning_rate(self) -> float:
        model: Any = self.model
        return rate_of(model.optimizer)

    def _model_files(self) -> dict[str, int]:
        """Return the model files in the run's directory with their times, in nanoseconds."""
        return {file.name: file.stat().st_mtime_ns for file in model_files(self._directory)}


def _numbers(logs: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in logs.items()}
