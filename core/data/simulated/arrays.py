"""Types of the arrays used here, and a comparison."""

import math

import numpy as np
from numpy.typing import NDArray

BoolArray = NDArray[np.bool_]
Float64 = NDArray[np.float64]

FloatArray = NDArray[np.floating]
"""Of float32, unless said otherwise; NumPy's stubs see float64 in its products with floats."""


def between(
    values: FloatArray | NDArray[np.integer], low: float = -math.inf, high: float = math.inf
) -> BoolArray:
    """Tell which values are greater than `low` and less than `high`."""
    return (values > low) & (values < high)
