"""What takes up contrast agent around the brain: sinuses, falx, plexus, arteries."""

import numpy as np

from core.data.simulated.anatomy.canvas import Canvas
from core.data.simulated.arrays import BoolArray, FloatArray, between
from core.data.simulated.tissues import Tissue


def paint_vessels(canvas: Canvas, fluid: FloatArray, ridges: tuple[FloatArray, FloatArray]) -> None:
    """Paint all of them.

    Args:
        canvas: Painted on.
        fluid: Share of fluid, should a voxel be in the cavity, shape `canvas.grid.shape`.
        ridges: Two volumes of noise; arteries run where the first is near 0,
            as far as the second is.
    """
    sagittal_sinus, transverse_sinuses = _sagittal_sinus(canvas), _transverse_sinuses(canvas)
    canvas.fill(sagittal_sinus, {Tissue.ENHANCING: 0.94})
    canvas.fill(transverse_sinuses, {Tissue.ENHANCING: 0.86})
    _enhance(canvas, _falx(canvas) & between(fluid, 0.3), 0.35)
    _enhance(canvas, _straight_sinus(canvas), 0.8)
    for side in (-1, 1):
        _enhance(canvas, _choroid_plexus(canvas, side) & between(fluid, 0.4), 0.7)
    along, across = ridges
    arteries = between(along, -0.085, 0.085) & between(across, -0.6, 0.6)
    _enhance(canvas, arteries & between(fluid, 0.42) & between(canvas.depth, 1), 0.8)


def _enhance(canvas: Canvas, where: BoolArray, share: float) -> None:
    canvas.raise_to(where & canvas.cavity, Tissue.ENHANCING, share)


def _sagittal_sinus(canvas: Canvas) -> BoolArray:
    """Find the sinus along the midline, a triangle that points down."""
    x, y, z, depth = canvas.grid.x, canvas.grid.y, canvas.grid.z, canvas.depth
    half_width = 4.2 - 0.35 * np.maximum(0, depth)
    triangle = between(depth, -1.5, 6) & (np.abs(x) < half_width)
    return canvas.head & triangle & between(z, -5) & (between(z, 20) | between(y, high=-40))


def _transverse_sinuses(canvas: Canvas) -> BoolArray:
    x, y, z, depth = canvas.grid.x, canvas.grid.y, canvas.grid.z, canvas.depth
    level = between(z + 22 - 0.1 * (y + 90), -3.2, 3.2)
    course = level & between(y, high=-40) & between(x, -62, 62)
    return canvas.head & between(depth, -1, 5) & course


def _falx(canvas: Canvas) -> BoolArray:
    x, y, z = canvas.grid.x, canvas.grid.y, canvas.grid.z
    return between(x, -0.9, 0.9) & between(z, 10) & between(np.hypot(y + 15, z - 5), 52)


def _straight_sinus(canvas: Canvas) -> BoolArray:
    """Find the part of it that shows beside the midline."""
    x, y, z = canvas.grid.x, canvas.grid.y, canvas.grid.z
    section = np.hypot(y + 68, z - 8 + 0.55 * (y + 55))
    return between(x, -2.2, 2.2) & between(section, high=2.6)


def _choroid_plexus(canvas: Canvas, side: int) -> BoolArray:
    x, y, z = canvas.grid.x, canvas.grid.y, canvas.grid.z
    return ((x - side * 24) / 5) ** 2 + ((y + 40) / 6) ** 2 + ((z - 10) / 5) ** 2 < 1
