"""The head that all subjects are warped from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.simulated.arrays import FloatArray

DEPTHS_PER_MM = 2
"""Depths are kept in steps of half a millimetre."""


@dataclass(frozen=True, eq=False)
class Head:
    """Tissues and depths in a volume with a layer of air around.

    Attributes:
        tissues: The shares of the eight tissues, 0 to 255, one a byte in the
            order of `Tissue`: one number, so that a look-up reaches into memory
            once. Vessels and dura come on top of what they lie in. Shape
            (X, Y, Z), uint64.
        depths: How deep under the dura, in 1 / `DEPTHS_PER_MM` mm, negative
            outside the cavity, shape (X, Y, Z), int8.
        noise: A block of periodic noise, standard deviation 1, shape
            (cells, cells, cells), float32.
        origin: Place of the first voxel in MNI space, in millimetres, shape (3,).
        voxel_mm: Side of a voxel.
    """

    tissues: NDArray[np.uint64]
    depths: NDArray[np.int8]
    noise: FloatArray
    origin: NDArray[np.float64]
    voxel_mm: float

    def voxels_at(self, points: FloatArray) -> NDArray[np.int32]:
        """Find the voxels nearest to points; outside the head, one of air.

        Args:
            points: In millimetres, shape (3, ...).

        Returns:
            Indices into the flat volumes, shape (...).
        """
        origin = self.origin.astype(np.float32).reshape(3, *[1] * (points.ndim - 1))
        # Truncation rounds what is below the first voxel up to it: air, too.
        index = ((points - origin) / np.float32(self.voxel_mm) + np.float32(0.5)).astype(np.int32)
        for along, count in zip(index, self.tissues.shape, strict=True):
            np.clip(along, 0, count - 1, out=along)
        x, y, z = index
        _, rows, columns = self.tissues.shape
        return (x * np.int32(rows) + y) * np.int32(columns) + z

    def tissues_at(self, points: FloatArray) -> NDArray[np.uint8]:
        """Look up the shares of the tissues, 0 to 255.

        Args:
            points: In millimetres, shape (3, ...).

        Returns:
            Shape (..., tissues).
        """
        packed = self.tissues.ravel()[self.voxels_at(points)]
        return packed[..., np.newaxis].view(np.uint8)

    def depths_at(self, points: FloatArray) -> FloatArray:
        """Look up how deep under the dura points lie.

        Args:
            points: In millimetres, shape (3, ...).

        Returns:
            Millimetres, negative outside the cavity, shape (...).
        """
        depths = self.depths.ravel()[self.voxels_at(points)]
        return depths.astype(np.float32) / DEPTHS_PER_MM
