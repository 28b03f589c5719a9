"""Uploads that are DICOM files.

Only elements that describe pixels are kept (`PIXEL_TAGS`); all others, with the
patient's name among them, are passed over unread.
"""

import io

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filereader import read_dataset, read_preamble
from pydicom.pixels.decoders.base import Decoder, get_decoder
from pydicom.tag import BaseTag, Tag
from pydicom.uid import UID, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from core.scans import dicom_grays
from core.scans.dicom_frames import GROUPS, of_frame
from core.scans.images import MAX_PIXELS
from core.scans.upload import Choice, Scan, UnreadableScan, Upload

PIXEL_TAGS = tuple(
    Tag(keyword)
    for keyword in (
        "SamplesPerPixel",
        "PhotometricInterpretation",
        "PlanarConfiguration",
        "NumberOfFrames",
        "Rows",
        "Columns",
        "PixelSpacing",
        "PixelAspectRatio",
        "BitsAllocated",
        "BitsStored",
        "HighBit",
        "PixelRepresentation",
        "PixelPaddingValue",
        "PixelPaddingRangeLimit",
        "BurnedInAnnotation",
        "WindowCenter",
        "WindowWidth",
        "WindowCenterWidthExplanation",
        "VOILUTFunction",
        "VOILUTSequence",
        "RescaleIntercept",
        "RescaleSlope",
        "ModalityLUTSequence",
        "RedPaletteColorLookupTableDescriptor",
        "GreenPaletteColorLookupTableDescriptor",
        "BluePaletteColorLookupTableDescriptor",
        "RedPaletteColorLookupTableData",
        "GreenPaletteColorLookupTableData",
        "BluePaletteColorLookupTableData",
        "SegmentedRedPaletteColorLookupTableData",
        "SegmentedGreenPaletteColorLookupTableData",
        "SegmentedBluePaletteColorLookupTableData",
        *GROUPS,
        "ExtendedOffsetTable",
        "ExtendedOffsetTableLengths",
        "FloatPixelData",
        "DoubleFloatPixelData",
        "PixelData",
    )
)
"""The elements that are read."""

_META_GROUP, _PIXEL_GROUP = 0x0002, 0x7FE0
_SAMPLES = (1, 3)
_REMEDY = "export it again without compression, or as a PNG."


def inspect(data: bytes) -> Upload:
    """Tell what a DICOM file offers; its pixels are not read.

    Raises:
        UnreadableScan: If it is refused by what its header says.
    """
    header = _read(data, pixels=False)
    _decoder_of(header.file_meta.TransferSyntaxUID)
    first = of_frame(header, 0)
    return Upload(
        "dicom",
        frames=_frames(header),
        windows=tuple(dicom_grays.windows(first)),
        notes=dicom_grays.facts(first),
    )


def decode(data: bytes, choice: Choice) -> Scan:
    """Read one frame of a DICOM file as grays.

    Raises:
        UnreadableScan: If it is refused, damaged, or has no such frame or window.
    """
    dataset = _read(data, pixels=True)
    decoder = _decoder_of(dataset.file_meta.TransferSyntaxUID)
    frames = _frames(dataset)
    if not 0 <= choice.frame < frames:
        raise UnreadableScan(
            f"The file has {frames} frames, and frame {choice.frame + 1} was asked for: "
            "choose another."
        )
    try:
        values, stored = decoder.as_array(dataset, index=choice.frame)
    except RuntimeError:  # each of its decoders gave up
        raise UnreadableScan(
            f"Its pixels, stored as {_name(decoder.UID)}, cannot be decoded: {_REMEDY}"
        ) from None
    frame = of_frame(dataset, choice.frame)
    frame.PhotometricInterpretation = stored["photometric_interpretation"]
    return dicom_grays.scan_of(values, frame, choice.window)


def _read(data: bytes, *, pixels: bool) -> Dataset:
    """Read the elements of `PIXEL_TAGS`, and refuse what shall not be decoded."""
    stream = io.BytesIO(data)
    read_preamble(stream, force=True)
    # Not `dcmread`, which inflates a deflated file whole, before its size can be refused.
    meta = read_dataset(
        stream,
        is_implicit_VR=False,
        is_little_endian=True,
        stop_when=_after_meta,
        specific_tags=[Tag("TransferSyntaxUID")],
    )
    syntax = UID(meta.get("TransferSyntaxUID") or _guessed(data[stream.tell() :][:6]))
    _refuse_deflated(syntax)
    dataset = read_dataset(
        stream,
        is_implicit_VR=syntax.is_implicit_VR,
        is_little_endian=syntax.is_little_endian,
        stop_when=None if pixels else _at_pixels,
        specific_tags=list(PIXEL_TAGS),
    )
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    _refuse_burned_in(dataset)
    _refuse_pictureless(dataset)
    _refuse_large(dataset)
    return dataset


def _after_meta(tag: BaseTag, _vr: str | None, _length: int) -> bool:
    return tag.group != _META_GROUP


def _at_pixels(tag: BaseTag, _vr: str | None, _length: int) -> bool:
    return tag.group == _PIXEL_GROUP


def _guessed(start: bytes) -> str:
    """Guess how elements are written where no header says it, from the first of them."""
    if start[4:6].isalpha() and start[4:6].isupper():
        return ExplicitVRBigEndian if start.startswith(b"\0") else ExplicitVRLittleEndian
    return ImplicitVRLittleEndian


def _decoder_of(syntax: UID) -> Decoder:
    try:
        decoder = get_decoder(syntax)
    except NotImplementedError:
        raise UnreadableScan(
            f"It is stored as {_name(syntax)}, which is not read: {_REMEDY}"
        ) from None
    if not decoder.is_available:
        missing = ", ".join(decoder.missing_dependencies)
        raise UnreadableScan(
            f"It is stored as {_name(syntax)}, and the decoder for that is not installed here "
            f"({missing}): {_REMEDY}"
        )
    return decoder


def _name(syntax: UID) -> str:
    """Name a transfer syntax of the standard; what else a file says is not repeated."""
    return syntax.name if syntax.name != str(syntax) else "an unknown transfer syntax"


def _refuse_deflated(syntax: UID) -> None:
    if "deflate" in syntax.name.lower():
        raise UnreadableScan(
            f"A deflated DICOM file ({_name(syntax)}) is not read, since its size is known "
            f"only when it is too late: {_REMEDY}"
        )


def _refuse_burned_in(dataset: Dataset) -> None:
    if str(dataset.get("BurnedInAnnotation", "")).strip().upper() == "YES":
        raise UnreadableScan(
            "The file says that text is burned into its picture (BurnedInAnnotation is YES), "
            "which may name the patient: remove the text before you bring it."
        )


def _refuse_pictureless(dataset: Dataset) -> None:
    if "Rows" not in dataset or "Columns" not in dataset:
        raise UnreadableScan(
            "This DICOM file holds no picture, as a report or a plan holds none: bring an image."
        )


def _refuse_large(dataset: Dataset) -> None:
    rows, columns = int(dataset.Rows), int(dataset.Columns)
    samples = int(dataset.get("SamplesPerPixel", 1))
    if samples not in _SAMPLES or not 0 < rows * columns <= MAX_PIXELS:
        raise UnreadableScan(
            f"A frame of at most 16 megapixels in gray or colour is read, and this one has "
            f"{rows} x {columns} pixels of {samples} values: bring a smaller one."
        )


def _frames(dataset: Dataset) -> int:
    return max(1, int(dataset.get("NumberOfFrames") or 1))
