"""The interval of a share of which only the counts are known."""

import math

from core.evaluation.intervals import Interval

_Z = 1.959964
"""The 97.5th percentile of the normal distribution."""


def counted(value: float, scans: int) -> Interval:
    """Return a share of scans with its 95 % interval, scans taken as independent.

    Args:
        value: The share, 0 to 1; NaN if unknown.
        scans: Of how many.

    Source: Wilson, Probable Inference, J. Am. Stat. Assoc. 22 (1927).
    """
    if math.isnan(value) or scans < 1:
        return Interval(value, math.nan, math.nan, scans, scans, "scan")
    weight = _Z**2 / scans
    middle = (value + weight / 2) / (1 + weight)
    reach = _Z * math.sqrt(value * (1 - value) / scans + weight / (4 * scans)) / (1 + weight)
    return Interval(value, max(0.0, middle - reach), min(1.0, middle + reach), scans, scans, "scan")
