"""Which epochs `ModelCheckpoint(save_best_only=True)` saves."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.plateaus.arrays import BoolArray, Curves, FloatArray
from core.plateaus.best import BestSoFar, Float32Best, Float64Best
from core.plateaus.directions import Direction, Semantics


@dataclass(frozen=True, eq=False)
class ModelCheckpointReplay:
    """What one callback saves on each of C curves of E epochs; arrays of shape (1, C, E).

    Attributes:
        curves: The C curves.
        mode: Which way the metric is better.
        semantics: Whose rules.
        improved: Whether the epoch beat the best before it.
        best_before: Before the epoch; NaN before the first value.
        best: After the epoch.
        saved: Whether the epoch was saved: it improved, or lacked the metric.
    """

    curves: Curves
    mode: Direction
    semantics: Semantics
    improved: BoolArray
    best_before: FloatArray
    best: FloatArray
    saved: BoolArray

    @property
    def acted(self) -> BoolArray:
        """Whether the callback did anything at the end of the epoch, shape (1, C, E)."""
        return self.saved


def replay_model_checkpoint(
    curves: Curves,
    *,
    mode: Direction,
    initial_value_threshold: float | Sequence[float] | None = None,
    semantics: Semantics = "keras-3.15",
) -> ModelCheckpointReplay:
    """Replay the rule of `save_best_only=True`, `save_freq="epoch"`.

    Args:
        curves: C curves of E epochs.
        mode: Which way the metric is better.
        initial_value_threshold: The best before the first epoch, one value or shape (C,). A
            callback used for a second `fit` keeps its `best`, in every release: pass it here.
        semantics: Whose rules; those of Keras.

    Raises:
        ValueError: If PyTorch is asked for.

    Source: `ModelCheckpoint._should_save_model`, Keras 3.15 and 3.10.
    """
    rows, epochs = curves.shape
    sign = -1.0 if mode == "max" else 1.0
    initial = None
    if initial_value_threshold is not None:
        initial = sign * np.reshape(np.asarray(initial_value_threshold, dtype=np.float64), (-1, 1))
    best = _best_so_far(rows, initial, semantics)
    improved = np.empty((epochs, rows, 1), dtype=np.bool_)
    bests = np.empty((epochs + 1, rows, 1))
    bests[0] = sign * best.value
    for epoch in range(epochs):
        value, present = curves.at(epoch)
        with np.errstate(over="ignore", invalid="ignore"):
            improved[epoch] = best.update(sign * value, present)
        bests[epoch + 1] = sign * best.value
    return ModelCheckpointReplay(
        curves=curves,
        mode=mode,
        semantics=semantics,
        improved=improved.T,
        best_before=bests[:-1].T,
        best=bests[1:].T,
        saved=improved.T | ~curves.present,
    )


def _best_so_far(rows: int, initial: FloatArray | None, semantics: Semantics) -> BestSoFar:
    if semantics == "pytorch":
        raise ValueError(
            "PyTorch has no ModelCheckpoint to replay; choose one of the Keras releases."
        )
    no_margin = np.zeros(1)
    if semantics == "keras-3.10":
        return Float64Best((rows, 1), no_margin, np.inf if initial is None else initial)
    return Float32Best((rows, 1), no_margin, initial)
