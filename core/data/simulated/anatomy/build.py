"""The head, layer by layer."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from core.data.simulated.anatomy.canvas import Canvas
from core.data.simulated.anatomy.cavity import brain_matter, depth_in_cavity
from core.data.simulated.anatomy.grid import Grid
from core.data.simulated.anatomy.layers import paint_brain, paint_flesh, paint_skull
from core.data.simulated.anatomy.outline import depth_in_head, skull_depth
from core.data.simulated.anatomy.structures import paint_structures
from core.data.simulated.anatomy.template import read_template
from core.data.simulated.anatomy.texture import Texture
from core.data.simulated.anatomy.vessels import paint_vessels
from core.data.simulated.arrays import FloatArray
from core.data.simulated.filters import smoothed
from core.data.simulated.head import DEPTHS_PER_MM, Head
from core.data.simulated.parameters import HeadParameters
from core.data.simulated.tissues import Tissue

BRAIN_BLUR_VOXELS = 0.45
OTHER_BLUR_VOXELS = 0.6
"""Edges painted hard become those of voxels that hold two tissues."""


def build_head(
    parameters: HeadParameters,
    *,
    template_directory: Path,
    on_share: Callable[[float], None],
) -> Head:
    """Build the head that all subjects are warped from; takes seconds and half a gigabyte.

    Args:
        parameters: Its size and its seed.
        template_directory: Where nilearn keeps the template.
        on_share: Receives the share done, 0 to 1.

    Raises:
        ScansError: If the template cannot be read.
    """
    template, grid = read_template(template_directory), Grid.of(parameters)
    texture = Texture(parameters, grid)
    on_share(0.05)
    depth = depth_in_cavity(template, grid, parameters)
    matter = brain_matter(template, grid)
    on_share(0.45)
    canvas = _painted(depth, matter, texture, parameters, on_share)
    return _assembled(canvas, texture.noise, on_share)


def _painted(
    depth: FloatArray,
    matter: tuple[FloatArray, FloatArray, FloatArray],
    texture: Texture,
    parameters: HeadParameters,
    on_share: Callable[[float], None],
) -> Canvas:
    """Paint the whole head."""
    grid = Grid.of(parameters)
    skull_mm = parameters.skull_mm + parameters.skull_variation_mm * texture.at(4.0, part=1)
    under_skull = skull_depth(depth, grid)
    head_depth = depth_in_head(under_skull, skull_mm, grid, parameters)
    on_share(0.55)
    shares = np.zeros((len(Tissue), *grid.shape), np.uint8)
    canvas = Canvas(grid, head_depth, depth, shares)
    streaks = texture.at(0.7, part=5, same_on_both_sides=True)
    coarse = texture.at(1.15, part=3, same_on_both_sides=True)
    paint_flesh(canvas, under_skull < -skull_mm, coarse, streaks)
    on_share(0.65)
    marrow = np.clip(0.42 + 0.28 * texture.at(2.0, part=9), 0, 1)
    paint_skull(canvas, under_skull, skull_mm, marrow)
    paint_brain(canvas, *matter)
    paint_structures(canvas, streaks)
    on_share(0.8)
    paint_vessels(canvas, matter[-1], (texture.at(1.6, part=11), texture.at(1.6, part=12)))
    on_share(0.9)
    return canvas


def _assembled(canvas: Canvas, noise: FloatArray, on_share: Callable[[float], None]) -> Head:
    """Blur the edges, and put air around."""
    blurred = np.empty((*canvas.grid.shape, len(Tissue)), np.uint8)
    for tissue in Tissue:
        in_brain = tissue in (Tissue.GRAY_MATTER, Tissue.WHITE_MATTER)
        blur = BRAIN_BLUR_VOXELS if in_brain else OTHER_BLUR_VOXELS
        blurred[..., tissue] = smoothed(canvas.shares[tissue], blur)
        on_share(0.9 + 0.1 * (tissue + 1) / len(Tissue))
    depth = np.clip(canvas.depth * DEPTHS_PER_MM, -127, 127).astype(np.int8)
    voxel_mm = canvas.grid.voxel_mm
    return Head(
        tissues=np.pad(blurred.view(np.uint64)[..., 0], 1),
        depths=np.pad(depth, 1, mode="edge"),
        noise=noise,
        origin=np.array([axis[0] - voxel_mm for axis in canvas.grid.axes]),
        voxel_mm=voxel_mm,
    )
