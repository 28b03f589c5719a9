"""What depends on the size of the images alone."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.data.simulated.arrays import FloatArray

NODES = 12
"""Points are warped at so many nodes a side, and interpolated between them."""

REFERENCE_PX = 150
"""The size of image for which widths in pixels are given."""

BLURS_PX = np.linspace(0.3, 2.5, 45)
"""Standard deviations of the blurs to choose from."""


@dataclass(frozen=True)
class Raster:
    """The pixels of square images.

    Attributes:
        size_px: Height and width.
    """

    size_px: int

    @cached_property
    def centres(self) -> FloatArray:
        """Places of the pixels along a side, from -0.5 to 0.5, shape (size_px,)."""
        return (np.arange(self.size_px, dtype=np.float32) + np.float32(0.5)) / self.size_px - 0.5

    @cached_property
    def nodes(self) -> NDArray[np.float64]:
        """Places of the nodes along a side, from -0.5 to 0.5, shape (nodes,)."""
        return np.linspace(-0.5, 0.5, NODES)

    @cached_property
    def from_nodes(self) -> FloatArray:
        """Weights of the nodes in each pixel along a side, shape (size_px, nodes)."""
        distance = np.abs(self.centres[:, np.newaxis] - self.nodes) * (NODES - 1)
        return np.maximum(0, 1 - distance).astype(np.float32)

    @cached_property
    def _blurs(self) -> list[FloatArray]:
        """Weights of the pixels in a blurred one, shape (size_px, size_px) each."""
        pixels = np.arange(self.size_px)
        squares = (pixels[:, np.newaxis] - pixels) ** 2
        kernels = (np.exp(-squares / (2 * sigma**2)).astype(np.float32) for sigma in BLURS_PX)
        return [kernel / kernel.sum(axis=1, keepdims=True) for kernel in kernels]

    def scaled(self, width_px: float) -> float:
        """Scale a width in pixels of an image of `REFERENCE_PX`."""
        return width_px * self.size_px / REFERENCE_PX

    def blurred(self, image: FloatArray, sigma_px: float) -> FloatArray:
        """Blur with a Gaussian, whose weights end at the borders.

        Args:
            image: Shape (size_px, size_px).
            sigma_px: Standard deviation, rounded to the nearest of `BLURS_PX`.
        """
        blur = self._blurs[int(np.argmin(np.abs(BLURS_PX - sigma_px)))]
        return blur @ image @ blur.T
