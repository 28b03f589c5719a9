"""Whether a confidence of 90 % is right nine times in ten."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation.intervals import Interval, share_interval
from core.evaluation.predictions import Predictions

BINS = 10


@dataclass(frozen=True)
class Bin:
    """Scans of similar confidence.

    Attributes:
        low: Lower edge of the bin, 0 to 1; itself outside but for 0.
        high: Upper edge, inside.
        confidence: The mean confidence of its scans.
        right: The share that is right, with its interval.
    """

    low: float
    high: float
    confidence: float
    right: Interval


def bins(answers: Predictions, *, count: int = BINS) -> list[Bin]:
    """Return the bins of equal width that hold scans, from the least confident.

    Args:
        answers: Of the model.
        count: Bins between 0 and 1.
    """
    places = _places(answers, count)
    found: list[Bin] = []
    for place in np.unique(places):
        chosen = answers.of(places == place)
        right = share_interval(chosen.right, chosen.groups)
        edges = (float(place / count), float((place + 1) / count))
        found.append(Bin(*edges, float(chosen.confidence.mean()), right))
    return found


def expected_error(answers: Predictions, *, count: int = BINS) -> float:
    """Return the expected calibration error: the mean gap of a bin, weighted by its scans.

    Source: Guo et al., On Calibration of Modern Neural Networks, ICML 2017.

    Args:
        answers: Of the model.
        count: Bins between 0 and 1.

    Returns:
        0 to 1; NaN without scans.
    """
    if not len(answers.labels):
        return math.nan
    places = _places(answers, count)
    gaps = np.bincount(places, answers.right - answers.confidence)
    return float(np.abs(gaps).sum() / len(places))


def _places(answers: Predictions, count: int) -> NDArray[np.int64]:
    """Return the bin of each scan, from 0."""
    upper = np.ceil(answers.confidence * count).astype(np.int64) - 1
    return np.clip(upper, 0, count - 1)
