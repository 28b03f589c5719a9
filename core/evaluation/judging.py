"""What a model's answers on its validation scans say of it."""

import numpy as np
from numpy.typing import NDArray

from core.evaluation import calibration, temperature
from core.evaluation.answered import Known
from core.evaluation.intervals import share_interval
from core.evaluation.predictions import Predictions

FEWEST = 30
"""With fewer scans that are no twins, a temperature would be fitted to chance."""


def judge(answers: Predictions, twin: NDArray[np.bool_] | None, *, evaluated: str) -> Known:
    """Return a model's score and its temperature, both without twins where that can be.

    A scan with a twin in training is answered from memory, with a confidence that says nothing
    of other scans.

    Args:
        answers: On all validation scans.
        twin: Whether a training scan is the same picture, or nearly, shape (scans,); None if
            nobody knows what the model was trained on.
        evaluated: SHA-256 of model and scans.
    """
    met = np.zeros(len(answers.labels), np.bool_) if twin is None else twin
    alone = answers.of(~met)
    fitted_on = alone if len(alone.labels) >= FEWEST else answers
    fitted = temperature.fit(fitted_on)
    return Known(
        classes=answers.classes,
        accuracy=share_interval(answers.right, answers.groups),
        twin_free=share_interval(alone.right, alone.groups) if met.any() else None,
        temperature=fitted,
        fitted_on=len(fitted_on.labels),
        error=calibration.expected_error(fitted_on),
        cooled_error=calibration.expected_error(temperature.cooled(fitted_on, fitted)),
        evaluated=evaluated,
    )
