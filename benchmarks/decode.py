"""What does the worst of broken and hostile uploads cost?

Ours: every file of a corpus made here (pictures, DICOM and NIfTI as they should be,
truncated, with flipped bits, with claims of huge sizes, and bombs) is given to the
reader of uploads, and each must end as a scan or as one sentence. The figure is the
largest resident memory of a child that read one, in megabytes of 10^6 bytes. The
reference: the same for the plain picture alone. The longest wait, and what the
process that asked holds afterwards, are told beside it.
"""

import gzip
import io
import struct
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import nibabel as nib
import numpy as np
import psutil
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    MRImageStorage,
)

from benchmarks.report import Measurement, tell
from core.scans.uploads import MAX_BYTES, UnreadableScan, decode

_FLIPS = 12
_PLAIN = "picture, whole"
_MB = 10**6


@dataclass(frozen=True)
class Reading:
    """One file that was read.

    Attributes:
        name: Which one.
        outcome: A shape, or the sentence of a refusal.
        took_s: How long it took, in seconds.
        child_mb: The most its child held, in megabytes.
    """

    name: str
    outcome: str
    took_s: float
    child_mb: float


def measure() -> Measurement:
    """Measure megabytes of the largest child."""
    ourselves, files = psutil.Process(), list(corpus())
    decode(_picture())
    before = ourselves.memory_info().rss
    readings = [_read(name, data) for name, data in files]
    after = ourselves.memory_info().rss
    for reading in readings:
        tell(
            f"{reading.child_mb:4.0f} MB, {reading.took_s:.1f} s: {reading.name}: {reading.outcome}"
        )
    tell(f"Longest: {max(reading.took_s for reading in readings):.1f} s.")
    tell(f"The process that asked holds {after / before:.2f} times what it held before.")
    worst = max(readings, key=lambda reading: reading.child_mb)
    plain = next(reading for reading in readings if reading.name == _PLAIN)
    return Measurement("decode", worst.child_mb, "MB", plain.child_mb)


def corpus() -> Iterator[tuple[str, bytes]]:
    """Yield files with their names, the same ones each time."""
    whole = {"picture": _picture(), "dicom": _dicom(), "nifti": _nifti()}
    flips = np.random.default_rng(0)
    for kind, data in whole.items():
        yield f"{kind}, whole", data
        yield f"{kind}, truncated", data[: len(data) // 2]
        for number in range(_FLIPS):
            broken = bytearray(data)
            for place in flips.integers(0, len(data), 8):
                broken[place] ^= 1 << int(flips.integers(8))
            yield f"{kind}, flipped bits {number + 1}", bytes(broken)
    yield "picture of 16,384 x 16,384 pixels", _png_claim(16_384)
    yield "picture of 16 megapixels", _encoded(np.zeros((4096, 4096), np.uint8))
    yield "dicom, deflated", _dicom(DeflatedExplicitVRLittleEndian)
    yield "nifti bomb of 1.5 GB", _bomb(1_500_000_000)
    yield "nifti, the largest", _zipped(np.zeros((320, 320, 245), np.int16))
    yield "nifti of 32,767 to the seventh voxels", _nifti_claim()
    yield "no scan", b"PK\x03\x04" + bytes(1000)


def _read(name: str, data: bytes) -> Reading:
    watch, began = _Watch(), time.perf_counter()
    with watch:
        try:
            outcome = str(decode(data[:MAX_BYTES]).pixels.shape)
        except UnreadableScan as error:
            outcome = str(error)
    return Reading(name, outcome, time.perf_counter() - began, watch.peak_bytes / _MB)


class _Watch:
    """Looks at the memory of this process's children, a few hundred times a second."""

    def __init__(self) -> None:
        self.peak_bytes = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        ourselves = psutil.Process()
        while not self._over.wait(0.003):
            for child in ourselves.children():
                try:
                    self.peak_bytes = max(self.peak_bytes, child.memory_info().rss)
                except psutil.Error:
                    continue


def _picture() -> bytes:
    return _encoded(_noise((256, 256), np.uint8))


def _noise(shape: tuple[int, ...], kind: type[np.generic]) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 200, shape).astype(kind)


def _encoded(pixels: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def _png_claim(side: int) -> bytes:
    data = bytearray(_picture())
    struct.pack_into(">II", data, 16, side, side)
    struct.pack_into(">I", data, 29, zlib.crc32(data[12:29]))
    return bytes(data)


def _dicom(syntax: UID = ExplicitVRLittleEndian) -> bytes:
    found, pixels = Dataset(), _noise((256, 256), np.uint16)
    found.SOPClassUID, found.SOPInstanceUID = MRImageStorage, "1.2.3"
    found.Rows, found.Columns = pixels.shape
    found.SamplesPerPixel, found.PhotometricInterpretation = 1, "MONOCHROME2"
    found.BitsAllocated = found.BitsStored = 16
    found.HighBit, found.PixelRepresentation = 15, 0
    found.PixelData = pixels.tobytes()
    found.file_meta = FileMetaDataset()
    found.file_meta.TransferSyntaxUID = syntax
    stream = io.BytesIO()
    found.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def _nifti() -> bytes:
    return _zipped(_noise((64, 64, 40), np.int16))


def _zipped(values: np.ndarray) -> bytes:
    return gzip.compress(nib.Nifti1Image(values, np.eye(4)).to_bytes(), 6, mtime=0)


def _bomb(size: int) -> bytes:
    stream = io.BytesIO()
    with gzip.GzipFile(fileobj=stream, mode="wb", mtime=0) as file:
        for _ in range(size // 10**7):
            file.write(bytes(10**7))
    return stream.getvalue()


def _nifti_claim() -> bytes:
    data = bytearray(nib.Nifti1Image(_noise((8, 8, 8), np.int16), np.eye(4)).to_bytes())
    struct.pack_into("<8h", data, 40, 7, *[32_767] * 7)
    return bytes(data)
