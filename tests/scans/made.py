"""Files that the tests of uploads write."""

import gzip
import io

import nibabel as nib
import numpy as np
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage

from core.scans.reading import read_scan
from core.scans.readings import Choice, UnreadableScan

RAMP = np.arange(64, dtype=np.uint8).reshape(8, 8) * 4
CANARY = "Canary^Yellow"


def png(pixels, **options):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", **options)
    return stream.getvalue()


def dicom(pixels, **attributes):
    """A DICOM file of gray frames, of a person whose name must appear nowhere."""
    found = Dataset()
    found.PatientName, found.PatientID = CANARY, CANARY
    found.InstitutionName = found.StudyDescription = CANARY
    found.SOPClassUID, found.SOPInstanceUID = MRImageStorage, "1.2.826.0.1.3680043.8.498.1"
    found.Rows, found.Columns = pixels.shape[-2:]
    if pixels.ndim == 3:
        found.NumberOfFrames = len(pixels)
    found.SamplesPerPixel, found.PhotometricInterpretation = 1, "MONOCHROME2"
    found.BitsAllocated = found.BitsStored = pixels.dtype.itemsize * 8
    found.HighBit = found.BitsStored - 1
    found.PixelRepresentation = int(np.issubdtype(pixels.dtype, np.signedinteger))
    found.PixelData = pixels.tobytes()
    found.file_meta = FileMetaDataset()
    found.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    found.file_meta.MediaStorageSOPClassUID = MRImageStorage
    found.file_meta.MediaStorageSOPInstanceUID = found.SOPInstanceUID
    for name, value in attributes.items():
        setattr(found, name, value)
    stream = io.BytesIO()
    found.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def nifti(values, affine=None, *, zipped=False):
    image = nib.Nifti1Image(values, np.eye(4) if affine is None else affine)
    data = image.to_bytes()
    return gzip.compress(data, mtime=0) if zipped else data


def outcome_of(data, read=read_scan):
    """What a person is told of a file: a refusal, or what was read of it besides its pixels."""
    try:
        scan = read(data, Choice())
    except UnreadableScan as error:
        return str(error)
    told = " ".join((*scan.notes, *scan.upload.windows))
    assert CANARY not in told
    return str(scan.pixels.dtype)
