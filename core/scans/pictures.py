"""PNG, JPEG and other pictures: grays, and what was done to get them."""

import io

from PIL import Image

from core.scans.images import FORMATS, read_gray
from core.scans.readings import Scan, Upload


def read_picture(data: bytes) -> Scan:
    """Read a picture as grays.

    Raises:
        UnreadableImage: If it is none, is damaged, or has more than 16 megapixels.
    """
    return Scan(read_gray(io.BytesIO(data)), Upload("picture"), tuple(_notes(data)))


def _notes(data: bytes) -> list[str]:
    notes: list[str] = []
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        if getattr(image, "is_animated", False):
            notes.append("It has several frames or pages: the first is shown.")
        if image.mode == "F" or image.mode.startswith("I"):
            notes.append(
                "Its values of more than 8 bits are spread from their 1st percentile, black, to "
                "their 99.9th, white."
            )
        elif image.mode not in ("L", "1"):
            notes.append("Its colours are shown as grays.")
    return notes
