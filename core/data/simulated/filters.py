"""The few functions of SciPy used here, with types; SciPy itself has none."""

from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # pyright: ignore[reportMissingTypeStubs]

from core.data.simulated.arrays import BoolArray

_ndimage: Any = ndimage

Scalar = TypeVar("Scalar", np.float32, np.uint8)


def smoothed(
    array: NDArray[Scalar],
    sigma: float,
    *,
    truncate: float = 4.0,
    edge: Literal["reflect", "nearest"] = "reflect",
) -> NDArray[Scalar]:
    """Blur with a Gaussian of `sigma` cells, cut off at `truncate` sigmas."""
    return _ndimage.gaussian_filter(array, sigma, mode=edge, truncate=truncate)


def distance_inside(mask: BoolArray) -> NDArray[np.float64]:
    """Measure, where True, the cells to the nearest False; 0 elsewhere."""
    return _ndimage.distance_transform_edt(mask)


def without_holes(mask: BoolArray) -> BoolArray:
    """Fill what is False and surrounded by True."""
    return _ndimage.binary_fill_holes(mask)
