"""How far a score might have come out otherwise with other people's scans."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

CONFIDENCE = 0.95
DRAWS = 2000
"""Samples of the bootstrap."""

FEW = 10
"""With fewer units an interval is a rough one, and the page says so."""

_BLOCK = 200
# The draws from more units are not kept: these take 16 MB.
_KEPT = 4096
_FEWEST = 2


@dataclass(frozen=True)
class Interval:
    """A mean over scans with its 95 % interval.

    Attributes:
        value: The mean; NaN without scans.
        low: Lower end; NaN where no interval can be given.
        high: Upper end.
        scans: How many scans it is the mean of.
        units: How many were drawn from: subjects, or scans.
        by: What was drawn: whole subjects, or scans where no two share a subject
            that is known.
    """

    value: float
    low: float
    high: float
    scans: int
    units: int
    by: Literal["subject", "scan"]

    @property
    def text(self) -> str:
        """The share and its interval in percent: "91.3 % (88.1 to 94.0)"."""
        if math.isnan(self.value):
            return "no scans"
        if math.isnan(self.low):
            return f"{100 * self.value:.1f} %"
        return f"{100 * self.value:.1f} % ({100 * self.low:.1f} to {100 * self.high:.1f})"


def share_interval(right: NDArray[np.bool_], groups: NDArray[np.int64]) -> Interval:
    """Return the share of scans that are right, with a 95 % interval.

    The percentile bootstrap draws whole subjects, since the scans of one person succeed
    and fail together; a scan of unknown subject stands for itself. Where all scans are
    right, or none, every draw would be the same, and the exact binomial interval over
    the subjects is taken instead.

    Args:
        right: Shape (scans,).
        groups: As in `Predictions`, shape (scans,).

    Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), ch. 13; Field and
    Welsh, Bootstrapping clustered data, J. R. Stat. Soc. B 69 (2007).
    """
    found = mean_interval(right.astype(np.float64), groups, within=(0.0, 1.0))
    if found.units and found.value in (0.0, 1.0):
        # Clopper and Pearson (1934) with no failure at all: both ends have closed forms.
        reach = 1 - ((1 - CONFIDENCE) / 2) ** (1 / found.units)
        low, high = (0.0, reach) if found.value == 0 else (1 - reach, 1.0)
        return Interval(found.value, low, high, found.scans, found.units, found.by)
    return found


def mean_interval(
    values: NDArray[np.float64],
    groups: NDArray[np.int64],
    *,
    within: tuple[float, float] = (-1.0, 1.0),
) -> Interval:
    """Return the mean of values by scan, with its 95 % interval, subjects drawn whole.

    Takes differences of two models on the same scans as well: they are paired then.

    The percentiles of a bootstrap are too narrow where few are drawn: they take the spread of
    the few for that of all, and know nothing of Student's t. Both ends are moved away from the
    mean by `_widening`, which is nothing with hundreds and half as much again with five.

    Args:
        values: Shape (scans,).
        groups: As in `Predictions`, shape (scans,).
        within: The lowest and the highest mean there could be.

    Source: Hesterberg, What Teachers Should Know About the Bootstrap, Am. Stat. 69 (2015),
    whose expanded percentile interval has this reach for a mean that is spread normally.
    """
    units, by = _units(groups)
    count = int(units.max()) + 1 if units.size else 0
    value = float(values.mean()) if values.size else math.nan
    if count < _FEWEST:
        return Interval(value, math.nan, math.nan, len(values), count, by)
    sums, sizes = np.bincount(units, values).astype(np.float64), np.bincount(units)
    tail = (1 - CONFIDENCE) / 2
    ends = np.quantile(_means(sums, sizes), (tail, 1 - tail))
    low, high = np.clip(value + _widening(count) * (ends - value), *within)
    return Interval(value, float(low), float(high), len(values), count, by)


def _widening(units: int) -> float:
    """Return by how much a bootstrap over so few units is too narrow, 1 or more."""
    from scipy.special import ndtri, stdtrit  # noqa: PLC0415 # pyright: ignore[reportMissingTypeStubs]

    upper = (1 + CONFIDENCE) / 2
    student = float(stdtrit(units - 1, upper) / ndtri(upper))
    return student * math.sqrt(units / (units - 1))


def _units(groups: NDArray[np.int64]) -> tuple[NDArray[np.int64], Literal["subject", "scan"]]:
    """Number what is drawn from 0, and say whether it is subjects."""
    alone = groups < 0
    labels = np.where(alone, -1 - np.arange(len(groups)), groups)
    units = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    return units, "scan" if alone.all() else "subject"


def _means(sums: NDArray[np.float64], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the mean of each draw, shape (DRAWS,); the same for the same values."""
    count = len(sums)
    blocks = _drawn(count) if count <= _KEPT else _draw(count)
    return np.concatenate([(times @ sums) / (times @ sizes) for times in blocks])


# All models that answer the same scans are judged by the same draws, which take longest.
@lru_cache(maxsize=4)
def _drawn(count: int) -> tuple[NDArray[np.uint16], ...]:
    return tuple(times.astype(np.uint16) for times in _draw(count))


def _draw(count: int) -> Iterator[NDArray[np.int64]]:
    """Return how often each unit is in each draw, in blocks of shape (_BLOCK, count)."""
    draw, even = np.random.default_rng(0), np.full(count, 1 / count)
    for _ in range(DRAWS // _BLOCK):
        yield draw.multinomial(count, even, size=_BLOCK)
