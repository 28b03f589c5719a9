"""The surface of the head: scalp over the skull, face, neck, nose and ears."""

from collections.abc import Iterator

import numpy as np

from core.data.simulated.anatomy.grid import Grid, interpolated
from core.data.simulated.arrays import FloatArray
from core.data.simulated.filters import smoothed
from core.data.simulated.parameters import HeadParameters, Point

SKULL_SMOOTHING_MM = 9.0
"""The skull does not follow the dents of the brain."""

COARSE = 3
"""Such smooth volumes are computed on every third voxel."""

BASE_Z_MM = -25.0
"""Height at which the round vault of the skull begins."""

VAULT_SLACK_MM = 1.5
"""How far the skull may leave the dura over the vault."""

NECK_TOP_Z_MM = -55.0


def skull_depth(depth: FloatArray, grid: Grid) -> FloatArray:
    """Measure the depth under the skull's inner face, which is rounder than the dura.

    Args:
        depth: That under the dura, in millimetres, shape `grid.shape`.
        grid: Where the voxels lie.
    """
    coarse = smoothed(
        depth[::COARSE, ::COARSE, ::COARSE],
        SKULL_SMOOTHING_MM / grid.voxel_mm / COARSE,
    )
    x, y, z = (np.arange(count) / COARSE for count in grid.shape)
    rounded = interpolated(coarse, (x, y, z), beyond="clip")
    vault = np.clip((grid.z - BASE_Z_MM) / -BASE_Z_MM, 0, 1)
    return np.minimum(rounded, depth + VAULT_SLACK_MM) * vault + depth * (1 - vault)


def depth_in_head(
    under_skull: FloatArray,
    skull_mm: FloatArray,
    grid: Grid,
    parameters: HeadParameters,
) -> FloatArray:
    """Measure how deep under the skin each voxel lies, roughly.

    Args:
        under_skull: Depth under the skull's inner face, shape `grid.shape`.
        skull_mm: Thickness of the skull, same shape.
        grid: Where the voxels lie.
        parameters: Says how thick the scalp is.

    Returns:
        Millimetres, negative in the air, shape `grid.shape`.
    """
    outside = -(under_skull + skull_mm + parameters.scalp_mm)
    for part, blend_mm in _parts(grid):
        outside = _smooth_union(outside, part, blend_mm)
    return -outside


def _parts(grid: Grid) -> Iterator[tuple[FloatArray, float]]:
    """Give what is joined to the scalp: distances to it, and the fillet's size."""
    yield _ellipsoid(grid, (0, 38, -62), (66, 64, 72)), 10  # face
    yield _ellipsoid(grid, (0, 100, -52), (13, 16, 20)), 8  # nose
    yield _ellipsoid(grid, (0, 72, -118), (32, 26, 20)), 10  # chin
    yield _neck(grid), 16
    yield _ellipsoid(grid, (0, -60, -60), (58, 52, 50)), 14  # back of the head
    for side in (-1, 1):
        yield _ellipsoid(grid, (side * 83, -18, -38), (7, 14, 24)), 3  # ear


def _ellipsoid(grid: Grid, centre: Point, radii: Point) -> FloatArray:
    """Measure, roughly, the distance outside an ellipsoid; negative inside."""
    x, y, z = (
        (axis - middle) / radius
        for axis, middle, radius in zip((grid.x, grid.y, grid.z), centre, radii, strict=True)
    )
    return (np.sqrt(x**2 + y**2 + z**2) - 1) * min(radii)


def _neck(grid: Grid) -> FloatArray:
    """Measure the distance outside a cylinder that leans back downwards."""
    axis_y = -28 - (grid.z + 90) * 0.12
    tube = np.hypot(grid.x / 1.05, grid.y - axis_y) - 58
    return np.maximum(tube, grid.z - NECK_TOP_Z_MM)


def _smooth_union(first: FloatArray, second: FloatArray, blend_mm: float) -> FloatArray:
    """Join two shapes, given by distances, with a fillet where they meet.

    Source: the polynomial smooth minimum of Inigo Quilez, "smooth minimum", 2013.
    """
    share = np.clip(0.5 + 0.5 * (second - first) / blend_mm, 0, 1)
    return second * (1 - share) + first * share - blend_mm * share * (1 - share)
