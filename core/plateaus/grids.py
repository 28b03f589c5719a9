"""Which settings a map shows: the numbers that people set, from too small to too large."""

import math

import numpy as np

from core.plateaus.arrays import Curves
from core.plateaus.evidence import Evidence

_PATIENCES = (*range(1, 21), 25, 30, 40, 50, 60, 80, 100, 150, 200, 300, 500)
_COOLDOWNS = (0, 1, 2, 3, 4, 5, 7, 10, 15, 20, 30)
_ROUND = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)

# A thirtieth of the noise counts all of it as progress, thirty times the noise none.
_WIDE = 30.0


def patiences_of(evidence: Evidence) -> tuple[int, ...]:
    """Patiences shorter than the curves, those advised and the person's own among them."""
    given = [evidence.own_patience]
    given += [advice.patience for advice in (evidence.reduction, evidence.stopping) if advice]
    return tuple(sorted({n for n in (*_PATIENCES, *given) if 1 <= n < evidence.epochs}))


def cooldowns_of(evidence: Evidence) -> tuple[int, ...]:
    """Cooldowns shorter than the curves; always 0."""
    return tuple(n for n in _COOLDOWNS if n < max(evidence.epochs, 1))


def min_deltas_of(evidence: Evidence, curves: Curves) -> tuple[float, ...]:
    """Round numbers on both sides of the noise, 0, those advised and the person's own.

    Args:
        evidence: Of the curves.
        curves: Their span takes the place of a noise that is not known or 0.
    """
    centre = evidence.noise or _span(curves) / _WIDE or evidence.own_min_delta or 1e-3
    lowest, highest = centre / _WIDE, centre * _WIDE
    powers = range(math.floor(math.log10(lowest)), math.ceil(math.log10(highest)) + 1)
    numbers = [float(f"{digits * 10.0**power:.2g}") for power in powers for digits in _ROUND]
    given = [0.0, evidence.own_min_delta]
    given += [advice.min_delta for advice in (evidence.reduction, evidence.stopping) if advice]
    return tuple(sorted({*given, *(n for n in numbers if lowest <= n <= highest)}))


def _span(curves: Curves) -> float:
    """From the lowest to the highest number on any curve."""
    numbers = curves.values[curves.present & np.isfinite(curves.values)]
    return float(np.ptp(numbers)) if numbers.size else 0.0
