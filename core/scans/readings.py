"""What an upload offers, what a person chooses of it, and the scan that comes of both."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["picture", "dicom", "nifti"]
"""Pictures are PNG, JPEG, BMP, GIF and TIFF."""

SPREAD = "spread"
"""The window that spreads the values between their 1st and 99.9th percentile."""


class UnreadableScan(ValueError):
    """An upload is no scan that can be shown; the message is one sentence for the person."""


@dataclass(frozen=True)
class Upload:
    """What a file holds, as far as a person can choose.

    Attributes:
        kind: What sort of file it is.
        frames: Frames of a DICOM file, >= 1.
        windows: Windows that can be chosen, the file's own first, such as "40 / 80".
        slices: For each plane of a NIfTI volume, how many slices it has.
        volumes: Volumes of a NIfTI file, >= 1.
    """

    kind: Kind
    frames: int = 1
    windows: tuple[str, ...] = ()
    slices: Mapping[str, int] = field(default_factory=dict[str, int])
    volumes: int = 1


@dataclass(frozen=True)
class Choice:
    """What of an upload to show.

    Attributes:
        frame: Of a DICOM file, from 0.
        window: One of the upload's, or "CENTRE / WIDTH" in the units of its values; "" for the
            file's own.
        plane: Of a NIfTI volume: "axial", "coronal" or "sagittal".
        slice: Of that plane, from 0; None for the one in the middle.
        volume: Of a NIfTI file, from 0.
    """

    frame: int = 0
    window: str = ""
    plane: str = "axial"
    slice: int | None = None
    volume: int = 0


@dataclass(frozen=True, eq=False)
class Scan:
    """A scan, as a network sees it.

    Attributes:
        pixels: Grays, shape (H, W), uint8, 0 black to 255 white.
        upload: What else the file holds.
        notes: What was done to the values, one sentence each.
    """

    pixels: NDArray[np.uint8]
    upload: Upload
    notes: tuple[str, ...] = ()


def chosen(number: int, count: int, what: str) -> int:
    """Return a chosen number, from 0, if there is such a one.

    Raises:
        UnreadableScan: If there is not.
    """
    if not 0 <= number < count:
        raise UnreadableScan(
            f"There is no {what} {number + 1}: the file has {count}. Choose one of 1 to {count}."
        )
    return number


def upload_from(values: Mapping[str, Any]) -> Upload:
    """Return an upload from what JSON made of it."""
    return Upload(
        kind=values["kind"],
        frames=values["frames"],
        windows=tuple(values["windows"]),
        slices=values["slices"],
        volumes=values["volumes"],
    )
