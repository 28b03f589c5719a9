"""What of a lesion a slice meets: its surface, and the brain that it pushes aside."""

from dataclasses import dataclass

import numpy as np

from core.data.simulated.arrays import FloatArray
from core.data.simulated.filters import smoothed
from core.data.simulated.head import Head
from core.data.simulated.lesions import Lesion
from core.data.simulated.noise import noise_at
from core.data.simulated.raster import Raster

Box = tuple[slice, slice]

REACH = (1.6, 18.0)
"""How far from its centre a lesion acts: times the radius, and millimetres more."""

BUMP_BLUR_PX = 1.6
GRAIN_BLUR_PX = 0.9
GRAIN_CELL_MM = 1.3

BUMP_GAIN = 1.4
BUMP_LIMIT = 1.6
"""Bumps are cut off at so many standard deviations."""

STIFFNESS = 0.35
"""The least share of its distance that brain may have come from."""

SKULL_TAPER_MM = 9.0
"""The brain gives way less and less, over so many millimetres, towards the skull."""

SELLA_TAPER_MM = 4.0
"""Under a pituitary tumour the bone gives way not at all."""


@dataclass(frozen=True, eq=False)
class LesionView:
    """The part of a slice that a lesion can reach.

    Attributes:
        box: Its rows and columns.
        offsets: From the lesion's centre, in millimetres, shape (3, H, W).
        surface: Distance outside the lesion's surface in millimetres, roughly,
            negative inside, shape (H, W).
        depth: Millimetres under the dura, shape (H, W).
        bumps: The noise that makes the surface rough, shape (H, W).
        grain: Finer noise, shape (H, W).
    """

    box: Box
    offsets: FloatArray
    surface: FloatArray
    depth: FloatArray
    bumps: FloatArray
    grain: FloatArray


def view_lesion(
    lesion: Lesion, points: FloatArray, head: Head, raster: Raster
) -> LesionView | None:
    """Find the lesion in a slice.

    Args:
        lesion: Looked for.
        points: What the pixels show, in millimetres, shape (3, size_px, size_px).
        head: Where it grows.
        raster: The pixels.

    Returns:
        None where the slice passes out of its reach.
    """
    radius = lesion.site.radius_mm
    centre = lesion.site.centre.astype(np.float32)[:, np.newaxis, np.newaxis]
    box = _box(points - centre, REACH[0] * radius + REACH[1])
    if box is None:
        return None
    near = points[:, *box]
    offsets = near - centre
    bumps, grain = _bumps(lesion, near, head, raster), _grain(lesion, near, head, raster)
    height = np.clip(BUMP_GAIN * bumps, -BUMP_LIMIT, BUMP_LIMIT)
    surface = _distance_in_ball(lesion, offsets) - radius * (1 + lesion.roughness * height)
    return LesionView(box, offsets, surface, head.depths_at(near), bumps, grain)


def origins(lesion: Lesion, view: LesionView) -> FloatArray:
    """Find where the brain came from that the lesion has pushed aside.

    A growing ball pushes incompressible tissue outwards so that what lay at
    distance r lies at (r³ + b³)^(1/3), b being the ball's radius.

    Returns:
        In millimetres of the template's space, shape (3, H, W).
    """
    distance = np.sqrt((view.offsets**2).sum(axis=0)) + np.float32(1e-3)
    ball = (lesion.mass_effect * lesion.site.radius_mm) ** 3
    before = np.cbrt(np.maximum(distance**3 - ball, (STIFFNESS * distance) ** 3))
    if lesion.kind == "pituitary_tumor":
        taper = np.clip(view.offsets[2] / SELLA_TAPER_MM + 0.3, 0, 1)
    else:
        taper = np.clip(view.depth / SKULL_TAPER_MM, 0, 1)
    kept = 1 - (1 - before / distance) * taper
    return lesion.site.centre.astype(np.float32)[:, np.newaxis, np.newaxis] + view.offsets * kept


def _box(offsets: FloatArray, reach: float) -> Box | None:
    """Find the rows and columns with a point within reach along each axis."""
    near = np.all(np.abs(offsets) < reach, axis=0)
    rows, columns = np.flatnonzero(np.any(near, axis=1)), np.flatnonzero(np.any(near, axis=0))
    if not len(rows):
        return None
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _distance_in_ball(lesion: Lesion, offsets: FloatArray) -> FloatArray:
    in_ball = np.tensordot(lesion.to_ball.astype(np.float32), offsets, axes=1)
    return np.sqrt((in_ball**2).sum(axis=0))


def _bumps(lesion: Lesion, points: FloatArray, head: Head, raster: Raster) -> FloatArray:
    cells = noise_at(
        head.noise,
        points,
        cell_mm=lesion.bump_cell_mm,
        offset=lesion.bump_offset,
    )
    return _standardised(cells, raster.scaled(BUMP_BLUR_PX))


def _grain(lesion: Lesion, points: FloatArray, head: Head, raster: Raster) -> FloatArray:
    cells = noise_at(head.noise, points, cell_mm=GRAIN_CELL_MM, offset=lesion.grain_offset)
    return _standardised(cells, raster.scaled(GRAIN_BLUR_PX))


def _standardised(noise: FloatArray, blur_px: float) -> FloatArray:
    """Blur the cells' edges, and give about one standard deviation back."""
    soft = smoothed(noise, blur_px, truncate=2.0, edge="nearest")
    return soft / (soft.std() + np.float32(0.05))
