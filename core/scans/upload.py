"""What a file that a person uploaded holds, and the scan that is read from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["picture", "dicom", "nifti"]

AUTOMATIC = "Automatic"
"""The window from the 1st to the 99.9th percentile of the values."""


class UnreadableScan(ValueError):
    """No scan can be read from an upload; the message is one sentence for the person."""


@dataclass(frozen=True)
class Upload:
    """What there is to choose from in an upload; no name, date or text of its headers.

    Attributes:
        kind: What it is, by its content.
        frames: Of a DICOM file, 1 or more; 1 for all else.
        windows: Names of the ways to turn values into grays, the preferred one first;
            empty where there is no choice.
        planes: Of a NIfTI volume, the preferred one first, out of "axial", "coronal" and
            "sagittal"; empty for all else.
        slices: How many slices each of the planes has.
        volumes: Of a NIfTI series, 1 or more; 1 for all else.
        notes: What to know about the file, a sentence each.
    """

    kind: Kind
    frames: int = 1
    windows: tuple[str, ...] = ()
    planes: tuple[str, ...] = ()
    slices: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    volumes: int = 1
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choice:
    """Which of an upload's scans to read; by default its first, or middle, one.

    Attributes:
        frame: Of a DICOM file, from 0.
        window: One of `Upload.windows`, or "" for the first; of a gray DICOM file also a
            center and a width in the units of its values, as "40 / 80".
        plane: One of `Upload.planes`, or "" for the first.
        slice: Of that plane, from 0, which is the patient's feet, back or left; None for
            the middle one.
        volume: Of a NIfTI series, from 0.
    """

    frame: int = 0
    window: str = ""
    plane: str = ""
    slice: int | None = None
    volume: int = 0


@dataclass(frozen=True, eq=False)
class Scan:
    """One slice as grays.

    Attributes:
        pixels: Shape (height, width), uint8, 0 black to 255 white, upright.
        notes: What was done to it that a person should know, a sentence each.
    """

    pixels: NDArray[np.uint8]
    notes: tuple[str, ...] = ()
