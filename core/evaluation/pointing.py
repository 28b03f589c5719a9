"""The pointing game: does the peak of a heat map lie in the lesion?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation.intervals import Interval, share_interval


@dataclass(frozen=True)
class Pointing:
    """The outcome of the game.

    Attributes:
        hits: The share of peaks inside the lesion, with its interval.
        chance: The same for a peak anywhere: the mean share of a scan that is lesion.
        blank: Scans whose map is zero everywhere; they count as missed.
    """

    hits: Interval
    chance: float
    blank: int

    @property
    def beats_chance(self) -> bool:
        """Whether the interval lies above chance."""
        return self.hits.low > self.chance


def pointing_game(
    hit: NDArray[np.bool_],
    blank: NDArray[np.bool_],
    lesion_share: NDArray[np.floating],
    groups: NDArray[np.int64],
    *,
    right: NDArray[np.bool_],
) -> Pointing | None:
    """Play it on the scans that show a lesion and were called rightly.

    Only there is the map of the predicted class that of the true one.

    Args:
        hit: Whether the peak lies in the lesion, shape (scans,).
        blank: Whether the map is zero everywhere.
        lesion_share: Share of the scan that is lesion; NaN where that is unknown.
        groups: As in `Predictions`.
        right: Whether the prediction is the label.

    Returns:
        None if no scan qualifies.

    Source: Zhang et al., Top-down Neural Attention by Excitation Backprop, ECCV 2016.
    """
    # A comparison with NaN is False: scans without a mask do not play.
    playing = (lesion_share > 0) & right
    if not playing.any():
        return None
    hits = share_interval((hit & ~blank)[playing], groups[playing])
    return Pointing(hits, float(lesion_share[playing].mean()), int(blank[playing].sum()))
