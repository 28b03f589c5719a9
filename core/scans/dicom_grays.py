"""The values of a DICOM frame, as grays."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_voi

from core.scans.aspect import square_pixels
from core.scans.images import windowed
from core.scans.upload import AUTOMATIC, Scan, UnreadableScan

_GRAY = ("MONOCHROME1", "MONOCHROME2")
_INVERTED, _PALETTE = "MONOCHROME1", "PALETTE COLOR"
_LUT = "VOILUTSequence"
# Names that are shown; any other text could say who the patient is.
_KNOWN = re.compile(
    r"(?i)(brain|bone|subdural|stroke|soft tissue|tissue|skull|head|sinus|spine|lung|"
    r"mediastinum|abdomen|liver|angio|vessel|contrast|normal|wide|narrow|hard|soft)\d?"
)
_COLOURS = "Its colours became grays."


def windows(frame: Dataset) -> Mapping[str, tuple[str, int]]:
    """Name the ways to turn a frame's values into grays, the preferred one first.

    Args:
        frame: The elements that hold for it.

    Returns:
        For each name the element that it stands for and its place there; of the automatic
        window, both are empty. Nothing for a frame in colour.
    """
    if not _is_gray(frame):
        return {}
    named: dict[str, tuple[str, int]] = {}
    for place in range(len(frame.get(_LUT) or ())):
        named[f"Table {place + 1}"] = (_LUT, place)
    for place, (center, width) in enumerate(_presets(frame)):
        if np.isfinite([center, width]).all() and width > 0:
            named[_preset_name(frame, place, named)] = ("WindowCenter", place)
    return {**named, AUTOMATIC: ("", 0)}


def facts(frame: Dataset) -> tuple[str, ...]:
    """Say what a person should know of a frame, a sentence each."""
    said: list[str] = []
    if not _is_gray(frame):
        said.append(_COLOURS)
    if frame.get("PhotometricInterpretation") == _INVERTED:
        said.append("It is stored with white as its lowest value (MONOCHROME1), and was inverted.")
    return tuple(said)


def scan_of(values: NDArray[Any], frame: Dataset, window: str) -> Scan:
    """Turn a frame's values into grays.

    Args:
        values: As they are stored, shape (rows, columns), or (rows, columns, 3) in RGB.
        frame: The elements that hold for it.
        window: One of `windows`, "" for the first, or a center and a width, as "40 / 80".

    Raises:
        UnreadableScan: If it is none of these.
    """
    if _is_gray(frame):
        grays, notes = _windowed(values, frame, window)
    else:
        grays, notes = _luma(values, frame), ()
    grays, stretched = square_pixels(grays, *_distances(frame))
    return Scan(grays, (*facts(frame), *notes, *stretched))


def _is_gray(frame: Dataset) -> bool:
    return frame.get("PhotometricInterpretation") in _GRAY


def _luma(values: NDArray[Any], frame: Dataset) -> NDArray[np.uint8]:
    bits = int(frame.BitsStored)
    if frame.get("PhotometricInterpretation") == _PALETTE:
        values = apply_color_lut(values, frame)
        bits = values.dtype.itemsize * 8
    if values.ndim != 3:  # noqa: PLR2004 - rows, columns and colours
        raise UnreadableScan(
            "Its colours are stored in a way that is not read: export it again as a PNG."
        )
    if bits > 8:  # noqa: PLR2004 - a byte
        values = values >> (bits - 8)
    return np.array(Image.fromarray(values.astype(np.uint8)).convert("L"))


def _windowed(
    stored: NDArray[Any], frame: Dataset, window: str
) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    padding = _padding(stored, frame)
    values = apply_modality_lut(stored, frame)
    missing = _missing(values)
    inverted = frame.PhotometricInterpretation == _INVERTED
    shown, notes = _shown(values, frame, window)
    if shown is None:
        grays = _automatic(values, padding, inverted=inverted)
    else:
        shown = np.where(missing, 0, (1 - shown) if inverted else shown)
        # Not cast: what is neither black nor white would be cut, not rounded.
        grays = np.rint(255 * shown).astype(np.uint8)
    grays[padding | missing] = 0
    return grays, (*notes, *_of_missing(missing))


def _missing(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Tell which values are no numbers.

    Raises:
        UnreadableScan: If none is.
    """
    missing = np.isnan(values)
    if missing.all():
        raise UnreadableScan("None of its pixels has a value, all are NaN: export the scan again.")
    return missing


def _of_missing(missing: NDArray[np.bool_]) -> tuple[str, ...]:
    share = float(missing.mean())
    return (f"{share:.1%} of the scan has no value (NaN) and is black.",) if share else ()


def _automatic(
    values: NDArray[Any], padding: NDArray[np.bool_], *, inverted: bool
) -> NDArray[np.uint8]:
    signed = values.astype(np.float64)
    if inverted:
        np.negative(signed, out=signed)
    signed[padding] = np.nan
    return windowed(signed)


def _shown(
    values: NDArray[Any], frame: Dataset, window: str
) -> tuple[NDArray[np.float64] | None, tuple[str, ...]]:
    """Return values of 0 to 1, None for the automatic window, and what to say of it."""
    known = windows(frame)
    if window and window not in known:
        return _in_window(values, frame, *_own(window, known))
    element, place = known[window or next(iter(known))]
    if element == _LUT:
        bits = int(frame[_LUT].value[place].LUTDescriptor[2])
        return apply_voi(values, frame, place) / (2.0**bits - 1), ()
    return _in_window(values, frame, *_presets(frame)[place]) if element else (None, ())


def _in_window(
    values: NDArray[Any], frame: Dataset, center: float, width: float
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    function = str(frame.get("VOILUTFunction") or "LINEAR").upper()
    note = f"The window's center is {center:g} and its width {width:g}."
    return _spread(values.astype(np.float64), center, width, function), (note,)


def _own(window: str, known: Iterable[str]) -> tuple[float, float]:
    """Return the center and the width that a person wrote."""
    try:
        center, width = (float(number) for number in window.split("/"))
    except ValueError:
        center, width = np.nan, np.nan
    if not (np.isfinite([center, width]).all() and width > 0):
        raise UnreadableScan(
            f"There is no such window in the file: choose one of {', '.join(known)}, "
            "or write a center and a width above 0, as 40 / 80."
        )
    return center, width


def _spread(
    values: NDArray[np.float64], center: float, width: float, function: str
) -> NDArray[np.float64]:
    """Spread values over 0 to 1. Source: DICOM PS3.3, C.11.2.1.2 and C.11.2.1.3."""
    if function == "SIGMOID":
        return 1 / (1 + np.exp(np.clip(-4 * (values - center) / width, -700, 700)))
    if function != "LINEAR_EXACT":
        center, width = center - 0.5, width - 1
    if width <= 0:
        return (values > center).astype(np.float64)
    return np.clip((values - center) / width + 0.5, 0, 1)


def _presets(frame: Dataset) -> list[tuple[float, float]]:
    centers, widths = (_numbers(frame, keyword) for keyword in ("WindowCenter", "WindowWidth"))
    return list(zip(centers, widths, strict=False))


def _preset_name(frame: Dataset, place: int, taken: Mapping[str, Any]) -> str:
    said = frame.get("WindowCenterWidthExplanation") or ()
    texts = [said] if isinstance(said, str) else list(said)
    text = str(texts[place]).strip() if place < len(texts) else ""
    name = text.capitalize() if _KNOWN.fullmatch(text) else f"Window {place + 1}"
    return name if name not in taken else f"{name} ({place + 1})"


def _padding(stored: NDArray[Any], frame: Dataset) -> NDArray[np.bool_]:
    """Tell which values stand for no picture at all. Source: DICOM PS3.3, C.7.5.1.1.2."""
    if frame.get("PixelPaddingValue") is None:
        return np.zeros(stored.shape, np.bool_)
    first = int(frame.PixelPaddingValue)
    last = int(frame.get("PixelPaddingRangeLimit") or first)
    return (stored >= min(first, last)) & (stored <= max(first, last))


def _distances(frame: Dataset) -> tuple[float, float]:
    """Return the distances of rows and of columns, in units of their own; 1 and 1 if unknown."""
    for keyword in ("PixelSpacing", "PixelAspectRatio"):
        numbers = _numbers(frame, keyword)
        if len(numbers) == 2:  # noqa: PLR2004 - of rows, then of columns
            return numbers[0], numbers[1]
    return 1.0, 1.0


def _numbers(frame: Dataset, keyword: str) -> list[float]:
    value = frame.get(keyword)
    if value is None or value == "":
        return []
    return [float(number) for number in (value if hasattr(value, "__iter__") else [value])]
