"""Whether a picture looks like a slice of a head at all."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_SIDE_PX = 96
_CORNER_PX = 10
_CENTRE_PX = 30
_WHITE_PERCENTILES = (1, 99)

# Of 341 real slices of the public set 99 of 100 have corners below 0.07, neighbours above
# 0.84 and a centre above 0.24; of 200 simulated ones 0.05, 0.80 and 0.24.
_LEAST_CONTRAST = 20
_LEAST_ALIKE = 0.6
_BRIGHTEST_CORNERS = 0.12
_DARKEST_CENTRE = 0.12


def objection(pixels: NDArray[np.uint8]) -> str:
    """Return why a picture can hardly be a slice of a head, as a part of a sentence, or "".

    It looks for a bright middle in dark air, smooth from pixel to pixel: enough to tell a
    photograph, a page of text, noise or an inverted scan, not more.

    Args:
        pixels: Shape (height, width), 0 black to 255 white.
    """
    picture = Image.fromarray(pixels).resize((_SIDE_PX, _SIDE_PX), Image.Resampling.BILINEAR)
    gray = np.asarray(picture, np.float64)
    low, high = np.percentile(gray, _WHITE_PERCENTILES)
    if high - low < _LEAST_CONTRAST:
        return "it has hardly any contrast"
    spread = np.clip((gray - low) / (high - low), 0, 1)
    alike = np.corrcoef(spread[:, :-1].ravel(), spread[:, 1:].ravel())[0, 1]
    if alike < _LEAST_ALIKE:
        return "it is as grainy as noise"
    if np.median(_corners(spread)) > _BRIGHTEST_CORNERS:
        return "its corners are bright, where air around a head is dark"
    if np.median(_centre(spread)) < _DARKEST_CENTRE:
        return "its middle is dark, where a head would be"
    return ""


def _corners(picture: NDArray[np.float64]) -> NDArray[np.float64]:
    ends = np.r_[0:_CORNER_PX, _SIDE_PX - _CORNER_PX : _SIDE_PX]
    return picture[np.ix_(ends, ends)]


def _centre(picture: NDArray[np.float64]) -> NDArray[np.float64]:
    rows, columns = np.mgrid[:_SIDE_PX, :_SIDE_PX] - (_SIDE_PX - 1) / 2
    return picture[np.hypot(rows, columns) < _CENTRE_PX]
