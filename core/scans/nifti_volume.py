"""One volume out of the bytes of a NIfTI file, of which no more is unpacked than needed."""

# nibabel's functions on arrays say nothing of their types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

import gzip
import io
import math
import zlib
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

import numpy as np
from nibabel.affines import obliquity, voxel_sizes
from nibabel.nifti1 import Nifti1Header
from nibabel.nifti2 import Nifti2Header
from nibabel.orientations import apply_orientation, io_orientation
from numpy.typing import NDArray

from core.scans.images import window_of
from core.scans.upload import UnreadableScan

MAX_VOLUME_BYTES = 256 * 2**20
"""The largest volume that is read, unpacked: 512 x 512 x 512 values of 16 bits."""

MAX_STREAM_BYTES = 512 * 2**20
"""The most that a file may hold, unpacked."""

_HEADER_BYTES = 540  # of the longer one, NIfTI-2
_NIFTI2_BYTES = 540
_SAMPLED = 2**21
_OBLIQUE_DEGREES = 5
_REMEDY = "bring a smaller part of it, or a slice as a PNG."


@dataclass(frozen=True, eq=False)
class Volume:
    """What the header says; axes in the file's own order unless said otherwise.

    Attributes:
        shape: Values along the three axes.
        volumes: How many there are.
        dtype: Of the values as they are stored.
        offset: Where the first volume begins in the unpacked file, in bytes.
        slope: What stored values are multiplied with.
        intercept: And what is added then.
        orientation: As `nibabel.orientations` has it, towards right, anterior, superior.
        voxel_mm: Distances along the three axes.
        notes: What to know of it, a sentence each.
    """

    shape: tuple[int, int, int]
    volumes: int
    dtype: np.dtype[Any]
    offset: int
    slope: float
    intercept: float
    orientation: NDArray[np.float64]
    voxel_mm: tuple[float, float, float]
    notes: tuple[str, ...]

    @property
    def volume_bytes(self) -> int:
        """Bytes of one volume."""
        return math.prod(self.shape) * self.dtype.itemsize

    @property
    def oriented_shape(self) -> tuple[int, ...]:
        """Values along the axes towards right, anterior and superior."""
        return self._oriented_sides(self.shape)

    @property
    def oriented_mm(self) -> tuple[float, ...]:
        """Distances along the axes towards right, anterior and superior."""
        return self._oriented_sides(self.voxel_mm)

    def oriented(self, values: NDArray[Any]) -> NDArray[Any]:
        """Turn values of this volume towards right, anterior and superior; a view."""
        return apply_orientation(values, self.orientation)

    def scaled(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Turn stored values into what they stand for; of complex ones, their size."""
        size = np.abs(values) if np.iscomplexobj(values) else values
        return size.astype(np.float64) * self.slope + self.intercept

    def window(self, values: NDArray[Any]) -> tuple[float, float]:
        """Choose what becomes black and white by all values, or by a fair share of many."""
        every = -(-values.size // _SAMPLED)
        return window_of(self.scaled(values.ravel(order="K")[::every]))

    def _oriented_sides(self, sides: tuple[Any, ...]) -> tuple[Any, ...]:
        towards = [int(axis) for axis in self.orientation[:, 0]]
        return tuple(sides[towards.index(axis)] for axis in range(3))


def read_header(data: bytes) -> Volume:
    """Read what a file says of its volumes; of a packed one, only the beginning is unpacked.

    Raises:
        UnreadableScan: If it is no NIfTI file, or says that it is too large.
    """
    header = _header(_start(data))
    shape = tuple(int(side) for side in header.get_data_shape())
    dtype = header.get_data_dtype()
    if not shape or min(shape) < 1:
        raise UnreadableScan("The file says that its volume is empty: export it again.")
    _refuse_large(shape, dtype)
    sides = cast("tuple[int, int, int]", (*shape[:3], 1, 1)[:3])
    slope, intercept = header.get_slope_inter()
    affine = np.asarray(header.get_best_affine(), np.float64)
    return Volume(
        sides,
        math.prod(shape[3:]),
        dtype,
        max(int(header.get_data_offset()), int(header.single_vox_offset)),
        1.0 if slope is None else float(slope),
        0.0 if intercept is None else float(intercept),
        *_placed(affine),
    )


def read_volume(data: bytes, volume: Volume, number: int) -> NDArray[Any]:
    """Read the stored values of one volume, shape as its own.

    Raises:
        UnreadableScan: If the file ends before it does.
    """
    buffer = bytearray(volume.volume_bytes)
    with _unpacked(data) as stream:
        stream.seek(volume.offset + number * volume.volume_bytes)
        if _fill(stream, buffer) < len(buffer):
            raise UnreadableScan("The file ends before its last voxel: export it again.")
    return np.ndarray(volume.shape, volume.dtype, buffer, order="F")


def _start(data: bytes) -> bytes:
    try:
        with _unpacked(data) as stream:
            return stream.read(_HEADER_BYTES)
    except (OSError, EOFError, zlib.error):
        raise UnreadableScan("The packed file is damaged: pack it again with gzip.") from None


def _header(start: bytes) -> Nifti1Header:
    for kind, magic, place in ((Nifti1Header, b"1\0", 344), (Nifti2Header, b"2\0", 4)):
        found = start[place : place + 4]
        if found == b"ni" + magic:
            raise UnreadableScan(
                "Its voxels lie in a second file (.img): save both as one .nii file."
            )
        if found == b"n+" + magic:
            length = 348 if kind is Nifti1Header else _NIFTI2_BYTES
            return kind(start[:length], check=False)
    raise UnreadableScan(
        "The packed file holds no NIfTI volume: bring a .nii.gz file, or unpack it first."
    )


def _refuse_large(shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    volume_bytes = math.prod(shape[:3]) * dtype.itemsize
    total_bytes = math.prod(shape) * dtype.itemsize
    if volume_bytes > MAX_VOLUME_BYTES or total_bytes > MAX_STREAM_BYTES:
        raise UnreadableScan(
            f"A volume of at most {MAX_VOLUME_BYTES // 2**20} MB out of at most "
            f"{MAX_STREAM_BYTES // 2**20} MB is read, and this one has "
            f"{' x '.join(map(str, shape))} values of {dtype.itemsize} bytes: {_REMEDY}"
        )


def _placed(
    affine: NDArray[np.float64],
) -> tuple[NDArray[np.float64], tuple[float, float, float], tuple[str, ...]]:
    """Tell how the axes lie in the patient, how far voxels are apart, and what to say of it."""
    unknown = np.column_stack([np.arange(3.0), np.ones(3)])
    lost = ("The file does not say how the head lies: planes may be named wrongly.",)
    if not np.isfinite(affine).all() or abs(np.linalg.det(affine[:3, :3])) < 1e-12:  # noqa: PLR2004
        return unknown, (1.0, 1.0, 1.0), lost
    orientation = np.asarray(io_orientation(affine), np.float64)
    if not np.isfinite(orientation).all():
        return unknown, (1.0, 1.0, 1.0), lost
    x_mm, y_mm, z_mm = (float(side) for side in voxel_sizes(affine))
    degrees = float(np.degrees(obliquity(affine)).max())
    oblique = (f"The volume is tilted by {degrees:.0f}°: planes are the nearest of its own.",)
    return orientation, (x_mm, y_mm, z_mm), oblique if degrees > _OBLIQUE_DEGREES else ()


def _unpacked(data: bytes) -> BinaryIO:
    stream = io.BytesIO(data)
    if data.startswith(b"\x1f\x8b"):
        return cast("BinaryIO", gzip.GzipFile(fileobj=stream))
    return stream


def _fill(stream: BinaryIO, buffer: bytearray) -> int:
    """Read until the buffer is full or the stream ends; return how many bytes came."""
    filled, view = 0, memoryview(buffer)
    try:
        while filled < len(buffer) and (
            count := cast("io.BytesIO", stream).readinto(view[filled:])
        ):
            filled += count
    except (OSError, EOFError, zlib.error):
        return filled
    return filled
