"""Which validation scans a model has met in training: the leakage switch."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.data import twins
from core.data.scan_set import ScanSet

Switch = Literal["all", "twins", "twin-free"]

SWITCH: tuple[Switch, ...] = ("all", "twins", "twin-free")
"""The positions of the leakage switch: all validation scans, those with a twin in the training
scans, those without."""


@dataclass(frozen=True, eq=False)
class Leakage:
    """What validation scans have in common with training scans.

    Both arrays go with `scans.images[scans.validation]`.

    Attributes:
        twin: True where a training scan is the same picture, or nearly.
        subject: True where a training scan shows the same subject, as far as
            subjects are known.
    """

    twin: NDArray[np.bool_]
    subject: NDArray[np.bool_]

    def chosen(self, position: Switch) -> NDArray[np.bool_]:
        """Return which validation scans a position of the switch leaves, shape as `twin`."""
        match position:
            case "all":
                return np.ones_like(self.twin)
            case "twins":
                return self.twin
            case "twin-free":
                return ~self.twin


def find(scans: ScanSet) -> Leakage:
    """Tell for each validation scan what a model trained on the others has met of it.

    Takes about a second for three thousand scans, in a worker.

    Args:
        scans: A set with its split.
    """
    chosen = scans.validation
    near = twins.meets(twins.compare(scans.images), ~chosen)[chosen]
    known = np.unique(scans.groups[~chosen & (scans.groups >= 0)])
    return Leakage(twin=near, subject=np.isin(scans.groups[chosen], known))
