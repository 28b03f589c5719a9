"""From stored values to grays: windows, and the spread of values that have no unit."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.scans.images import windowed
from core.scans.readings import SPREAD, UnreadableScan


def name_of(centre: float, width: float) -> str:
    """Return a window's name, by its numbers: a file's own words may name the person."""
    return f"{centre:g} / {width:g}"


def grays(values: NDArray[Any], window: str, offered: Sequence[str]) -> NDArray[np.uint8]:
    """Return values as grays.

    Args:
        values: Of any type and shape; NaN becomes black.
        window: One of those offered, "CENTRE / WIDTH", or "" for the first offered.
        offered: The windows of the file, at least one.

    Raises:
        UnreadableScan: If the window cannot be read.
    """
    window = window or offered[0]
    if window == SPREAD:
        return windowed(values)
    centre, width = _numbers(window)
    low, high = _edges(centre, width)
    spread = np.interp(values, (low, high), (0, 255)) if high > low else 255.0 * (values > low)
    return np.rint(np.nan_to_num(spread)).astype(np.uint8)


def _edges(centre: float, width: float) -> tuple[float, float]:
    # The linear function of the standard, DICOM PS3.3 C.11.2.1.2.1.
    half = (width - 1) / 2
    return centre - 0.5 - half, centre - 0.5 + half


def _numbers(window: str) -> tuple[float, float]:
    try:
        centre, width = (float(part) for part in window.split("/"))
    except ValueError:
        centre, width = np.nan, np.nan
    if not (np.isfinite(centre) and np.isfinite(width) and width >= 1):
        raise UnreadableScan(
            f"A window must be two numbers, CENTRE / WIDTH with a width of at least 1, got "
            f"{window[:40]!r}. Try 40 / 80."
        )
    return centre, width
