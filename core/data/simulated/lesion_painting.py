"""A lesion painted into a slice, and its mask."""

import numpy as np

from core.data.simulated.arrays import BoolArray, FloatArray
from core.data.simulated.contrast import LesionIntensities
from core.data.simulated.lesion_views import LesionView
from core.data.simulated.lesions import Lesion

DURA_BLUR_MM = 1.5
"""Lesions end at the dura, over so many millimetres."""

CORE_EDGE_MM = 1.2
RIM_VARIATION = 0.55
CORE_TEXTURE = 0.1
RIM_GAP_SHIFT = 1.2

OEDEMA_VARIATION = 0.4
OEDEMA_LEAST_MM = 2.0
OEDEMA_IN_GRAY_MATTER = 0.25
"""Oedema follows the white matter, and reaches others by so much."""

CLEFT_MM = (1.8, 1.2)
"""Distance of a cleft from the lesion, and half its width."""

CLEFT_LOSS = 0.45

TAIL_DEPTH_MM = (0.5, 1.6)
"""Depth of the dura that enhances, and half its thickness."""

TAIL_LENGTH_MM = 12.0
TAIL_STRENGTH = 0.8


def painted(
    part: FloatArray,
    lesion: Lesion,
    view: LesionView,
    intensities: LesionIntensities,
    white_matter: FloatArray,
) -> tuple[FloatArray, BoolArray]:
    """Paint a lesion into the part of a slice that it can reach.

    Args:
        part: Intensities, shape (H, W).
        lesion: Painted.
        view: Of the lesion, the same H and W.
        intensities: Of the lesion.
        white_matter: Its share, 0 to 1, shape (H, W).

    Returns:
        New intensities and where the lesion is, both of shape (H, W).
    """
    cover = _cover(lesion, view)
    part = part * _oedema(lesion, view, intensities, white_matter) * _cleft(lesion, view)
    part = _mixed(part, _body(lesion, view, intensities), cover)
    if lesion.has_tail:
        part = _mixed(part, intensities.enhancing, _tail(view))
    return part, cover > 0.5  # noqa: PLR2004 (more than half)


def _cover(lesion: Lesion, view: LesionView) -> FloatArray:
    """Give the share of each pixel that the lesion covers."""
    cover = _inside(view.surface / lesion.edge_mm)
    if lesion.kind == "pituitary_tumor":  # grows outside the dura
        return cover
    return cover * np.clip(view.depth / DURA_BLUR_MM + 0.5, 0, 1)


def _oedema(
    lesion: Lesion,
    view: LesionView,
    intensities: LesionIntensities,
    white_matter: FloatArray,
) -> FloatArray | float:
    """Give what oedema leaves of the intensity."""
    if not lesion.oedema_mm:
        return 1.0
    reach = lesion.oedema_mm * (1 + OEDEMA_VARIATION * view.bumps)
    near = np.clip(1 - view.surface / np.maximum(reach, OEDEMA_LEAST_MM), 0, 1)
    wet = near * np.minimum(1, white_matter + OEDEMA_IN_GRAY_MATTER) * (view.depth > 1)
    return 1 + (intensities.oedema - 1) * np.sqrt(wet)


def _cleft(lesion: Lesion, view: LesionView) -> FloatArray | float:
    """Give what the fluid around a lesion leaves of the intensity."""
    if not lesion.has_cleft:
        return 1.0
    distance, width = CLEFT_MM
    fluid = np.exp(-(((view.surface - distance) / width) ** 2)) * (view.depth > 1)
    return 1 - CLEFT_LOSS * fluid


def _tail(view: LesionView) -> FloatArray:
    """Give the share of each pixel that enhances as dura beside the lesion."""
    depth, thickness = TAIL_DEPTH_MM
    dura = np.clip(1 - np.abs(view.depth - depth) / thickness, 0, 1)
    near = np.clip(1 - view.surface / TAIL_LENGTH_MM, 0, 1) * (view.surface > 0)
    return TAIL_STRENGTH * dura * near


def _body(lesion: Lesion, view: LesionView, intensities: LesionIntensities) -> FloatArray:
    """Give the intensities of the lesion itself."""
    textured = 1 + lesion.texture * view.grain
    match lesion.structure:
        case "low_grade":
            return intensities.low_grade * textured
        case "solid":
            return intensities.enhancing * textured
        case "ring":
            return _ring(lesion, view, intensities, intensities.enhancing * textured)


def _ring(
    lesion: Lesion,
    view: LesionView,
    intensities: LesionIntensities,
    rim: FloatArray,
) -> FloatArray:
    """Give the intensities of a rim, with gaps if it is broken, around a core."""
    thickness = lesion.rim_mm * (1 + RIM_VARIATION * np.clip(view.grain, -1.3, 1.5))
    in_core = _inside((view.surface + thickness) / CORE_EDGE_MM)
    core = intensities.core * (1 + CORE_TEXTURE * view.grain)
    ring = _mixed(rim, core, in_core)
    if lesion.rim_gaps is None:
        return ring
    whole = np.clip(view.bumps - lesion.rim_gaps + RIM_GAP_SHIFT, 0, 1)
    return _mixed(np.full_like(ring, intensities.core), ring, whole)


def _inside(distance: FloatArray) -> FloatArray:
    """Fall from 1 at -1 to 0 at 1."""
    return 0.5 - 0.5 * np.clip(distance, -1, 1)


def _mixed(below: FloatArray, above: FloatArray | float, share: FloatArray) -> FloatArray:
    """Lay so much of one over the other."""
    return below * (1 - share) + above * share
