"""A scan as the Classify page holds it."""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image


@dataclass(frozen=True, eq=False)
class Shown:
    """A scan to ask about.

    Attributes:
        key: SHA-256 of its pixels, 64 hexadecimal digits.
        name: What it is called; what somebody wrote.
        pixels: Shape (height, width), uint8.
        mask: The lesion where it is known, shape as `pixels`, or None.
        truth: Its class where it is known, or "".
    """

    key: str
    name: str
    pixels: NDArray[np.uint8]
    mask: NDArray[np.bool_] | None = None
    truth: str = ""

    def fitted(self, size_px: int) -> NDArray[np.uint8]:
        """Return it as the training took scans in: resized to a square, bilinearly."""
        if self.pixels.shape == (size_px, size_px):
            return self.pixels
        picture = Image.fromarray(self.pixels)
        return np.asarray(picture.resize((size_px, size_px), Image.Resampling.BILINEAR))


def key_of(pixels: NDArray[np.uint8]) -> str:
    """Return the SHA-256 of a scan, its shape included, 64 hexadecimal digits."""
    return hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).hexdigest()
