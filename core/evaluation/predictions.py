"""A model's answers on scans whose labels are known."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Predictions:
    """The answers of one model.

    Attributes:
        labels: The truth, an index into `classes`, shape (scans,), int64.
        logits: What goes into the softmax, shape (scans, classes), float.
        groups: Scans of one subject share a number, shape (scans,), int64; -1
            where the subject is unknown.
        classes: Names of the classes.
    """

    labels: NDArray[np.int64]
    logits: NDArray[np.floating]
    groups: NDArray[np.int64]
    classes: tuple[str, ...]

    @cached_property
    def probabilities(self) -> NDArray[np.float64]:
        """The softmax of the logits, shape (scans, classes)."""
        logits = np.asarray(self.logits, dtype=np.float64)
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    @cached_property
    def predicted(self) -> NDArray[np.int64]:
        """The class with the highest logit, shape (scans,)."""
        return np.argmax(self.logits, axis=1).astype(np.int64)

    @cached_property
    def confidence(self) -> NDArray[np.float64]:
        """The probability of the predicted class, shape (scans,)."""
        return self.probabilities.max(axis=1)

    @cached_property
    def right(self) -> NDArray[np.bool_]:
        """Whether prediction and label agree, shape (scans,)."""
        return self.predicted == self.labels

    def of(self, chosen: NDArray[np.bool_]) -> "Predictions":
        """Return the answers on some of the scans.

        Args:
            chosen: True for those, shape (scans,).
        """
        return Predictions(
            self.labels[chosen], self.logits[chosen], self.groups[chosen], self.classes
        )
