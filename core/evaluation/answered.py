"""What a worker answers when it is asked about scans: plain values, no Keras."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation import temperature
from core.evaluation.familiarity import UNFAMILIAR
from core.evaluation.intervals import Interval


@dataclass(frozen=True)
class Known:
    """What is known of a model from its validation scans.

    Attributes:
        classes: Names of the classes.
        accuracy: On all validation scans.
        twin_free: On those without a twin among the training scans; None if none has one.
        temperature: Divides the logits.
        fitted_on: Of how many scans: those without a twin, or all where those are too few.
        error: The expected calibration error on those scans, 0 to 1, as the model is.
        cooled_error: The same at the temperature.
        evaluated: SHA-256 of model and scans.
    """

    classes: tuple[str, ...]
    accuracy: Interval
    twin_free: Interval | None
    temperature: float
    fitted_on: int
    error: float
    cooled_error: float
    evaluated: str

    @property
    def honest(self) -> Interval:
        """The accuracy that memory cannot have made."""
        return self.accuracy if self.twin_free is None else self.twin_free


@dataclass(frozen=True, eq=False)
class Answered:
    """What one model says of some scans.

    Attributes:
        known: What is known of the model.
        logits: Shape (scans, classes), float32.
        maps: Grad-CAM of the predicted class, shape (scans, h, w), 0 to 1; a map is zero
            everywhere where nothing speaks for the class. Not asked for, (scans, 0, 0).
        as_far: Share of the validation scans that lie as far from their neighbours in the
            space of features, shape (scans,).
    """

    known: Known
    logits: NDArray[np.float32]
    maps: NDArray[np.float32]
    as_far: NDArray[np.float64]

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """The calibrated probabilities, shape (scans, classes)."""
        return temperature.probabilities(self.logits, self.known.temperature)

    @property
    def unfamiliar(self) -> NDArray[np.bool_]:
        """Whether a scan is unlike those the model was validated on, shape (scans,)."""
        return self.as_far < UNFAMILIAR
