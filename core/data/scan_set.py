"""The scans a run trains on, as arrays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


class ScansError(ValueError):
    """The scans cannot be used; the message is one sentence for the person."""


@dataclass(frozen=True)
class ScanSet:
    """Scans of one size with their labels and their split.

    Attributes:
        images: Shape (scans, height, width), uint8, 0 black to 255 white.
        labels: Index into `classes`, shape (scans,), int64.
        classes: Names of the classes, sorted.
        groups: Scans of one subject share a number, shape (scans,), int64;
            -1 where the subject is unknown.
        validation: True for validation, shape (scans,), bool.
        masks: The lesion, shape (scans, height, width), bool, or None.
        names: A short name for each scan, such as its file's path in the folder.
        left_out: A sentence for each file that could not be read.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    groups: NDArray[np.int64]
    validation: NDArray[np.bool_]
    masks: NDArray[np.bool_] | None
    names: tuple[str, ...]
    left_out: tuple[str, ...] = ()
