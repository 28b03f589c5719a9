"""Pixels that are not square, made so."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.scans.images import MAX_PIXELS

_ALIKE = 0.01
_MOST = 20.0

STRETCHED = "It was stretched, since its pixels are not square."


def square_pixels(
    grays: NDArray[np.uint8], row_mm: float, column_mm: float
) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Stretch a scan along the coarser side of its pixels, so that a circle is round.

    Args:
        grays: Shape (height, width).
        row_mm: Distance between rows.
        column_mm: Distance between columns.

    Returns:
        The scan, as it was where the distances are alike, unknown or absurd, and what to say.
    """
    if not _plausible(row_mm, column_mm):
        return grays, ()
    finer = min(row_mm, column_mm)
    height, width = grays.shape
    size = round(width * column_mm / finer), round(height * row_mm / finer)
    if size == (width, height) or size[0] * size[1] > MAX_PIXELS:
        return grays, ()
    stretched = Image.fromarray(grays).resize(size, Image.Resampling.BILINEAR)
    return np.array(stretched), (STRETCHED,)


def _plausible(row_mm: float, column_mm: float) -> bool:
    if not (np.isfinite([row_mm, column_mm]).all() and min(row_mm, column_mm) > 0):
        return False
    ratio = max(row_mm, column_mm) / min(row_mm, column_mm)
    return 1 + _ALIKE < ratio <= _MOST
