"""Several models asked about the same scans."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Votes:
    """What several models say together.

    Attributes:
        probabilities: The mean over the models, shape (scans, classes).
        low: The lowest of any model, same shape.
        high: The highest of any model, same shape.
        agreeing: How many models name the class with the highest mean, shape (scans,).
        models: How many models were asked.
    """

    probabilities: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    agreeing: NDArray[np.int64]
    models: int


def together(probabilities: Sequence[NDArray[np.float64]]) -> Votes:
    """Let models vote with the mean of their probabilities.

    Args:
        probabilities: Of each model, shape (scans, classes); at least one model.

    Source: Lakshminarayanan et al., Simple and Scalable Predictive Uncertainty Estimation
    using Deep Ensembles, NeurIPS 2017.
    """
    each = np.stack(probabilities)
    mean = each.mean(axis=0)
    named = each.argmax(axis=2) == mean.argmax(axis=1)
    return Votes(mean, each.min(axis=0), each.max(axis=0), named.sum(axis=0), len(each))
