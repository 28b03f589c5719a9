"""How much of a heat map lies in the lesion."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_HALF = 0.5


@dataclass(frozen=True)
class Overlap:
    """A heat map against a mask.

    Attributes:
        inside: Share of the heat that lies in the lesion, 0 to 1.
        by_chance: Share of the scan that is lesion: what heat spread evenly would have inside.
        iou: Intersection over union of the lesion and the part of at least half the peak.
    """

    inside: float
    by_chance: float
    iou: float


def of(heat: NDArray[np.floating], mask: NDArray[np.bool_]) -> Overlap:
    """Hold a heat map against a mask.

    Args:
        heat: Shape (h, w), 0 to 1, stretched over the scan; not zero everywhere.
        mask: Shape (H, W), not empty.
    """
    height, width = mask.shape
    picture = Image.fromarray(np.asarray(heat, np.float32))
    large = np.asarray(picture.resize((width, height), Image.Resampling.BILINEAR))
    hot = large >= _HALF * large.max()
    return Overlap(
        inside=float(large[mask].sum() / large.sum()),
        by_chance=float(mask.mean()),
        iou=float((hot & mask).sum() / (hot | mask).sum()),
    )
