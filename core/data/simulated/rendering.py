"""Slices as pictures."""

import numpy as np
from numpy.typing import NDArray

from core.data.simulated.arrays import BoolArray, FloatArray
from core.data.simulated.contrast import lesion_intensities
from core.data.simulated.head import Head
from core.data.simulated.lesion_painting import painted
from core.data.simulated.lesion_views import origins, view_lesion
from core.data.simulated.noise import noise_at
from core.data.simulated.parameters import AcquisitionParameters
from core.data.simulated.raster import Raster
from core.data.simulated.subjects import Slice
from core.data.simulated.tissues import Tissue


def render(
    scan: Slice,
    head: Head,
    raster: Raster,
    parameters: AcquisitionParameters,
) -> tuple[NDArray[np.uint8], BoolArray]:
    """Draw a slice.

    Args:
        scan: The slice.
        head: What it is cut from.
        raster: The pixels.
        parameters: Say how the tissues are textured.

    Returns:
        The picture, 0 black to 255 white, and the lesion's mask, both of shape
        (size_px, size_px).
    """
    points = scan.pose.points(scan.subject.body, raster)
    texture = noise_at(
        head.noise,
        points,
        cell_mm=parameters.texture_cell_mm,
        offset=scan.texture_offset,
    )
    intensities, mask = _anatomy(scan, points, head, raster, 1 + parameters.texture * texture)
    return scan.acquisition.picture(intensities, raster), mask


def _anatomy(
    scan: Slice,
    points: FloatArray,
    head: Head,
    raster: Raster,
    texture: FloatArray,
) -> tuple[FloatArray, BoolArray]:
    """Give the intensities that a perfect scanner would see, and the lesion's mask."""
    mask = np.zeros(points.shape[1:], np.bool_)
    lesion = scan.subject.lesion
    view = None if lesion is None else view_lesion(lesion, points, head, raster)
    if lesion is None or view is None:
        return _shaded(head.tissues_at(points), scan) * texture, mask
    points[:, *view.box] = origins(lesion, view)
    shares = head.tissues_at(points)
    intensities = _shaded(shares, scan) * texture
    intensities[view.box], mask[view.box] = painted(
        intensities[view.box],
        lesion,
        view,
        lesion_intensities(lesion, scan.subject.scan_type, scan.tissues),
        shares[view.box][..., Tissue.WHITE_MATTER].astype(np.float32) / 255,
    )
    return intensities, mask


def _shaded(shares: NDArray[np.uint8], scan: Slice) -> FloatArray:
    """Mix the tissues' intensities by their shares of 255."""
    return shares.astype(np.float32) @ (scan.tissues / 255).astype(np.float32)
