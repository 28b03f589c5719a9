"""Files of scans, whole ones, as the benchmark and the tests write them."""

import gzip
import io
from typing import Any

import nibabel
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.filewriter import dcmwrite
from pydicom.uid import UID, ExplicitVRLittleEndian, MRImageStorage, generate_uid

BYTE = 8


def picture(image: Image.Image | NDArray[Any], suffix: str = "PNG", **options: Any) -> bytes:
    """Return a picture as a file."""
    stream = io.BytesIO()
    whole = image if isinstance(image, Image.Image) else Image.fromarray(image)
    whole.save(stream, suffix, **options)
    return stream.getvalue()


def header(pixels: NDArray[Any], **elements: Any) -> Dataset:
    """Return a DICOM header for pixels of shape ([frames,] rows, columns[, 3])."""
    colours = pixels.ndim > 2 and pixels.shape[-1] == 3
    *frames, rows, columns = pixels.shape[:-1] if colours else pixels.shape
    described = Dataset()
    described.SOPClassUID, described.SOPInstanceUID = MRImageStorage, generate_uid(None, ["a"])
    described.SamplesPerPixel = 3 if colours else 1
    described.PhotometricInterpretation = "RGB" if colours else "MONOCHROME2"
    if colours:
        described.PlanarConfiguration = 0
    if frames:
        described.NumberOfFrames = frames[0]
    described.Rows, described.Columns = rows, columns
    described.BitsAllocated = described.BitsStored = pixels.dtype.itemsize * BYTE
    described.HighBit = described.BitsStored - 1
    described.PixelRepresentation = int(pixels.dtype.kind == "i")
    for keyword, value in elements.items():
        setattr(described, keyword, value)
    return described


def dicom(pixels: NDArray[Any], *, syntax: UID = ExplicitVRLittleEndian, **elements: Any) -> bytes:
    """Return a DICOM file of pixels as they are, in a syntax without compression."""
    described = header(pixels, **elements)
    order = "<" if syntax.is_little_endian else ">"
    described.PixelData = pixels.astype(pixels.dtype.newbyteorder(order)).tobytes()
    described["PixelData"].VR = "OB" if pixels.dtype.itemsize == 1 else "OW"
    return _written(described, syntax)


def float_dicom(pixels: NDArray[np.float32], **elements: Any) -> bytes:
    """Return a DICOM file whose pixels are 32-bit floats, shape (rows, columns)."""
    described = header(pixels, **elements)
    del described.BitsStored, described.HighBit, described.PixelRepresentation
    described.FloatPixelData = pixels.astype("<f4").tobytes()
    return _written(described, ExplicitVRLittleEndian)


def compressed_dicom(described: Dataset, syntax: UID, *frames: bytes) -> bytes:
    """Return a DICOM file of frames that are compressed already."""
    described.PixelData = encapsulate(list(frames))
    described["PixelData"].VR = "OB"
    return _written(described, syntax)


def recoded_dicom(pixels: NDArray[Any], syntax: UID, **elements: Any) -> bytes:
    """Return a DICOM file whose pixels pydicom compresses."""
    described = header(pixels, **elements)
    described.file_meta = FileMetaDataset()
    described.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    described.PixelData = pixels.tobytes()
    described["PixelData"].VR = "OW"
    described.compress(syntax, generate_instance_uid=False)
    return _written(described, syntax)


def nifti(
    values: NDArray[Any],
    affine: NDArray[np.float64] | None = None,
    *,
    packed: bool = False,
    kind: type[nibabel.Nifti1Image] = nibabel.Nifti1Image,
    **fields: Any,
) -> bytes:
    """Return a NIfTI file; fields are of its header."""
    image = kind(values, np.eye(4) if affine is None else affine)
    slope, intercept = fields.pop("scl_slope", None), fields.pop("scl_inter", None)
    image.header.set_slope_inter(slope, intercept)
    for name, value in fields.items():
        image.header[name] = value
    raw = image.to_bytes()
    return gzip.compress(raw, mtime=0) if packed else raw


def _written(described: Dataset, syntax: UID) -> bytes:
    described.file_meta = FileMetaDataset()
    described.file_meta.TransferSyntaxUID = syntax
    stream = io.BytesIO()
    dcmwrite(
        stream,
        described,
        implicit_vr=syntax.is_implicit_VR,
        little_endian=syntax.is_little_endian,
        enforce_file_format=True,
    )
    return stream.getvalue()
