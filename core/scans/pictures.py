"""Uploads that are pictures: PNG, JPEG, BMP, GIF and TIFF."""

import io
from collections.abc import Generator
from contextlib import contextmanager

from PIL import Image

from core.scans.images import UNKNOWN, UnreadableImage, grays_of, has_wide_values, open_picture
from core.scans.upload import Choice, Scan, UnreadableScan, Upload

_ORIENTATION = 0x0112  # of EXIF; 1 is upright
_GRAY_MODES = frozenset({"1", "L"})

_UNKNOWN = (
    "The file is no PNG, JPEG, DICOM or NIfTI that can be recognised: "
    "export the scan again, as a PNG if need be."
)


def inspect(data: bytes) -> Upload:
    """Tell what a picture is, by its header; its pixels are not read."""
    with _opened(data) as image:
        return Upload("picture", notes=_notes(image))


def decode(data: bytes, choice: Choice) -> Scan:  # noqa: ARG001 - as the other formats have it
    """Read a picture as grays; there is nothing to choose."""
    with _opened(data) as image:
        notes = _notes(image)
        return Scan(grays_of(image), notes)


@contextmanager
def _opened(data: bytes) -> Generator[Image.Image]:
    try:
        with open_picture(io.BytesIO(data)) as image:
            yield image
    except UnreadableImage as refusal:
        unknown = refusal.reason == UNKNOWN
        raise UnreadableScan(_UNKNOWN if unknown else str(refusal)) from None


def _notes(image: Image.Image) -> tuple[str, ...]:
    """Say what has to be done to a picture; before it is done."""
    return tuple(sentence for sentence, holds in _facts(image) if holds)


def _facts(image: Image.Image) -> tuple[tuple[str, bool], ...]:
    """Pair what may be said of a picture with whether it holds."""
    windowed = has_wide_values(image)
    turned = image.getexif().get(_ORIENTATION, 1) != 1
    return (
        ("It has several frames: the first is shown.", getattr(image, "is_animated", False)),
        (
            "Its values have more than 8 bits: the 1st percentile is black, the 99.9th white.",
            windowed,
        ),
        ("Its colours became grays.", not windowed and image.mode not in _GRAY_MODES),
        ("It was turned upright, as its file says.", turned),
    )
