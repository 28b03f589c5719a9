"""NIfTI: one slice of one volume, as it lies in the head."""
# nibabel's annotations are partial.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false

import io
import math
import zlib
from typing import Any

import nibabel as nib
import numpy as np
from nibabel.affines import obliquity
from nibabel.fileholders import FileHolder
from numpy.typing import NDArray
from PIL import Image

from core.scans.images import window_of, windowed
from core.scans.readings import Choice, Scan, UnreadableScan, Upload, chosen

GZIP = b"\x1f\x8b"
MAX_BYTES = 96 * 1024 * 1024
"""The most that a file may hold once decompressed."""

MAX_VOXELS = 24 * 1024 * 1024
"""The largest volume that is read, such as 320 x 320 x 245; scaled, a value takes 8 bytes."""

_HEADER_SIZES = {348: nib.Nifti1Image, 540: nib.Nifti2Image}
_OBLIQUE_DEGREES = 5
_CHUNK = 1 << 20
_SAMPLE = 1_000_000
_DIMENSIONS = 3
_UNEVEN = 1.05
_LONGEST_PX = 4096
# Of RAS+ axes: which one counts the slices. Source: radiological convention, the
# patient's right at the left of an axial and a coronal slice.
_PLANES = {"axial": 2, "coronal": 1, "sagittal": 0}


def read_nifti(data: bytes, choice: Choice) -> Scan:
    """Read one slice of a NIfTI file as grays, the patient upright.

    Args:
        data: The file, gzipped or not.
        choice: Its volume, plane and slice.

    Raises:
        UnreadableScan: If it is larger than may be read, has no three dimensions, or holds
            no numbers.
    """
    image = _opened(_decompressed(data) if data[:2] == GZIP else data)
    volumes = int(np.prod(image.shape[3:], dtype=np.int64)) if len(image.shape) > _DIMENSIONS else 1
    volume = chosen(choice.volume, volumes, "volume")
    oblique = np.degrees(np.max(obliquity(image.affine))) > _OBLIQUE_DEGREES
    values, zooms = _volume(image, volume)
    if choice.plane not in _PLANES:
        raise UnreadableScan(f"A plane must be one of {', '.join(_PLANES)}, got another.")
    axis = _PLANES[choice.plane]
    count = values.shape[axis]
    place = chosen(count // 2 if choice.slice is None else choice.slice, count, "slice")
    # One window for all slices, from a part of the volume: sorting all of it would take seconds.
    window = window_of(values.ravel(order="K")[:: max(1, values.size // _SAMPLE)])
    plane = windowed(_upright(values, axis, place), window)
    pixels = _squared(plane, axis, zooms)
    notes = [f"The {choice.plane} slice {place + 1} of {count}."]
    if volumes > 1:
        notes.append(f"Volume {volume + 1} of {volumes}.")
    if oblique:
        notes.append("The volume lies oblique in the scanner: it is cut along its own axes.")
    slices = {name: values.shape[number] for name, number in _PLANES.items()}
    return Scan(pixels, Upload("nifti", slices=slices, volumes=volumes), tuple(notes))


def _decompressed(data: bytes) -> bytes:
    """Return what a gzip file holds, and stop where it is too much: 398 kB became 1.5 GB."""
    stream, found = zlib.decompressobj(wbits=31), bytearray()
    for start in range(0, len(data), _CHUNK):
        rest = data[start : start + _CHUNK]
        while rest:
            found += stream.decompress(rest, _CHUNK)
            rest = stream.unconsumed_tail
            if len(found) > MAX_BYTES:
                raise UnreadableScan(
                    f"A NIfTI file may hold up to {MAX_BYTES >> 20} MB once decompressed, and this "
                    "one holds more: cut it down to one volume."
                )
    if not stream.eof:
        raise UnreadableScan("This gzip file breaks off: upload it again.")
    return bytes(found)


def _opened(data: bytes) -> Any:
    kind = _HEADER_SIZES.get(_header_size(data))
    if kind is None:
        raise UnreadableScan("This gzip file holds no NIfTI volume: upload a .nii or .nii.gz file.")
    header = kind.header_class.from_fileobj(io.BytesIO(data))
    shape = header.get_data_shape()
    if len(shape) < _DIMENSIONS or min(shape) < 1:
        raise UnreadableScan(
            f"A NIfTI file must have three dimensions, got {len(shape)}: upload a volume."
        )
    # From the header, before anything of that size is set aside; Python's integers do not wrap.
    extents = [int(extent) for extent in shape]
    size = math.prod(extents) * header.get_data_dtype().itemsize
    if size > MAX_BYTES or math.prod(extents[:3]) > MAX_VOXELS:
        raise UnreadableScan(
            f"A NIfTI file may hold up to {MAX_BYTES >> 20} MB and {MAX_VOXELS >> 20} million "
            f"voxels a volume, and this one claims {' x '.join(map(str, shape))} voxels: "
            "cut it down."
        )
    if header.get_data_dtype().fields:
        raise UnreadableScan("This NIfTI file holds colours: upload a volume of one channel.")
    return kind.from_file_map(
        {
            "header": FileHolder(fileobj=io.BytesIO(data)),
            "image": FileHolder(fileobj=io.BytesIO(data)),
        }
    )


def _volume(image: Any, volume: int) -> tuple[NDArray[np.float32], tuple[float, ...]]:
    """Return one volume, its axes turned to right, anterior and superior, and their steps in mm."""
    place = (
        np.unravel_index(volume, image.shape[3:], order="F")
        if len(image.shape) > _DIMENSIONS
        else ()
    )
    values = np.asarray(image.dataobj[(..., *(int(at) for at in place))], dtype=np.float32)
    turned = nib.as_closest_canonical(nib.Nifti1Image(values, image.affine))
    return np.asarray(turned.dataobj), tuple(float(step) for step in turned.header.get_zooms()[:3])


def _upright(values: NDArray[np.float32], axis: int, place: int) -> NDArray[np.float32]:
    """Return a slice with its rows from above or in front down, and the patient's right left."""
    plane = np.take(values, place, axis=axis)
    return plane[::-1, ::-1].T


def _squared(pixels: NDArray[np.uint8], axis: int, zooms: tuple[float, ...]) -> NDArray[np.uint8]:
    """Return a slice with square pixels, so that a head is as wide as it is."""
    across, down = (zooms[number] for number in range(3) if number != axis)
    if not (across > 0 and down > 0) or 1 / _UNEVEN <= down / across <= _UNEVEN:
        return np.ascontiguousarray(pixels)
    height, width = pixels.shape
    step = min(across, down)
    size = (round(width * across / step), round(height * down / step))
    if max(size) > _LONGEST_PX:
        return np.ascontiguousarray(pixels)
    return np.array(Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR))


def _header_size(data: bytes) -> int:
    sizes = (int.from_bytes(data[:4], order) for order in ("little", "big"))
    return next((size for size in sizes if size in _HEADER_SIZES), 0)
