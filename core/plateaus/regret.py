"""What each setting of EarlyStopping saves, and what it misses."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.plateaus.arrays import Curves, FloatArray, IntArray, whole_numbers
from core.plateaus.directions import Direction
from core.plateaus.early_stopping import EarlyStoppingSettings
from core.plateaus.early_stopping_replay import EarlyStoppingReplay, replay_early_stopping


@dataclass(frozen=True, eq=False)
class RegretMap:
    """A grid of P patiences by M min_deltas on C curves; arrays of shape (P, M, C).

    Attributes:
        patience: The rows, shape (P,).
        min_delta: The columns, shape (M,).
        epochs_saved: Epochs of the curve that were not run.
        kept_epoch: Whose weights the model ends with.
        missed: By how much the best value of the whole curve is better than that of the kept
            epoch, in the units of the metric; >= 0, and NaN where the kept epoch has no number.
    """

    patience: IntArray
    min_delta: FloatArray
    epochs_saved: IntArray
    kept_epoch: IntArray
    missed: FloatArray


def map_regret(
    curves: Curves,
    *,
    patience: ArrayLike,
    min_delta: ArrayLike,
    mode: Direction,
    restore_best_weights: bool = True,
    start_from_epoch: int = 0,
) -> RegretMap:
    """Hold the epochs saved against the best value missed, exactly, in every cell.

    A curve answers this without a new training: EarlyStopping changes nothing before it stops.

    Args:
        curves: C curves of E epochs, recorded without EarlyStopping.
        patience: Shape (P,), whole numbers.
        min_delta: Shape (M,), in the units of the metric.
        mode: Which way the metric is better.
        restore_best_weights: Keep the callback's best epoch; otherwise the last one run.
        start_from_epoch: As in EarlyStopping.

    Raises:
        ValueError: If the patience is not whole.
    """
    patiences = whole_numbers("patience", np.atleast_1d(np.asarray(patience)))
    min_deltas = np.atleast_1d(np.asarray(min_delta, dtype=np.float64))
    epochs = curves.shape[1]
    # Without a stop, `wait` depends on the min_delta alone: M replays serve all P patiences.
    endless = EarlyStoppingSettings.of(
        min_delta=min_deltas,
        patience=epochs + 1,
        restore_best_weights=True,
        start_from_epoch=start_from_epoch,
    )
    replay = replay_early_stopping(endless, curves, mode=mode)
    last = _last_epochs(replay.wait, patiences)
    kept = _best_epochs(replay, last) if restore_best_weights else last
    return RegretMap(
        patience=patiences,
        min_delta=min_deltas,
        epochs_saved=epochs - 1 - last,
        kept_epoch=kept,
        missed=_missed(curves, kept, mode),
    )


def _last_epochs(wait: IntArray, patience: IntArray) -> IntArray:
    """The last epoch run, shape (P, M, C), from the wait without a stop, shape (M, C, E).

    Training stops when `wait` first reaches the patience, which is never in the first epoch:
    that one is the best so far.
    """
    longest = np.maximum.accumulate(wait, axis=-1)
    never = wait.shape[-1] - 1
    reached = [(longest < limit).sum(axis=-1) for limit in np.maximum(patience, 1)]
    return np.minimum(reached, never)


def _best_epochs(replay: EarlyStoppingReplay, last: IntArray) -> IntArray:
    """The epoch whose weights are restored after `last`, shape (P, M, C).

    Before any epoch counts there is nothing to restore, and the last one is kept.
    """
    best = np.take_along_axis(replay.best_epoch[np.newaxis], last[..., np.newaxis], axis=-1)
    counts = replay.improved.any(axis=-1)
    return np.where(counts, best[..., 0], last)


def _missed(curves: Curves, kept: IntArray, mode: Direction) -> FloatArray:
    """The distance between the best value and that of the epoch kept, shape (P, M, C)."""
    values = np.where(curves.present, curves.values, np.nan)
    worst = -np.inf if mode == "max" else np.inf
    numbers = np.where(np.isnan(values), worst, values)
    best = numbers.max(axis=-1) if mode == "max" else numbers.min(axis=-1)
    of_kept = values[np.arange(len(values)), kept]
    with np.errstate(invalid="ignore"):
        return np.where(of_kept == best, 0.0, np.abs(of_kept - best))
