"""Where the voxels of the head lie, and volumes brought onto them."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.data.simulated.arrays import Float64, FloatArray
from core.data.simulated.parameters import HeadParameters


@dataclass(frozen=True, eq=False)
class Grid:
    """Voxels along the axes of MNI space, to the right, to the front and up.

    Attributes:
        axes: Coordinates along each axis, in millimetres.
        voxel_mm: Distance between neighbours.
    """

    axes: tuple[FloatArray, FloatArray, FloatArray]
    voxel_mm: float

    @classmethod
    def of(cls, parameters: HeadParameters) -> "Grid":
        """Lay out the voxels of a head."""
        step = parameters.voxel_mm
        x, y, z = (
            low + step * np.arange(math.ceil((high - low) / step) + 1)
            for low, high in zip(parameters.low, parameters.high, strict=True)
        )
        return cls((x, y, z), step)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Numbers of voxels along the axes."""
        x, y, z = self.axes
        return len(x), len(y), len(z)

    @property
    def x(self) -> FloatArray:
        """How far to the right, shape (X, 1, 1)."""
        return self.axes[0].astype(np.float32)[:, np.newaxis, np.newaxis]

    @property
    def y(self) -> FloatArray:
        """How far to the front, shape (1, Y, 1)."""
        return self.axes[1].astype(np.float32)[np.newaxis, :, np.newaxis]

    @property
    def z(self) -> FloatArray:
        """How far up, shape (1, 1, Z)."""
        return self.axes[2].astype(np.float32)[np.newaxis, np.newaxis, :]

    def resampled(self, volume: FloatArray, origin: Float64, voxel_mm: float) -> FloatArray:
        """Interpolate a volume of other voxels; beyond it, its edges go on.

        Args:
            volume: Any shape of three axes.
            origin: Place of its first voxel, in millimetres, shape (3,).
            voxel_mm: Distance between its voxels.

        Returns:
            Shape `self.shape`.
        """
        x, y, z = ((axis - start) / voxel_mm for axis, start in zip(self.axes, origin, strict=True))
        return interpolated(volume, (x, y, z), beyond="clip")


def interpolated(
    volume: FloatArray,
    positions: tuple[FloatArray, FloatArray, FloatArray],
    *,
    beyond: Literal["clip", "wrap"],
) -> FloatArray:
    """Interpolate linearly where the positions along the axes cross.

    Args:
        volume: Any shape of three axes.
        positions: In cells of each axis, shapes (X,), (Y,) and (Z,).
        beyond: Whether the edges go on outside, or the volume repeats.

    Returns:
        Shape (X, Y, Z).
    """
    for axis, position in enumerate(positions):
        lower = np.floor(position).astype(np.int64)
        shape = [-1 if other == axis else 1 for other in range(3)]
        weight = (position - lower).astype(np.float32).reshape(shape)
        below = np.take(volume, lower, axis, mode=beyond)
        above = np.take(volume, lower + 1, axis, mode=beyond)
        volume = below * (1 - weight) + above * weight
    return volume
