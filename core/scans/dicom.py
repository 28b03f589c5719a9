"""DICOM: the pixels of one frame, and nothing of whom they show.

Only the tags of `_KEPT` are read; names, dates and numbers of persons never leave the
bytes they came in.
"""
# pydicom's data sets know their attributes only at run time.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from PIL import Image
from pydicom.filereader import read_dataset
from pydicom.pixels.processing import apply_color_lut, apply_rescale
from pydicom.pixels.utils import pixel_array
from pydicom.uid import UID

from core.scans.images import MAX_PIXELS
from core.scans.readings import SPREAD, Choice, Scan, UnreadableScan, Upload, chosen
from core.scans.windows import grays, name_of

MARK = b"DICM"
MARK_AT = 128
MAX_FRAMES = 10_000

_KEPT = [
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "PlanarConfiguration",
    "NumberOfFrames",
    "Rows",
    "Columns",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "RedPaletteColorLookupTableDescriptor",
    "GreenPaletteColorLookupTableDescriptor",
    "BluePaletteColorLookupTableDescriptor",
    "RedPaletteColorLookupTableData",
    "GreenPaletteColorLookupTableData",
    "BluePaletteColorLookupTableData",
    "RescaleSlope",
    "RescaleIntercept",
    "WindowCenter",
    "WindowWidth",
    "BurnedInAnnotation",
    "SharedFunctionalGroupsSequence",
    "PerFrameFunctionalGroupsSequence",
    "ExtendedOffsetTable",
    "ExtendedOffsetTableLengths",
    "FloatPixelData",
    "DoubleFloatPixelData",
    "PixelData",
]
_GRAY_AXES = ("rows", "columns")
_META_GROUP = 2
_PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")


def read_dicom(data: bytes, choice: Choice) -> Scan:
    """Read one frame of a DICOM file as grays.

    Args:
        data: The file.
        choice: Its frame and window.

    Raises:
        UnreadableScan: If the file is deflated, holds no pixels, has writing burned in, is
            too large, or if no decoder for its compression is installed.
    """
    syntax = _transfer_syntax(data)
    found = pydicom.dcmread(io.BytesIO(data), specific_tags=list(_KEPT))
    frames = _check(found)
    frame = chosen(choice.frame, frames, "frame")
    values = _decoded(found, frame, syntax)
    notes = [f"Frame {frame + 1} of {frames}."] if frames > 1 else []
    if values.ndim > len(_GRAY_AXES) or found.PhotometricInterpretation == "PALETTE COLOR":
        upload = Upload("dicom", frames)
        return Scan(_luma(values, found), upload, (*notes, "Its colours are shown as grays."))
    return _gray_scan(found, values, choice, frames, notes)


def _gray_scan(
    found: pydicom.Dataset, values: NDArray[Any], choice: Choice, frames: int, notes: list[str]
) -> Scan:
    transform, windows = _of_frame(found, choice.frame)
    values = apply_rescale(values, transform) if "RescaleSlope" in transform else values
    offered = (*windows, SPREAD)
    pixels = grays(values, choice.window, offered)
    window = choice.window or offered[0]
    notes.append(
        "Its values are spread from their 1st percentile, black, to their 99.9th, white."
        if window == SPREAD
        else f"Window: centre / width {window}."
    )
    if found.PhotometricInterpretation == "MONOCHROME1":
        pixels = 255 - pixels
        notes.append("Its low values are bright (MONOCHROME1): inverted.")
    return Scan(pixels, Upload("dicom", frames, offered), tuple(notes))


def _transfer_syntax(data: bytes) -> UID:
    """Return how the file is encoded, from its first elements alone.

    Reading on would inflate a deflated file: 306 kB became 657 MB.
    """
    stream = io.BytesIO(data)
    stream.seek(MARK_AT + len(MARK))
    meta = read_dataset(
        stream, False, True, stop_when=lambda tag, _vr, _length: tag.group != _META_GROUP
    )
    syntax = UID(str(meta.get("TransferSyntaxUID", "1.2.840.10008.1.2")))
    if syntax.is_deflated or "deflated" in syntax.name.lower():
        raise UnreadableScan(
            "This DICOM file is deflated, which can hide a file of any size: "
            "export it uncompressed, or with JPEG 2000."
        )
    return syntax


def _check(found: pydicom.Dataset) -> int:
    """Return the number of frames of a data set that may be decoded."""
    if str(found.get("BurnedInAnnotation", "")).upper() == "YES":
        raise UnreadableScan(
            "This DICOM file says that writing is burned into its picture, which may name the "
            "person: export it without."
        )
    if not any(name in found for name in _PIXELS) or "Rows" not in found:
        raise UnreadableScan("This DICOM file holds no picture: choose one of an image series.")
    rows, columns = int(found.Rows), int(found.Columns)
    frames = int(found.get("NumberOfFrames") or 1)
    if not 0 < rows * columns <= MAX_PIXELS or not 0 < frames <= MAX_FRAMES:
        raise UnreadableScan(
            f"A DICOM picture may have up to 16 megapixels and {MAX_FRAMES:,} frames, got "
            f"{columns} x {rows} pixels and {frames:,} frames: export a part of it."
        )
    return frames


def _decoded(found: pydicom.Dataset, frame: int, syntax: UID) -> NDArray[Any]:
    try:
        return pixel_array(found, index=frame)
    except (RuntimeError, NotImplementedError) as error:
        if syntax.is_compressed and "missing dependencies" in str(error):
            raise UnreadableScan(
                f"No decoder for {syntax.name} is installed here: export the file uncompressed, "
                "or install pylibjpeg[all]."
            ) from None
        raise


def _luma(values: NDArray[Any], found: pydicom.Dataset) -> NDArray[np.uint8]:
    if found.PhotometricInterpretation == "PALETTE COLOR":
        values = apply_color_lut(values, found)
    if values.dtype != np.uint8:
        values = (values.astype(np.float64) * (255 / np.iinfo(values.dtype).max)).astype(np.uint8)
    return np.array(Image.fromarray(values[..., :3]).convert("L"))


def _of_frame(found: pydicom.Dataset, frame: int) -> tuple[pydicom.Dataset, list[str]]:
    """Return what holds the rescale of a frame, and the names of its windows."""
    transform, windows = found, found
    for groups in _groups(found, frame):
        transform = _first(groups, "PixelValueTransformationSequence") or transform
        windows = _first(groups, "FrameVOILUTSequence") or windows
    if "WindowCenter" not in windows or "WindowWidth" not in windows:
        return transform, []
    pairs = zip(_several(windows.WindowCenter), _several(windows.WindowWidth), strict=False)
    names = [name_of(centre, width) for centre, width in pairs if width >= 1]
    return transform, list(dict.fromkeys(names))


def _groups(found: pydicom.Dataset, frame: int) -> Iterator[pydicom.Dataset]:
    """Yield the functional groups of a frame, those of all frames first (PS3.3 C.7.6.16)."""
    yield from list(found.get("SharedFunctionalGroupsSequence") or [])[:1]
    yield from list(found.get("PerFrameFunctionalGroupsSequence") or [])[frame : frame + 1]


def _first(groups: pydicom.Dataset, name: str) -> pydicom.Dataset | None:
    items = list(groups.get(name) or [])
    return items[0] if items else None


def _several(value: Any) -> list[float]:
    return [float(one) for one in np.atleast_1d(np.asarray(value, dtype=np.float64))]
