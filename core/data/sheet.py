"""A few scans of each class side by side, to be looked at."""

import numpy as np
from numpy.typing import NDArray

from core.data.scan_set import ScanSet

_TINT = np.array([230, 159, 0], np.float32)
_STRENGTH = 0.55


def strips_of(
    scans: ScanSet, *, columns: int = 8, masks: bool = False
) -> dict[str, NDArray[np.uint8]]:
    """Return the first training scans of each class in a row.

    Args:
        scans: The scans.
        columns: Scans in a row; fewer where a class has fewer.
        masks: Whether to tint the lesions, if their masks are known.

    Returns:
        For each class an array of shape (height, up to columns * width, 3), uint8.
    """
    return {
        name: _strip(scans, index, columns, masks=masks and scans.masks is not None)
        for index, name in enumerate(scans.classes)
    }


def _strip(scans: ScanSet, label: int, columns: int, *, masks: bool) -> NDArray[np.uint8]:
    chosen = np.flatnonzero((scans.labels == label) & ~scans.validation)[:columns]
    shown = [_coloured(scans, int(index), masks=masks) for index in chosen]
    return np.concatenate(shown, axis=1)


def _coloured(scans: ScanSet, index: int, *, masks: bool) -> NDArray[np.uint8]:
    picture = np.repeat(scans.images[index][..., np.newaxis], 3, axis=2)
    if masks and scans.masks is not None:
        lesion = scans.masks[index]
        tinted = picture[lesion] * (1 - _STRENGTH) + _TINT * _STRENGTH
        picture[lesion] = tinted.astype(np.uint8)
    return picture
