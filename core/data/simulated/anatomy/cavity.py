"""The cavity of the skull, and the brain in it."""

import numpy as np

from core.data.simulated.anatomy.grid import Grid
from core.data.simulated.anatomy.template import Template
from core.data.simulated.arrays import FloatArray
from core.data.simulated.filters import distance_inside, smoothed, without_holes
from core.data.simulated.parameters import HeadParameters

BRAIN_INTENSITY = 25
"""The template is brighter in the brain and 0 around it."""

COARSE = 2
"""The cavity is found on every second voxel of the template, in millimetres."""

MARGIN = 20
"""Voxels around the template, more than the brain is grown by."""


def depth_in_cavity(template: Template, grid: Grid, parameters: HeadParameters) -> FloatArray:
    """Measure how deep in the cavity of the skull each voxel lies.

    The brain is grown until its sulci are bridged and shrunk by a little less,
    so that a layer of fluid stays between it and the dura.

    Returns:
        Millimetres from the dura inwards, negative outside, shape `grid.shape`.
    """
    brain = without_holes(template.t1[::COARSE, ::COARSE, ::COARSE] > BRAIN_INTENSITY)
    brain = np.pad(brain, MARGIN)
    grown = distance_inside(~brain) < parameters.closing_mm / COARSE
    cavity = distance_inside(grown) > parameters.opening_mm / COARSE
    depth = COARSE * (distance_inside(cavity) - distance_inside(~cavity))
    origin = template.origin - MARGIN * COARSE
    return grid.resampled(smoothed(depth.astype(np.float32), 1.0), origin, COARSE)


def brain_matter(template: Template, grid: Grid) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Give the shares of gray matter, white matter and fluid, should a voxel be in the cavity.

    Returns:
        Three volumes from 0 to 1 that add up to 1, of shape `grid.shape`.
    """
    gray, white = (
        grid.resampled(np.pad(share, 1).astype(np.float32) / 255, template.origin - 1, 1)
        for share in (template.gray_matter, template.white_matter)
    )
    excess = np.maximum(gray + white, 1)
    gray, white = gray / excess, white / excess
    return gray, white, np.clip(1 - gray - white, 0, 1)
