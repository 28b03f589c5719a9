"""What Keras's callbacks remember between two epochs, and a fit must be given back."""
# Keras ships no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
# pyright: reportMissingTypeStubs=false, reportArgumentType=false

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from core.training.printed_hooks import PrintedHooks

REMEMBERED: Mapping[str, tuple[str, ...]] = {
    "ReduceLROnPlateau": ("wait", "best", "cooldown_counter"),
    "EarlyStopping": ("wait", "best", "best_epoch", "stopped_epoch"),
    "ModelCheckpoint": ("best", "_batches_seen_since_last_saving", "_last_batch_seen"),
    "BackupAndRestore": ("_batches_seen_since_last_saving", "_last_batch_seen", "_current_epoch"),
    "TensorBoard": ("_global_train_batch", "_global_test_batch", "_should_write_train_graph"),
    "SwapEMAWeights": ("_ema_weights_in_model",),
}
"""The attributes that a callback's own acts depend on, by Keras's name of its class.

Source: the classes of `keras.src.callbacks`, Keras 3.15. What they derive anew from the
model (`monitor_op`, the sign of `min_delta`) or open anew (writers, files) is not among
them; a test trains with each and finds no other attribute that changes.
"""


@dataclass(frozen=True)
class Memory:
    """What one callback remembers.

    Attributes:
        values: Its counters, by attribute; plain numbers, which JSON holds.
        watches: `monitor` and `mode`, or nothing for a callback that watches no metric.
        best_weights: EarlyStopping's copy of the weights of the best epoch.
        file_bytes: How long the file of a CSVLogger is.
        lines_left: How many lines the hooks of a LambdaCallback may still print.
    """

    values: Mapping[str, Any]
    watches: tuple[str, str] | None = None
    best_weights: Sequence[NDArray[Any]] = field(default_factory=tuple[NDArray[Any], ...])
    file_bytes: int | None = None
    lines_left: int | None = None


def memory_of(callback: keras.callbacks.Callback) -> Memory:
    """Return what a callback remembers at the end of an epoch."""
    names = REMEMBERED.get(type(callback).__name__, ())
    return Memory(
        values={name: getattr(callback, name) for name in names if hasattr(callback, name)},
        watches=_watches(callback),
        # Replaced as a whole, never changed: it need not be copied.
        best_weights=tuple(getattr(callback, "best_weights", None) or ()),
        file_bytes=_file_bytes(callback),
        lines_left=hooks.lines_left if (hooks := _hooks_of(callback)) else None,
    )


def give_back(callback: keras.callbacks.Callback, memory: Memory) -> None:
    """Give a callback its memory, after `on_train_begin` has cleared what it had.

    One that watches another metric, or the other way round, than the one that remembers
    begins anew.
    """
    if isinstance(callback, keras.callbacks.CSVLogger):
        _continue_table(callback)
    if memory.watches != _watches(callback):
        return
    for name, value in memory.values.items():
        setattr(callback, name, value)
    if isinstance(callback, keras.callbacks.EarlyStopping) and callback.restore_best_weights:
        callback.best_weights = [np.array(each) for each in memory.best_weights] or None
        if callback.best_weights is None and callback.best is not None:
            # What it would restore was not kept: it begins anew.
            callback.best, callback.wait = None, 0
    hooks = _hooks_of(callback)
    if hooks is not None and memory.lines_left is not None:
        hooks.lines_left = memory.lines_left


def _continue_table(callback: keras.callbacks.CSVLogger) -> None:
    """Have a table that goes on keep its columns, though the logs now have others."""
    if callback.append_header:  # There is no table yet.
        return
    with Path(callback.filename).open(newline="") as table:
        callback.keys = next(csv.reader(table, delimiter=callback.sep))[1:]


def _watches(callback: keras.callbacks.Callback) -> tuple[str, str] | None:
    monitor: str | None = getattr(callback, "monitor", None)
    return None if monitor is None else (monitor, getattr(callback, "mode", ""))


def _file_bytes(callback: keras.callbacks.Callback) -> int | None:
    if not isinstance(callback, keras.callbacks.CSVLogger):
        return None
    file = Path(callback.filename)
    return file.stat().st_size if file.exists() else 0


def _hooks_of(callback: keras.callbacks.Callback) -> PrintedHooks | None:
    return getattr(callback, "printed_hooks", None)
