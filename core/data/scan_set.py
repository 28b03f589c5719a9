"""The scans a run trains on, as arrays."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

UNREADABLE = "not a readable image"
"""What the sentences in `ScanSet.left_out` have in common."""


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

    @cached_property
    def digest(self) -> str:
        """Which scans there are, and which of them validate: 64 hexadecimal digits of SHA-256.

        The images are not read for it: a file that was replaced under its name goes unseen.
        """
        digest = hashlib.sha256(json.dumps([self.classes, self.names]).encode())
        digest.update(self.labels.tobytes())
        digest.update(self.validation.tobytes())
        return digest.hexdigest()
