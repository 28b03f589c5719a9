"""Where a curve stops improving, and how much it moves by chance from there on."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from core.plateaus.arrays import BoolArray, Curves, FloatArray, IntArray
from core.plateaus.directions import Direction

PlateauState = Literal["plateau", "improving", "short"]

MIN_EPOCHS = 10
"""Fewer numbers say nothing about a plateau."""

MIN_PLATEAU = 8
"""Fewer epochs without improvement are not called a plateau."""

# Standard deviation of a normal distribution, from its median and mean absolute deviation.
_FROM_MEDIAN, _FROM_MEAN = 1.4826, 1.2533

# With it, 7 to 11 % of flat curves, 10 to 200 epochs of normal noise, seem to improve somewhere.
_CAUTION = 2.1

# The one-sided 1 % point of a standard normal distribution.
_SIGNIFICANT = 2.33

# Of what is left behind the start, the share in which a decay may still end, if there is enough.
_DECAY_SHARE, _ENOUGH = 4, 16

_ROUNDING = 1e-9


@dataclass(frozen=True)
class Plateau:
    """The end of a curve, looked at for a plateau.

    Attributes:
        state: "plateau" where it ends with one; "improving" where it still improves at its end,
            fast or slowly; "short" where it has too few numbers to tell.
        start: The plateau's first epoch, from 0; None without one.
        epochs: Of the plateau, to the end of the curve; 0 without one.
        level: Its median, in the units of the metric; None without one.
        noise: Standard deviation of what is chance in one epoch, in the units of the metric:
            on the plateau, or on the whole curve without one; None if it is short.
        worsens: Whether it ends worse than it was on the plateau, by more than chance.
    """

    state: PlateauState
    start: int | None
    epochs: int
    level: float | None
    noise: float | None
    worsens: bool


def find_plateaus(curves: Curves, *, mode: Direction) -> tuple[Plateau, ...]:
    """Look at each curve by itself, as `find_plateau` does."""
    rows = zip(curves.values, curves.present, strict=True)
    return tuple(find_plateau(values, present, mode=mode) for values, present in rows)


def find_plateau(
    values: FloatArray, present: BoolArray | None = None, *, mode: Direction
) -> Plateau:
    """Tell where a curve stops improving by more than chance.

    Means over 1, 2, 4, 8 … epochs are compared. The plateau begins behind the last stretch that a
    later one of the same length beats by more than chance: by `(sqrt(2 ln(E / n)) + 2.1) * noise *
    sqrt(2 / n)` for stretches of n of E epochs, about the widest gap among that many means of
    noise. Single epochs that stand out are pulled in first, so that one bad epoch is no
    stretch to improve on. A straight line through the last three quarters of the rest finds
    what still improves too slowly for that.

    Args:
        values: One value an epoch, shape (epochs,).
        present: Which epochs have one, same shape; None: all. NaN and infinite values are left
            out.
        mode: Which way is better.
    """
    usable = np.isfinite(values) if present is None else present & np.isfinite(values)
    where = np.flatnonzero(usable)
    if len(where) < MIN_EPOCHS:
        return Plateau("short", None, 0, None, None, worsens=False)
    scale = float(np.abs(values[where]).max()) or 1.0
    curve = (-values[where] if mode == "max" else values[where]) / scale
    found = _find(curve)
    if isinstance(found, float):
        return Plateau("improving", None, 0, None, found * scale, worsens=False)
    tail = curve[found:]
    return Plateau(
        state="plateau",
        start=int(where[found]),
        epochs=len(values) - int(where[found]),
        level=float(np.median(values[where[found:]])),
        noise=noise_of(tail) * scale,
        worsens=_worsens(tail),
    )


def noise_of(values: FloatArray) -> float:
    """The standard deviation of what changes by chance from one epoch to the next.

    From the median absolute deviation of the first differences, over the square root of 2, since
    a difference has the noise of two epochs. A trend or a slow wander does not enter, and neither
    do a few outliers. Where more than half of the differences are alike, as of an accuracy on few
    scans, their mean absolute deviation takes the place of the median.

    It takes epochs to be independent: chance that lasts for several of them is not seen.

    Args:
        values: Finite, shape (epochs,), at least 3.
    """
    return _deviation(np.diff(values)) / math.sqrt(2)


def _find(curve: FloatArray) -> int | float:
    """The first index of the plateau; without one, the noise of the curve, lower being better."""
    # Second differences are blind to the slope of a curve that falls first.
    rough_noise = _deviation(np.diff(curve, 2)) / math.sqrt(6)
    start = _start(_without_outliers(curve, rough_noise), rough_noise)
    tail = curve[start:]
    if len(tail) < MIN_PLATEAU or _improves_slowly(tail):
        return rough_noise
    return start


def _deviation(values: FloatArray) -> float:
    away = np.abs(values - np.median(values))
    median = float(np.median(away))
    return _FROM_MEDIAN * median if median > 0 else _FROM_MEAN * float(away.mean())


def _without_outliers(curve: FloatArray, noise: float) -> FloatArray:
    """Pull each epoch to within three times the noise of the median of the five around it."""
    medians = np.median(sliding_window_view(np.pad(curve, 2, mode="edge"), 5), axis=1)
    return np.clip(curve, medians - 3 * noise, medians + 3 * noise)


def _start(curve: FloatArray, noise: float) -> int:
    """The first index behind every stretch that a later one beats by more than chance."""
    start = 0
    for length, means in _means_by_length(curve):
        later_best = np.minimum.accumulate(means[::-1])[::-1]
        gains = means[:-length] - later_best[length:]
        beaten = np.flatnonzero(gains > _threshold(curve, length, noise))
        start = max(start, int(beaten[-1]) + 1 if beaten.size else 0)
    return start


def _worsens(tail: FloatArray) -> bool:
    """Whether the last stretch is worse than an earlier one by more than chance."""
    noise = noise_of(tail)
    curve = _without_outliers(tail, noise)
    return any(
        means[-1] - means[:-length].min() > _threshold(curve, length, noise)
        for length, means in _means_by_length(curve)
    )


def _means_by_length(curve: FloatArray) -> list[tuple[int, FloatArray]]:
    """The means over each 1, 2, 4 … consecutive epochs, up to half of the curve."""
    lengths = [2**power for power in range(len(curve).bit_length()) if 2 * 2**power <= len(curve)]
    sums = np.concatenate([[0.0], np.cumsum(curve - np.median(curve))])
    return [(length, (sums[length:] - sums[:-length]) / length) for length in lengths]


def _threshold(curve: FloatArray, length: int, noise: float) -> float:
    """By how much one mean over `length` epochs beats another by chance at most."""
    wide = math.sqrt(2 * math.log(len(curve) / length)) + _CAUTION
    # A curve without noise improves by any step but that of rounding.
    return max(wide * noise * math.sqrt(2 / length), _ROUNDING * float(np.ptp(curve)))


def _improves_slowly(tail: FloatArray) -> bool:
    """Whether a straight line through the rest falls by more than chance.

    The first quarter of a long rest is left out: a decay may end there.
    """
    noise = noise_of(tail)
    decay = len(tail) // _DECAY_SHARE if len(tail) >= _ENOUGH else 0
    curve = _without_outliers(tail, noise)[decay:]
    time = np.arange(len(curve)) - (len(curve) - 1) / 2
    moment = float(time @ time)
    slope = -float(time @ curve) / moment
    chance = max(noise / math.sqrt(moment), _ROUNDING * float(np.ptp(tail)))
    return slope > _SIGNIFICANT * chance


def epochs_on(plateau: Plateau) -> IntArray:
    """The plateau's epochs behind its first, from 0; none without one."""
    if plateau.start is None:
        return np.zeros(0, dtype=np.int64)
    return np.arange(plateau.start + 1, plateau.start + plateau.epochs)
