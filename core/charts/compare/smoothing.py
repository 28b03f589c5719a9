"""Smoothing that stops at every change of the learning rate."""

import numpy as np

from core.plateaus.arrays import FloatArray, IntArray

WINDOWS = (1, 3, 5, 9, 15)
"""Widths offered, in epochs; 1 smooths nothing."""


def smoothed(values: FloatArray, rates: FloatArray, *, window: int) -> FloatArray:
    """Return the mean of the epochs around each, none of them beyond a change of the rate.

    The mean is centred, and narrower at the ends of a stretch, the same on both sides: what a
    drop of the rate does to a curve stays where it happened, and a trend is not bent. Under a
    rate that changes at every epoch, nothing is smoothed.

    Args:
        values: One value an epoch, shape (epochs,); what is not finite stays as it is and enters
            no mean.
        rates: What each epoch trained with, shape (epochs,).
        window: Epochs in a mean, odd, >= 1.
    """
    if window == 1 or not len(values):
        return values
    firsts, lasts = _stretches(rates)
    index = np.arange(len(values))
    reach = np.minimum(np.minimum(index - firsts, lasts - index), window // 2)
    finite = np.isfinite(values)
    total, count = np.zeros(len(values)), np.zeros(len(values))
    for offset in range(-(window // 2), window // 2 + 1):
        neighbours = np.clip(index + offset, 0, len(values) - 1)
        enters = (abs(offset) <= reach) & finite[neighbours]
        total += np.where(enters, values[neighbours], 0.0)
        count += enters
    return np.where(finite, total / np.maximum(count, 1), values)


def _stretches(rates: FloatArray) -> tuple[IntArray, IntArray]:
    """Return, for each epoch, the first and the last index at its constant rate."""
    changed = np.flatnonzero(np.diff(rates)) + 1
    firsts = np.concatenate([[0], changed])
    lasts = np.concatenate([changed - 1, [len(rates) - 1]])
    lengths = lasts - firsts + 1
    return np.repeat(firsts, lengths), np.repeat(lasts, lengths)
