"""The bytes of a picture, as an array of grays."""

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "BMP", "GIF", "TIFF")
"""What the data sets of the field come in, the most frequent first.

WebP is not among them: Pillow sets aside its whole canvas, up to 16,383 pixels
a side, when the file is opened, before its size can be refused.
"""

SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".bmp", ".gif", ".tif", ".tiff"},
)
"""How the names of such files end, in lower case."""

MAX_PIXELS = 16 * 1024 * 1024
"""The largest picture that is decoded: 16 megapixels, such as 4096 x 4096."""

WINDOW_PERCENTILES = (1.0, 99.9)
"""The values of a 16- or 32-bit picture that become black and white."""

DRAFT_MARGIN = 3
"""A JPEG is decoded at no less than this many times the side asked for.

At 96 pixels a scan so read differs from one decoded in full by at most 0.2 gray
levels on average, with 2 by up to 3, with 1 by up to 6. Source: `reducing_gap`
of `Image.resize`, Pillow 13: with 3 "indistinguishable in most cases".
"""

UNKNOWN = "neither PNG, JPEG, BMP, GIF nor TIFF"
"""The reason of `UnreadableImage` for a file of another format."""


class UnreadableImage(ValueError):
    """The bytes are no picture that can be shown; the message is one sentence.

    Attributes:
        reason: What is wrong, as a part of a sentence, such as "truncated".
    """

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"Not a readable image ({reason}): "
            "export it again as a PNG or JPEG of at most 16 megapixels.",
        )
        self.reason = reason


def read_gray(source: Path | BinaryIO, *, size_px: int | None = None) -> NDArray[np.uint8]:
    """Read a picture as grays, upright, and resized if asked.

    Colours become luma (ITU-R 601-2), as the file stores them: colour profiles
    are not applied. Transparent pixels are laid over black, the air of a scan.
    The first frame or page stands for all. Values of 16 or 32 bits are spread
    so that their 1st percentile is black and their 99.9th white, since MR
    intensities have no unit; NaN becomes black.

    Args:
        source: A path, or a seekable binary file, which is read from its start
            and left open.
        size_px: Height and width of the result; the aspect is not kept. None
            keeps the picture's own size.

    Returns:
        Shape (height, width), 0 black to 255 white.

    Raises:
        UnreadableImage: If `source` cannot be opened, is no file of `FORMATS`,
            is damaged, or has more than `MAX_PIXELS` pixels.
        ValueError: If `size_px` is less than 1.
    """
    if size_px is not None and size_px < 1:
        raise ValueError(f"`size_px` must be at least 1 pixel, got {size_px}.")
    with open_picture(source) as image:
        return grays_of(image, size_px=size_px)


@contextmanager
def open_picture(source: Path | BinaryIO) -> Generator[Image.Image]:
    """Open a picture of an allowed size; its pixels are read in the block or not at all.

    Raises:
        UnreadableImage: As `read_gray`, whatever goes wrong here or in the block.
    """
    try:
        with _opened(source) as stream:
            _refuse_empty(stream)
            with Image.open(stream, formats=FORMATS) as image:
                _refuse_large(image)
                yield image
    except UnreadableImage:
        raise
    except Exception as error:  # Pillow raises SyntaxError, struct.error and many more
        raise UnreadableImage(_reason(error)) from error


def grays_of(image: Image.Image, *, size_px: int | None = None) -> NDArray[np.uint8]:
    """Turn an opened picture into grays, as `read_gray` does."""
    draft_px = DRAFT_MARGIN * (size_px or max(image.size))
    image.draft("L", (draft_px, draft_px))  # a JPEG's luma only, and reduced
    ImageOps.exif_transpose(image, in_place=True)
    gray = _gray(image)
    if size_px is not None:
        # Bilinear, which Pillow widens to the reduction: it neither aliases nor,
        # as Lanczos does, draws a dark rim that no scanner saw around the skull.
        gray = gray.resize((size_px, size_px), Image.Resampling.BILINEAR)
    return np.array(gray)


def has_wide_values(image: Image.Image) -> bool:
    """Tell whether a picture's values have more than 8 bits and need a window."""
    return image.mode == "F" or image.mode.startswith("I")


def windowed(values: NDArray[Any], window: tuple[float, float] | None = None) -> NDArray[np.uint8]:
    """Spread values of any type and range over 0 to 255; NaN becomes 0.

    Args:
        values: Any shape, real.
        window: What becomes black and white, the lower first; None for `window_of(values)`.

    Raises:
        UnreadableImage: If no value is finite.
    """
    low, high = window or window_of(values)
    if low == high:
        return np.zeros(values.shape, np.uint8)
    grays = np.nan_to_num(np.interp(values, (low, high), (0, 255)), copy=False)
    return np.rint(grays, out=grays).astype(np.uint8)


def window_of(values: NDArray[Any]) -> tuple[float, float]:
    """Choose the values that become black and white.

    Raises:
        UnreadableImage: If no value is finite.
    """
    finite = values[np.isfinite(values)]
    if not finite.size:
        raise UnreadableImage("no finite value")
    # "nearest" picks values that occur: interpolating could overflow 32 bits.
    low, high = np.percentile(finite, WINDOW_PERCENTILES, method="nearest")
    if low == high:  # all but a few pixels are alike
        low, high = finite.min(), finite.max()
    return float(low), float(high)


def _opened(source: Path | BinaryIO) -> AbstractContextManager[BinaryIO]:
    # A stream and not a path reaches Pillow: it maps the files it opens itself
    # into memory, and one that shrinks meanwhile would end the process.
    return source.open("rb") if isinstance(source, Path) else nullcontext(source)


def _refuse_empty(stream: BinaryIO) -> None:
    stream.seek(0)
    if not stream.read(1):
        raise UnreadableImage("empty file")


def _refuse_large(image: Image.Image) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise UnreadableImage(f"{image.width} x {image.height} pixels")


def _gray(image: Image.Image) -> Image.Image:
    """Give the picture 8 bits of gray, mode "L"."""
    if has_wide_values(image):
        return Image.fromarray(windowed(np.asarray(image)))
    if image.has_transparency_data:
        black = Image.new("RGBA", image.size, "black")
        return Image.alpha_composite(black, image.convert("RGBA")).convert("L")
    return image.convert("L")


def _reason(error: Exception) -> str:
    match error:
        case UnidentifiedImageError():
            return UNKNOWN
        case Image.DecompressionBombError() | Image.DecompressionBombWarning():
            return "more than 16 megapixels"
        case MemoryError():
            return "too large for the memory left"
        case OSError(strerror=str(reason)):
            return reason.lower()
        case _ if "truncated" in str(error).lower():
            return "truncated"
        case _:
            return "damaged"
