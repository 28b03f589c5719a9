"""Where in the head lesions grow."""

from dataclasses import dataclass

import numpy as np

from core.data.simulated.arrays import Float64, between
from core.data.simulated.head import DEPTHS_PER_MM, Head
from core.data.simulated.tissues import Tissue

STEP = 4
"""Every fourth voxel is looked at: 5 mm."""


@dataclass(frozen=True, eq=False)
class LesionSites:
    """Places that lesions start from, in millimetres of MNI space.

    Attributes:
        white_matter: Deep in the white matter, shape (places, 3).
        dura: On the dura, away from the pituitary gland, shape (other places, 3).
        inwards: Unit vectors from there into the brain, same shape.
    """

    white_matter: Float64
    dura: Float64
    inwards: Float64


def lesion_sites(head: Head) -> LesionSites:
    """Find them."""
    every = (slice(1, -1, STEP),) * 3  # without the layer of air
    depth = head.depths[every].astype(np.float64) / DEPTHS_PER_MM
    shares = head.tissues[every][..., np.newaxis].view(np.uint8)
    places = _places(head, depth.shape)
    x, y, z = np.moveaxis(places, -1, 0)
    deep = between(shares[..., Tissue.WHITE_MATTER], 150) & between(depth, 9) & between(z, -30)
    near_gland = between(x, -22, 22) & between(y, -28, 24) & between(z, high=-15)
    on_dura = between(depth, -4, 4) & between(z, -45) & ~near_gland
    return LesionSites(places[deep], places[on_dura], _directions(depth)[on_dura])


def _places(head: Head, shape: tuple[int, ...]) -> Float64:
    """Give the place of every `STEP`th voxel, shape (*shape, 3)."""
    first = head.origin + head.voxel_mm
    along = (
        start + STEP * head.voxel_mm * np.arange(n) for start, n in zip(first, shape, strict=True)
    )
    return np.stack(np.meshgrid(*along, indexing="ij"), axis=-1)


def _directions(depth: Float64) -> Float64:
    """Give unit vectors along which the depth rises, shape (*depth.shape, 3)."""
    slopes = np.stack([np.gradient(depth, axis=axis) for axis in range(3)], axis=-1)
    return slopes / (np.linalg.norm(slopes, axis=-1, keepdims=True) + 1e-6)
