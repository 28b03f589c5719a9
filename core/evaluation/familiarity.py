"""Whether a scan is like those that a model was validated on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NEIGHBOURS = 5
UNFAMILIAR = 0.01
"""A scan is unlike the others if fewer than this share of them lie as far out."""

_BLOCK = 256


@dataclass(frozen=True, eq=False)
class Familiarity:
    """The validation scans in the space of a model's features.

    Attributes:
        features: Each feature divided by `scale`, shape (scans, features).
        scale: Standard deviation of each feature, shape (features,).
        usual: Distance of each scan to its neighbours among the others, sorted, shape (scans,).
    """

    features: NDArray[np.float32]
    scale: NDArray[np.float32]
    usual: NDArray[np.float32]

    def as_far(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the share of validation scans that lie at least as far from their neighbours.

        Args:
            features: Of scans that are not among them, shape (n, features).

        Returns:
            Shape (n,), 0 to 1; below `UNFAMILIAR` the scan is unlike what the model knows.
        """
        distances = _to_neighbours(features / self.scale, self.features, own=False)
        nearer = np.searchsorted(self.usual, distances, side="left")
        return 1 - nearer / max(1, len(self.usual))


def of(features: NDArray[np.float32]) -> Familiarity:
    """Take in the features of the validation scans, shape (scans, features).

    Source: the mean distance to the k nearest, as Sun et al., Out-of-Distribution Detection
    with Deep Nearest Neighbors, ICML 2022, take the k-th.
    """
    scale = features.std(axis=0)
    scale = np.where(scale > 0, scale, 1).astype(np.float32)
    scaled = (features / scale).astype(np.float32)
    return Familiarity(scaled, scale, np.sort(_to_neighbours(scaled, scaled, own=True)))


def _to_neighbours(
    some: NDArray[np.float32], known: NDArray[np.float32], *, own: bool
) -> NDArray[np.float32]:
    """Return the mean distance of each to its nearest `NEIGHBOURS`, itself left out if `own`."""
    nearest = min(NEIGHBOURS, len(known) - own)
    if nearest < 1:
        return np.zeros(len(some), np.float32)
    squares = (known**2).sum(axis=1)
    found: list[NDArray[np.float32]] = []
    for start in range(0, len(some), _BLOCK):
        block = some[start : start + _BLOCK]
        apart = (block**2).sum(axis=1)[:, None] + squares - 2 * block @ known.T
        if own:
            apart[np.arange(len(block)), start + np.arange(len(block))] = np.inf
        closest = np.partition(apart, nearest - 1, axis=1)[:, :nearest]
        found.append(np.sqrt(np.maximum(closest, 0)).mean(axis=1))
    return np.concatenate(found) if found else np.zeros(0, np.float32)
