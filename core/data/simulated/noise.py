"""A periodic block of smooth noise, and textures read from it."""

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from core.data.simulated.arrays import FloatArray

RELATIVE_BANDWIDTH = 0.45
"""Standard deviation of an octave's frequencies over its frequency."""


def periodic_noise(
    rng: Generator,
    cells: int,
    octaves: Sequence[tuple[float, float]],
) -> FloatArray:
    """Draw noise whose opposite faces fit, so that it can be laid out for ever.

    Args:
        rng: Draws it.
        cells: Side of the block, a power of two.
        octaves: Frequency in waves a block, and weight, of the bands added up.

    Returns:
        Shape (cells, cells, cells), mean about 0, standard deviation 1.
    """
    white = rng.standard_normal((cells, cells, cells)).astype(np.float32)
    spectrum, frequency = np.fft.rfftn(white), _frequencies(cells)
    total = np.zeros_like(white)
    for centre, weight in octaves:
        passed = np.exp(-(((frequency - centre) / (RELATIVE_BANDWIDTH * centre)) ** 2))
        band = np.fft.irfftn(spectrum * passed, s=white.shape, axes=(0, 1, 2))
        total += weight * (band / band.std())
    return (total / total.std()).astype(np.float32)


def noise_at(
    noise: FloatArray,
    points: FloatArray,
    *,
    cell_mm: float,
    offset: NDArray[np.float64],
) -> FloatArray:
    """Read the noise at points, each from the cell that it lies in.

    Args:
        noise: A block of `periodic_noise`.
        points: In millimetres, shape (3, H, W).
        cell_mm: Size of a cell in space.
        offset: Where the block begins, in cells, shape (3,).

    Returns:
        Shape (H, W).
    """
    cells = len(noise)
    shift = offset.astype(np.float32)[:, np.newaxis, np.newaxis]
    # `&` wraps negative numbers as well, since `cells` is a power of two.
    x, y, z = np.floor(points * np.float32(1 / cell_mm) + shift).astype(np.int32) & (cells - 1)
    return noise.ravel()[(x * cells + y) * cells + z]


def _frequencies(cells: int) -> NDArray[np.float64]:
    """Length of the frequency of each term of `rfftn`, in waves a block."""
    whole, half = np.fft.fftfreq(cells) * cells, np.fft.rfftfreq(cells) * cells
    along = np.meshgrid(whole, whole, half, indexing="ij")
    return np.sqrt(sum(component**2 for component in along))
