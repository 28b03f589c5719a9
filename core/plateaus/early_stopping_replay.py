"""EarlyStopping over recorded curves."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.plateaus.arrays import BoolArray, Curves, FloatArray, IntArray, blocks
from core.plateaus.directions import Direction, Semantics
from core.plateaus.early_stopping import EarlyStoppingRule, EarlyStoppingSettings


@dataclass(frozen=True, eq=False)
class EarlyStoppingReplay:
    """What each of S settings does on each of C curves of E epochs.

    Arrays have the shape (S, C, E) where not said otherwise; epochs after the stop, which are not
    run, repeat the state at the stop.

    Attributes:
        settings: The S settings.
        curves: The C curves.
        mode: Which way the metric is better.
        semantics: Whose rules.
        ran: Whether the epoch was run.
        improved: Whether the epoch beat the best before it.
        wait: After the epoch.
        best_before: Before the epoch; NaN before the first value.
        best: After the epoch.
        best_epoch: After the epoch; 0 before the first value.
        stopped: Whether the epoch was the last because the callback stopped training.
        stopped_epoch: Shape (S, C); 0 where training was not stopped.
        restored_epoch: Whose weights the model has at the end, shape (S, C); -1 where they are
            those of the last epoch run.
    """

    settings: EarlyStoppingSettings
    curves: Curves
    mode: Direction
    semantics: Semantics
    ran: BoolArray
    improved: BoolArray
    wait: IntArray
    best_before: FloatArray
    best: FloatArray
    best_epoch: IntArray
    stopped: BoolArray
    stopped_epoch: IntArray
    restored_epoch: IntArray

    @property
    def acted(self) -> BoolArray:
        """Whether the callback did anything at the end of the epoch, shape (S, C, E)."""
        return self.stopped

    @property
    def epochs_run(self) -> IntArray:
        """Epochs run, shape (S, C)."""
        return self.ran.sum(axis=-1)


def replay_early_stopping(
    settings: EarlyStoppingSettings,
    curves: Curves,
    *,
    mode: Direction,
    semantics: Semantics = "keras-3.15",
    best: ArrayLike | None = None,
) -> EarlyStoppingReplay:
    """Replay every setting over every curve and keep every epoch.

    Args:
        settings: S settings.
        curves: C curves of E epochs.
        mode: Which way the metric is better.
        semantics: Whose rules; those of Keras.
        best: What a reused callback still holds, shape broadcastable to (S, C);
            under "keras-3.11" only.

    Raises:
        ValueError: If `best` is given to a release that forgets it, or PyTorch is asked for.
    """
    rows, epochs = curves.shape
    shape = (epochs, rows, len(settings))
    ran, stopped = np.empty(shape, dtype=np.bool_), np.empty(shape, dtype=np.bool_)
    improved = np.empty(shape, dtype=np.bool_)
    wait, best_epoch = np.empty(shape, dtype=np.int64), np.empty(shape, dtype=np.int64)
    bests = np.empty((epochs + 1, *shape[1:]))
    restored = np.empty(shape[1:], dtype=np.int64)
    stopped_epoch = np.empty(shape[1:], dtype=np.int64)
    for block, rule in _rules(settings, curves, mode, semantics, best):
        bests[0, :, block] = rule.best
        for epoch in range(epochs):
            stopped[epoch, :, block] = rule.step(epoch, *curves.at(epoch))
            ran[epoch, :, block] = rule.running | stopped[epoch, :, block]
            improved[epoch, :, block] = rule.improved
            wait[epoch, :, block] = rule.wait
            best_epoch[epoch, :, block] = rule.best_epoch
            bests[epoch + 1, :, block] = rule.best
        restored[:, block] = np.where(rule.holds_weights, rule.best_epoch, -1)
        stopped_epoch[:, block] = rule.stopped_epoch
    return EarlyStoppingReplay(
        settings=settings,
        curves=curves,
        mode=mode,
        semantics=semantics,
        ran=ran.T,
        improved=improved.T,
        wait=wait.T,
        best_before=bests[:-1].T,
        best=bests[1:].T,
        best_epoch=best_epoch.T,
        stopped=stopped.T,
        stopped_epoch=stopped_epoch.T,
        restored_epoch=restored.T,
    )


def _rules(
    settings: EarlyStoppingSettings,
    curves: Curves,
    mode: Direction,
    semantics: Semantics,
    best: ArrayLike | None,
) -> Iterator[tuple[slice, EarlyStoppingRule]]:
    """Yield a fresh rule for each block of settings."""
    rows = curves.shape[0]
    held = None if best is None else np.broadcast_to(best, (len(settings), rows)).T
    for block in blocks(len(settings), rows):
        rule = EarlyStoppingRule(
            settings.part(block),
            rows,
            mode=mode,
            semantics=semantics,
            best=None if held is None else held[:, block],
        )
        yield block, rule
