"""The head while its tissues are being painted."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.simulated.anatomy.grid import Grid
from core.data.simulated.arrays import BoolArray, FloatArray
from core.data.simulated.parameters import Point
from core.data.simulated.tissues import Tissue

Mixture = Mapping[Tissue, float]
"""Shares of tissues, 0 to 1; what is missing to 1 is air."""


PURE = 255
"""The value of a voxel that holds one tissue alone."""

AIR: Mixture = {}


@dataclass(frozen=True)
class Blob:
    """An ellipsoid, or with a larger `power` something nearer to a box."""

    centre: Point
    radii: Point
    power: float = 2.0


@dataclass(frozen=True, eq=False)
class Canvas:
    """The tissues of the head, and the surfaces that they follow.

    Attributes:
        grid: Where the voxels lie.
        head_depth: Millimetres under the skin, negative in the air, shape `grid.shape`.
        depth: Millimetres under the dura, negative outside the cavity, same shape.
        shares: What is painted, shape (tissues, X, Y, Z), uint8 up to `PURE`.
    """

    grid: Grid
    head_depth: FloatArray
    depth: FloatArray
    shares: NDArray[np.uint8]

    @property
    def head(self) -> BoolArray:
        """True inside the skin."""
        return self.head_depth > 0

    @property
    def cavity(self) -> BoolArray:
        """True inside the dura."""
        return self.depth > 0

    def set(self, where: BoolArray, mixture: Mapping[Tissue, float | FloatArray]) -> None:
        """Give some tissues new shares, and leave the others as they are.

        Args:
            where: Shape `grid.shape`.
            mixture: Shares as numbers or as volumes of that shape.
        """
        for tissue, share in mixture.items():
            levels = np.round(np.multiply(PURE, share)).astype(np.uint8)
            self.shares[tissue][where] = levels[where] if levels.ndim else levels

    def fill(self, where: BoolArray, mixture: Mapping[Tissue, float | FloatArray]) -> None:
        """Replace all that is there."""
        self.shares[:, where] = 0
        self.set(where, mixture)

    def raise_to(self, where: BoolArray, tissue: Tissue, share: float) -> None:
        """Give a tissue at least a share."""
        level = np.uint8(round(PURE * share))
        self.shares[tissue][where] = np.maximum(self.shares[tissue][where], level)

    def paint(
        self,
        blob: Blob,
        mixture: Mixture,
        *,
        only: BoolArray | None = None,
        in_cavity: bool = False,
    ) -> None:
        """Replace all that is in a shape.

        Args:
            blob: The shape.
            mixture: What it is filled with.
            only: Leaves the rest of the shape as it is, shape `grid.shape`.
            in_cavity: Whether to paint over the inside of the cavity, too.
        """
        box = self._box(blob)
        where = self._within(blob, box) & (self.head_depth[box] > 0)
        if not in_cavity:
            where &= self.depth[box] <= 0
        if only is not None:
            where &= only[box]
        for tissue in Tissue:
            self.shares[tissue][box][where] = round(PURE * mixture.get(tissue, 0))

    def _box(self, blob: Blob) -> tuple[slice, slice, slice]:
        """Find the voxels that a shape may cover."""
        x, y, z = (
            slice(*np.searchsorted(axis, (middle - radius, middle + radius)))
            for axis, middle, radius in zip(self.grid.axes, blob.centre, blob.radii, strict=True)
        )
        return x, y, z

    def _within(self, blob: Blob, box: tuple[slice, slice, slice]) -> BoolArray:
        """Tell which voxels of a box a shape covers."""
        x, y, z = (
            np.abs((axis[part] - middle) / radius) ** blob.power
            for axis, part, middle, radius in zip(
                self.grid.axes,
                box,
                blob.centre,
                blob.radii,
                strict=True,
            )
        )
        return x[:, np.newaxis, np.newaxis] + y[:, np.newaxis] + z < 1
