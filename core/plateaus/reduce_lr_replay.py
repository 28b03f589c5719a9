"""ReduceLROnPlateau over recorded curves: every epoch of a few settings, or a map of many."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.plateaus.arrays import BoolArray, Curves, FloatArray, IntArray, blocks
from core.plateaus.directions import Direction, Semantics
from core.plateaus.reduce_lr import (
    RateArray,
    ReduceLROnPlateauRule,
    ReduceLROnPlateauSettings,
    rate_dtype,
)


@dataclass(frozen=True, eq=False)
class ReduceLROnPlateauReplay:
    """What each of S settings does on each of C curves of E epochs; arrays of shape (S, C, E).

    Attributes:
        settings: The S settings.
        curves: The C curves.
        mode: Which way the metric is better.
        semantics: Whose rules.
        improved: Whether the epoch beat the best before it.
        wait: After the epoch.
        best_before: Before the epoch; NaN before the first value.
        best: After the epoch.
        cooldown_counter: After the epoch.
        learning_rate: Used in the epoch.
        learning_rate_after: Used in the next.
        reduced: Whether the epoch's end lowered the rate.
    """

    settings: ReduceLROnPlateauSettings
    curves: Curves
    mode: Direction
    semantics: Semantics
    improved: BoolArray
    wait: IntArray
    best_before: FloatArray
    best: FloatArray
    cooldown_counter: IntArray
    learning_rate: RateArray
    learning_rate_after: RateArray
    reduced: BoolArray

    @property
    def acted(self) -> BoolArray:
        """Whether the callback did anything at the end of the epoch, shape (S, C, E)."""
        return self.reduced


@dataclass(frozen=True, eq=False)
class ReduceLROnPlateauSummary:
    """What remains of each of S settings on each of C curves; arrays of shape (S, C).

    Attributes:
        learning_rate: After the last epoch.
        reductions: How often the rate was lowered.
        first_reduced_epoch: Counted from 0; -1 where it never was.
    """

    learning_rate: RateArray
    reductions: IntArray
    first_reduced_epoch: IntArray


def replay_reduce_lr_on_plateau(
    settings: ReduceLROnPlateauSettings,
    curves: Curves,
    *,
    learning_rate: ArrayLike,
    mode: Direction,
    semantics: Semantics = "keras-3.15",
    best: ArrayLike | None = None,
    recorded_rates: ArrayLike | None = None,
) -> ReduceLROnPlateauReplay:
    """Replay every setting over every curve and keep every epoch.

    The curve does not answer: after the first reduction that the recorded run did not make, it is
    no longer evidence.

    Args:
        settings: S settings.
        curves: C curves of E epochs.
        learning_rate: At the start, one value or shape (S,).
        mode: Which way the metric is better.
        semantics: Whose rules.
        best: What a reused callback still holds, shape broadcastable to (S, C);
            under "keras-3.11" only.
        recorded_rates: What each epoch trained with, whatever the callback had left, as where a
            LearningRateScheduler set it anew; shape (E,), NaN where nothing did.

    Raises:
        ValueError: If `best` is given under other rules, or PyTorch a negative patience.
    """
    shape = (curves.shape[1], curves.shape[0], len(settings))
    rates: RateArray = np.empty((2, *shape), dtype=rate_dtype(semantics))
    rates[0, 0] = learning_rate
    given = np.broadcast_to(np.nan if recorded_rates is None else recorded_rates, shape[0])
    improved, reduced = np.empty(shape, dtype=np.bool_), np.empty(shape, dtype=np.bool_)
    wait, cooldown_counter = np.empty(shape, dtype=np.int64), np.empty(shape, dtype=np.int64)
    bests = np.empty((shape[0] + 1, *shape[1:]))
    rules = _rules(
        settings, curves, learning_rate=rates[0, 0], mode=mode, semantics=semantics, best=best
    )
    for block, rule in rules:
        bests[0, :, block] = rule.best
        for epoch in range(curves.shape[1]):
            if not np.isnan(given[epoch]):
                rule.learning_rate[...] = given[epoch]
            rates[0, epoch, :, block] = rule.learning_rate
            rule.step(*curves.at(epoch))
            improved[epoch, :, block] = rule.improved
            reduced[epoch, :, block] = rule.reduced
            wait[epoch, :, block] = rule.wait
            cooldown_counter[epoch, :, block] = rule.cooldown_counter
            bests[epoch + 1, :, block] = rule.best
            rates[1, epoch, :, block] = rule.learning_rate
    return ReduceLROnPlateauReplay(
        settings=settings,
        curves=curves,
        mode=mode,
        semantics=semantics,
        improved=improved.T,
        wait=wait.T,
        best_before=bests[:-1].T,
        best=bests[1:].T,
        cooldown_counter=cooldown_counter.T,
        learning_rate=rates[0].T,
        learning_rate_after=rates[1].T,
        reduced=reduced.T,
    )


def summarise_reduce_lr_on_plateau(
    settings: ReduceLROnPlateauSettings,
    curves: Curves,
    *,
    learning_rate: ArrayLike,
    mode: Direction,
    semantics: Semantics = "keras-3.15",
    best: ArrayLike | None = None,
) -> ReduceLROnPlateauSummary:
    """Replay as `replay_reduce_lr_on_plateau` does, for millions of settings.

    The arguments are the same; only what a map of settings shows is kept.
    """
    shape = (curves.shape[0], len(settings))
    rates: RateArray = np.empty(shape, dtype=rate_dtype(semantics))
    rates[...] = learning_rate
    reductions, first = np.empty(shape, dtype=np.int64), np.empty(shape, dtype=np.int64)
    rules = _rules(settings, curves, learning_rate=rates, mode=mode, semantics=semantics, best=best)
    for block, rule in rules:
        # Counters of the block's own, so that they too stay in the cache.
        count = np.zeros(rule.reduced.shape, dtype=np.int32)
        first_epoch = np.full(rule.reduced.shape, -1, dtype=np.int32)
        for epoch in range(curves.shape[1]):
            lowered = np.flatnonzero(rule.step(*curves.at(epoch)))
            first_epoch.ravel()[lowered[count.ravel()[lowered] == 0]] = epoch
            count.ravel()[lowered] += 1
        rates[:, block], reductions[:, block] = rule.learning_rate, count
        first[:, block] = first_epoch
    return ReduceLROnPlateauSummary(
        learning_rate=rates.T, reductions=reductions.T, first_reduced_epoch=first.T
    )


def _rules(
    settings: ReduceLROnPlateauSettings,
    curves: Curves,
    *,
    learning_rate: RateArray,
    mode: Direction,
    semantics: Semantics,
    best: ArrayLike | None,
) -> Iterator[tuple[slice, ReduceLROnPlateauRule]]:
    """Yield a fresh rule for each block of settings; `learning_rate` has the shape (C, S)."""
    rows = curves.shape[0]
    held = None if best is None else np.broadcast_to(best, (len(settings), rows)).T
    for block in blocks(len(settings), rows):
        yield (
            block,
            ReduceLROnPlateauRule(
                settings.part(block),
                rows,
                learning_rate=learning_rate[:, block],
                mode=mode,
                semantics=semantics,
                best=None if held is None else held[:, block],
            ),
        )
