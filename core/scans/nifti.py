"""Uploads that are NIfTI volumes, gzipped or not: `.nii` and `.nii.gz`."""

from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.scans.aspect import square_pixels
from core.scans.images import UnreadableImage, windowed
from core.scans.nifti_volume import Volume, read_header, read_volume
from core.scans.upload import Choice, Scan, UnreadableScan, Upload

# Of an array from right to left... of the patient's left, anterior and superior: which of
# its axes a plane cuts. The order is that of preference.
_CUTS = {"axial": 2, "coronal": 1, "sagittal": 0}
_CONVENTION = "Shown as radiologists look: the patient's right is on the left."


def inspect(data: bytes) -> Upload:
    """Tell what a volume offers, by its header.

    Raises:
        UnreadableScan: If it is no volume, or too large.
    """
    volume = read_header(data)
    slices = _slices(volume)
    return Upload(
        "nifti",
        planes=tuple(slices),
        slices=MappingProxyType(slices),
        volumes=volume.volumes,
        notes=volume.notes,
    )


def decode(data: bytes, choice: Choice) -> Scan:
    """Read one slice of a volume as grays; the window is the whole volume's.

    Raises:
        UnreadableScan: If it is damaged, or has no such volume, plane or slice.
    """
    volume = read_header(data)
    slices = _slices(volume)
    plane = choice.plane or next(iter(slices))
    number = _chosen(slices, plane, choice.slice)
    if not 0 <= choice.volume < volume.volumes:
        raise UnreadableScan(
            f"The file has {volume.volumes} volumes, and volume {choice.volume + 1} was asked "
            "for: choose another."
        )
    values = read_volume(data, volume, choice.volume)
    cut = np.take(volume.oriented(values), number, axis=_CUTS[plane])
    try:
        grays, notes = _grays(cut, volume, values)
    except UnreadableImage:
        raise UnreadableScan(
            "The volume holds no finite value: choose another, or export it again."
        ) from None
    upright, stretched = _upright(grays, plane, volume)
    return Scan(upright, (*volume.notes, *_view(plane), *notes, *stretched))


def _slices(volume: Volume) -> dict[str, int]:
    """Count the slices of each plane in which a slice is more than a line."""
    shape = volume.oriented_shape
    slices = {
        plane: shape[axis]
        for plane, axis in _CUTS.items()
        if min(side for other, side in enumerate(shape) if other != axis) > 1
    }
    if not slices:
        raise UnreadableScan("The volume is no more than a line: bring one with slices.")
    return slices


def _chosen(slices: dict[str, int], plane: str, number: int | None) -> int:
    if plane not in slices:
        raise UnreadableScan(f"There is no such plane in the file: choose {' or '.join(slices)}.")
    if number is None:
        return slices[plane] // 2
    if not 0 <= number < slices[plane]:
        raise UnreadableScan(
            f"The volume has {slices[plane]} {plane} slices, and slice {number + 1} was asked "
            "for: choose another."
        )
    return number


def _grays(
    cut: NDArray[Any], volume: Volume, values: NDArray[Any]
) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    if cut.dtype.names is not None:
        colours = np.stack([cut[name] for name in ("R", "G", "B")], axis=-1)
        return np.array(Image.fromarray(colours).convert("L")), ("Its colours became grays.",)
    scaled = volume.scaled(cut)
    grays = windowed(scaled, volume.window(values))
    missing = float(np.mean(~np.isfinite(scaled)))
    note = f"{missing:.1%} of the slice has no value (NaN) and is black."
    return grays, (note,) if missing else ()


def _upright(
    grays: NDArray[np.uint8], plane: str, volume: Volume
) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Lay a slice as it is looked at: anterior or superior up, right or anterior on the left.

    Args:
        grays: Shape (from the first axis left, from the second).
        plane: Which it is.
        volume: Says how far apart the voxels are.
    """
    first, second = (axis for axis in range(3) if axis != _CUTS[plane])
    return square_pixels(
        np.ascontiguousarray(grays.T[::-1, ::-1]),
        volume.oriented_mm[second],
        volume.oriented_mm[first],
    )


def _view(plane: str) -> tuple[str, ...]:
    return () if plane == "sagittal" else (_CONVENTION,)
