"""A scan with its heat map over it, as a picture."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.charts.palette import DARK

_OPACITY = 0.75
_LARGE_PX = 192


def overlay(
    scan: NDArray[np.uint8],
    heat: NDArray[np.floating] | None = None,
    *,
    mask: NDArray[np.bool_] | None = None,
    peak: tuple[int, int] | None = None,
    opacity: float = _OPACITY,
) -> NDArray[np.uint8]:
    """Lay a heat map, a lesion's outline and the map's peak over a scan.

    Args:
        scan: Shape (H, W).
        heat: Shape (h, w), 0 to 1, stretched over the scan; None for none.
        mask: The lesion, shape (H, W); its outline is drawn.
        peak: Row and column on the scan; a cross is drawn.
        opacity: Of the heat where it is 1, 0 to 1.

    Returns:
        Shape (192, 192, 3): large enough for thin lines.
    """
    gray = _stretched(Image.fromarray(scan), Image.Resampling.BICUBIC)
    picture: NDArray[Any] = np.repeat(gray[..., np.newaxis], 3, axis=2)
    if heat is not None:
        warm = _stretched(Image.fromarray(np.asarray(heat, np.float32)), Image.Resampling.BILINEAR)
        share = np.clip(warm, 0, 1)[..., np.newaxis] * opacity
        picture = picture * (1 - share) + _rgb(DARK.reduction) * share
    if mask is not None and mask.any():
        picture[_outline(mask)] = _rgb(DARK.best)
    if peak is not None:
        _mark(picture, peak, scan.shape[0])
    return np.clip(picture, 0, 255).astype(np.uint8)


def _stretched(image: Image.Image, how: Image.Resampling) -> NDArray[np.float32]:
    return np.asarray(image.resize((_LARGE_PX, _LARGE_PX), how), dtype=np.float32)


def _outline(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    large = _stretched(Image.fromarray(mask.astype(np.uint8) * 255), Image.Resampling.BILINEAR)
    inside = np.pad(large > 127, 1)  # noqa: PLR2004 - half of a pixel
    inner = inside.copy()
    for step, axis in ((1, 0), (-1, 0), (1, 1), (-1, 1)):
        inner &= np.roll(inside, step, axis)
    return (inside & ~inner)[1:-1, 1:-1]


def _mark(picture: NDArray[np.float32], peak: tuple[int, int], size_px: int) -> None:
    row, column = (round((place + 0.5) / size_px * _LARGE_PX) for place in peak)
    arm = 6
    for width, colour in ((1, _rgb(DARK.paper)), (0, _rgb(DARK.ink))):
        upright = slice(max(0, row - arm - width), row + arm + 1 + width)
        level = slice(max(0, column - arm - width), column + arm + 1 + width)
        picture[upright, max(0, column - width) : column + 1 + width] = colour
        picture[max(0, row - width) : row + 1 + width, level] = colour


def _rgb(colour: str) -> NDArray[np.float32]:
    return np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)], np.float32)
