"""What has a place of its own: eyes, sinuses, jaw, skull base, spine.

Places are in millimetres of MNI space; `side` is -1 on the left, 1 on the right.
Later structures paint over earlier ones.
"""

import numpy as np

from core.data.simulated.anatomy.canvas import AIR, Blob, Canvas, Mixture
from core.data.simulated.arrays import BoolArray, FloatArray, between
from core.data.simulated.tissues import Tissue

BONE, MARROW, FAT = Tissue.BONE, Tissue.MARROW, Tissue.FAT
SOFT, ENHANCING, FLUID = Tissue.SOFT, Tissue.ENHANCING, Tissue.FLUID

MUCOSA: Mixture = {ENHANCING: 0.75, SOFT: 0.25}
MASTOID_CELLS = ((-30, -48), (-38, -42), (-26, -40), (-40, -52))
"""Their centres, y and z."""

VERTEBRAE = 7


def paint_structures(canvas: Canvas, streaks: FloatArray) -> None:
    """Paint all of them.

    Args:
        canvas: Painted on.
        streaks: Noise that makes the walls between air cells, shape `canvas.grid.shape`.
    """
    _paint_clivus(canvas)
    for side in (-1, 1):
        _paint_skull_base(canvas, side)
        _paint_orbit(canvas, side)
        _paint_sinuses(canvas, side, streaks)
        _paint_jaw(canvas, side)
        _paint_ear(canvas, side)
        _paint_carotid(canvas, side)
    _paint_pituitary_gland(canvas)
    _paint_mouth_and_throat(canvas)
    _paint_spine(canvas)
    _paint_spinal_cord(canvas)


def _paint_clivus(canvas: Canvas) -> None:
    canvas.paint(Blob((0, 0, -44), (16, 20, 14)), {BONE: 0.35, MARROW: 0.65})
    canvas.paint(Blob((0, -12, -56), (13, 13, 20)), {BONE: 0.25, MARROW: 0.75})


def _paint_skull_base(canvas: Canvas, side: int) -> None:
    petrous = Blob((side * 30, -22, -42), (24, 9, 8))
    canvas.paint(petrous, {BONE: 0.8, MARROW: 0.2})
    mastoid = Blob((side * 52, -32, -44), (13, 18, 16))
    canvas.paint(mastoid, {BONE: 0.55, SOFT: 0.15})
    sphenoid_wing = Blob((side * 46, 34, -40), (14, 6, 10))
    canvas.paint(sphenoid_wing, {BONE: 0.4, MARROW: 0.6})


def _paint_orbit(canvas: Canvas, side: int) -> None:
    canvas.paint(Blob((side * 30, 44, -37), (18, 27, 17)), {FAT: 0.95})
    cone = Blob((side * 31, 42, -37), (14, 22, 13))
    canvas.paint(cone, {SOFT: 0.8, ENHANCING: 0.15}, only=_eye_muscles(canvas, side))
    optic_nerve = Blob((side * 26, 38, -37), (2.4, 26, 2.4))
    canvas.paint(optic_nerve, {Tissue.WHITE_MATTER: 0.8})
    canvas.paint(Blob((side * 32, 61, -37), (13.5, 13.5, 13.5)), {SOFT: 0.7, FAT: 0.1})
    canvas.paint(Blob((side * 32, 61, -37), (12, 12, 12)), {FLUID: 0.9})
    lens = Blob((side * 32, 72, -37), (5, 2.4, 5))
    canvas.paint(lens, {SOFT: 0.8})


def _eye_muscles(canvas: Canvas, side: int) -> BoolArray:
    """Find the surface of a cone that narrows towards the back."""
    across = np.hypot((canvas.grid.x - side * 31) / 12, (canvas.grid.z + 37) / 11)
    return between(across - 0.85 + 0.010 * (canvas.grid.y - 42), -0.13, 0.13)


def _paint_sinuses(canvas: Canvas, side: int, streaks: FloatArray) -> None:
    ethmoid = Blob((side * 13, 46, -38), (7, 27, 13), power=4)
    canvas.paint(ethmoid, AIR)
    canvas.paint(ethmoid, {ENHANCING: 0.5, SOFT: 0.4}, only=between(streaks, -0.22, 0.22))
    sphenoid = Blob((side * 8, 18, -42), (8, 12, 10), power=3)
    canvas.paint(sphenoid, AIR)
    maxillary = Blob((side * 28, 48, -66), (14, 17, 15), power=3)
    canvas.paint(maxillary, AIR)
    nasal_cavity = Blob((side * 7, 55, -64), (6, 32, 15), power=4)
    canvas.paint(nasal_cavity, AIR)
    for z in (-58, -68):
        turbinate = Blob((side * 8, 52, z), (3.2, 24, 3.0))
        canvas.paint(turbinate, MUCOSA)


def _paint_jaw(canvas: Canvas, side: int) -> None:
    masseter = Blob((side * 50, 12, -78), (9, 18, 30))
    canvas.paint(masseter, {SOFT: 1.0})
    ramus = Blob((side * 44, 12, -88), (5, 12, 34))
    canvas.paint(ramus, {BONE: 0.4, MARROW: 0.6})
    body = Blob((side * 40, 50, -112), (6, 34, 9))
    canvas.paint(body, {BONE: 0.35, MARROW: 0.65})


def _paint_ear(canvas: Canvas, side: int) -> None:
    canal = Blob((side * 50, -18, -36), (9, 3.5, 3.5))
    canvas.paint(canal, AIR)
    for y, z in MASTOID_CELLS:
        canvas.paint(Blob((side * 55, y, z), (5, 5, 5)), AIR)


def _paint_carotid(canvas: Canvas, side: int) -> None:
    canvas.paint(Blob((side * 13, 2, -34), (3, 6, 3)), {ENHANCING: 0.7})
    canvas.paint(Blob((side * 22, -10, -80), (4, 4, 30)), {ENHANCING: 0.7})
    jugular_vein = Blob((side * 36, -18, -90), (5, 5, 34))
    canvas.paint(jugular_vein, {ENHANCING: 0.5})


def _paint_pituitary_gland(canvas: Canvas) -> None:
    gland = Blob((0, 2, -33), (7, 5.5, 4.5))
    canvas.paint(gland, {ENHANCING: 0.6, SOFT: 0.3}, in_cavity=True)


def _paint_mouth_and_throat(canvas: Canvas) -> None:
    septum = Blob((0, 42, -53), (1.2, 44, 22))
    canvas.paint(septum, {SOFT: 0.6, BONE: 0.3})
    palate = Blob((0, 40, -82), (24, 34, 2.5))
    canvas.paint(palate, {BONE: 0.6, MARROW: 0.4})
    tongue = Blob((0, 40, -100), (24, 34, 15))
    canvas.paint(tongue, {SOFT: 0.75, FAT: 0.25})
    mouth = Blob((0, 20, -84), (14, 26, 3))
    canvas.paint(mouth, AIR)
    pharynx = Blob((0, 2, -88), (9, 6, 40), power=3)
    canvas.paint(pharynx, AIR)
    nasopharynx = Blob((0, 14, -70), (9, 12, 8), power=3)
    canvas.paint(nasopharynx, AIR)


def _paint_spine(canvas: Canvas) -> None:
    for number in range(VERTEBRAE):
        y, z = -22 - 1.2 * number, -72 - 13 * number
        canvas.paint(Blob((0, y, z), (11, 9, 5.8), power=4), {BONE: 0.2, MARROW: 0.8})
        spinous_process = Blob((0, y - 30, z), (4, 12, 4))
        canvas.paint(spinous_process, {BONE: 0.3, MARROW: 0.7})


def _paint_spinal_cord(canvas: Canvas) -> None:
    """Paint the canal and the cord in it, which lean back downwards."""
    x, y, z = canvas.grid.x, canvas.grid.y, canvas.grid.z
    behind = y + 42 + (z + 60) * 0.12
    below_skull = canvas.head & between(z, high=-58)
    canvas.fill(below_skull & between(np.hypot(x, behind), high=9), {FLUID: 1.0})
    cord = below_skull & between(np.hypot(0.85 * x, behind), high=5)
    canvas.fill(cord, {Tissue.WHITE_MATTER: 0.75, Tissue.GRAY_MATTER: 0.24})
