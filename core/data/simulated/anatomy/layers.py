"""What the head is made of everywhere: scalp, muscle, skull, dura and brain."""

import numpy as np

from core.data.simulated.anatomy.canvas import Canvas
from core.data.simulated.arrays import BoolArray, FloatArray, between
from core.data.simulated.tissues import Tissue

SKIN_MM = 1.4
SCALP_MM = 5.0
VAULT_Z_MM = -8.0
"""Above it the scalp is fat alone, down to the skull."""

OUTER_TABLE_MM = 1.2
INNER_TABLE_MM = 1.6


def paint_flesh(
    canvas: Canvas,
    beyond_skull: BoolArray,
    coarse: FloatArray,
    fine: FloatArray,
) -> None:
    """Paint what lies outside the skull: muscle streaked with fat, scalp and skin.

    Args:
        canvas: Painted on.
        beyond_skull: True outside the skull's outer face, shape `canvas.grid.shape`.
        coarse: Noise that makes the streaks, same shape.
        fine: Finer noise, same shape.
    """
    x, y, z = canvas.grid.x, canvas.grid.y, canvas.grid.z
    flesh, depth = canvas.head & beyond_skull, canvas.head_depth
    fat = _logistic(2.5 * (coarse + 0.5 * fine - 0.9))
    water = 0.25 + 0.75 * _logistic(3 * (coarse + 0.6 * fine + 1))
    streaks = {
        Tissue.SOFT: 0.92 * (1 - fat) * water,
        Tissue.FAT: 0.84 * fat * water,
        Tissue.ENHANCING: 0.1 * water,
    }
    canvas.set(flesh, streaks)
    canvas.set(flesh & (depth < SCALP_MM), {Tissue.SOFT: 0.16, Tissue.FAT: 0.88})
    canvas.set(flesh & (depth < SKIN_MM), {Tissue.SOFT: 0.67, Tissue.FAT: 0.27})
    vault = flesh & (z > VAULT_Z_MM) & (depth >= SKIN_MM)
    canvas.set(vault, {Tissue.SOFT: 0.08, Tissue.FAT: 0.92})
    temples = between(np.abs(x), 55) & between(y, -10, 48) & between(z, -45, 12)
    muscle = flesh & temples & between(depth, 4.5)
    canvas.set(muscle, {Tissue.SOFT: 0.92, Tissue.FAT: 0.08})


def paint_skull(
    canvas: Canvas,
    under_skull: FloatArray,
    skull_mm: FloatArray,
    marrow: FloatArray,
) -> None:
    """Paint the skull, with marrow between its tables.

    Args:
        canvas: Painted on.
        under_skull: Depth under the skull's inner face, shape `canvas.grid.shape`.
        skull_mm: Thickness of the skull, same shape.
        marrow: Share of marrow between the tables, same shape.
    """
    skull = canvas.head & ~canvas.cavity & (under_skull >= -skull_mm)
    canvas.fill(skull, {Tissue.BONE: 1.0})
    between = (canvas.depth < -INNER_TABLE_MM) & (under_skull > OUTER_TABLE_MM - skull_mm)
    canvas.set(skull & between, {Tissue.BONE: 1 - marrow, Tissue.MARROW: marrow})


def paint_brain(canvas: Canvas, gray: FloatArray, white: FloatArray, fluid: FloatArray) -> None:
    """Paint the brain and the dura around it; all volumes from 0 to 1."""
    matter = {Tissue.GRAY_MATTER: gray, Tissue.WHITE_MATTER: white, Tissue.FLUID: fluid}
    canvas.set(canvas.cavity, matter)
    dura = canvas.head & between(canvas.depth, -1, 0.3)
    canvas.set(dura, {Tissue.ENHANCING: 0.35})
    bone = canvas.shares[Tissue.BONE]
    bone[dura] = np.minimum(bone[dura], 120)  # less than half, since the dura is thin


def _logistic(values: FloatArray) -> FloatArray:
    return 1 / (1 + np.exp(-values))
