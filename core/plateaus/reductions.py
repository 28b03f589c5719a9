"""When a reduction of the learning rate would have fired, for patience by cooldown."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.plateaus.arrays import Curves, IntArray, whole_numbers
from core.plateaus.directions import Direction, Semantics
from core.plateaus.reduce_lr import ReduceLROnPlateauSettings
from core.plateaus.reduce_lr_replay import summarise_reduce_lr_on_plateau


@dataclass(frozen=True, eq=False)
class ReductionMap:
    """A grid of P patiences by K cooldowns on C curves; arrays of shape (P, K, C).

    A recorded curve is evidence up to the first reduction that it did not see. So the first one is
    exact, and the same for every cooldown; the number of them is what would follow if the curve
    took no notice.

    Attributes:
        patience: The rows, shape (P,).
        cooldown: The columns, shape (K,).
        first_reduced_epoch: Counted from 0; -1 where it never fires.
        reductions: How often it fires over the whole curve.
    """

    patience: IntArray
    cooldown: IntArray
    first_reduced_epoch: IntArray
    reductions: IntArray


def map_reductions(
    curves: Curves,
    *,
    patience: ArrayLike,
    cooldown: ArrayLike,
    mode: Direction,
    min_delta: float = 1e-4,
    factor: float = 0.1,
    min_lr: float = 0.0,
    learning_rate: float = 1e-3,
    semantics: Semantics = "keras-3.15",
) -> ReductionMap:
    """Replay ReduceLROnPlateau in every cell.

    Args:
        curves: C curves of E epochs.
        patience: Shape (P,), whole numbers.
        cooldown: Shape (K,), whole numbers.
        mode: Which way the metric is better.
        min_delta: In the units of the metric.
        factor: Of a reduction.
        min_lr: Where reductions end.
        learning_rate: At the start.
        semantics: Whose rules.

    Raises:
        ValueError: If a setting is not allowed.
    """
    patiences = whole_numbers("patience", np.atleast_1d(np.asarray(patience)))
    cooldowns = whole_numbers("cooldown", np.atleast_1d(np.asarray(cooldown)))
    rows, columns = np.meshgrid(patiences, cooldowns, indexing="ij")
    summary = summarise_reduce_lr_on_plateau(
        ReduceLROnPlateauSettings.of(
            patience=rows.ravel(),
            cooldown=columns.ravel(),
            min_delta=min_delta,
            factor=factor,
            min_lr=min_lr,
        ),
        curves,
        learning_rate=learning_rate,
        mode=mode,
        semantics=semantics,
    )
    shape = (len(patiences), len(cooldowns), curves.shape[0])
    return ReductionMap(
        patience=patiences,
        cooldown=cooldowns,
        first_reduced_epoch=summary.first_reduced_epoch.reshape(shape),
        reductions=summary.reductions.reshape(shape),
    )
