"""What the header of a DICOM file says about one of its frames."""

from pydicom.dataset import Dataset
from pydicom.tag import Tag

GROUPS = ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence")
"""Where an enhanced file keeps what its frames share, and what each has alone.

Source: DICOM PS3.3, C.7.6.16.
"""

_TAKEN = {
    "PixelValueTransformationSequence": ("RescaleIntercept", "RescaleSlope"),
    "FrameVOILUTSequence": (
        "WindowCenter",
        "WindowWidth",
        "WindowCenterWidthExplanation",
        "VOILUTFunction",
    ),
    "PixelMeasuresSequence": ("PixelSpacing",),
}
_NOT_OF_A_FRAME = {
    Tag(keyword) for keyword in (*GROUPS, "PixelData", "FloatPixelData", "DoubleFloatPixelData")
}


def of_frame(header: Dataset, frame: int) -> Dataset:
    """Return the elements that hold for a frame, without its pixels.

    What a frame has alone goes before what all share, and that before the header's own.
    """
    elements = Dataset()
    elements.file_meta = header.file_meta
    for tag in header.keys() - _NOT_OF_A_FRAME:
        elements[tag] = header[tag]
    shared, own = (header.get(group) or () for group in GROUPS)
    for groups in (*shared[:1], *own[frame : frame + 1]):
        for sequence, keywords in _TAKEN.items():
            for item in (groups.get(sequence) or ())[:1]:
                for keyword in keywords:
                    if keyword in item:
                        elements[keyword] = item[keyword]
    return elements
