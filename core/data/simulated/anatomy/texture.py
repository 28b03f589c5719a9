"""The noise that textures the head."""

import numpy as np

from core.data.simulated.anatomy.grid import Grid, interpolated
from core.data.simulated.arrays import FloatArray
from core.data.simulated.noise import periodic_noise
from core.data.simulated.parameters import HeadParameters


class Texture:
    """The same noise over the head at many scales.

    Args:
        parameters: Of the noise.
        grid: Where it is read.
    """

    def __init__(self, parameters: HeadParameters, grid: Grid) -> None:
        rng = np.random.default_rng(parameters.seed)
        self.noise = periodic_noise(rng, parameters.noise_cells, parameters.noise_octaves)
        self._grid = grid

    def at(self, cell_mm: float, *, part: int, same_on_both_sides: bool = False) -> FloatArray:
        """Lay the noise over the head.

        Args:
            cell_mm: Size of its cells.
            part: Chooses which part of the block lies at the origin.
            same_on_both_sides: Whether the right is the left's mirror image.

        Returns:
            Shape `grid.shape`, mean about 0, standard deviation about 1.
        """
        x, y, z = (axis.astype(np.float32) / cell_mm for axis in self._grid.axes)
        if same_on_both_sides:
            x = np.abs(x)
        positions = (x + 7 * part, y + 13 * part, z + 29 * part)
        return interpolated(self.noise, positions, beyond="wrap")
