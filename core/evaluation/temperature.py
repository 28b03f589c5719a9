"""How much a model exaggerates: one number, fitted on scans whose labels are known."""
# SciPy ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation.predictions import Predictions

LOWEST, HIGHEST = 0.05, 20.0
"""Bounds of the temperature."""


def fit(answers: Predictions) -> float:
    """Return the temperature that makes the labels most likely: 2 halves all logits.

    Args:
        answers: On scans that the model was not trained on.

    Returns:
        Between `LOWEST` and `HIGHEST`; above 1 for a model that exaggerates, 1 without scans.

    One scan's worth of doubt is left to the labels, so that a model without a mistake on
    400 scans says 99.8 % and not 100.

    Source: Guo et al., On Calibration of Modern Neural Networks, ICML 2017, section 4.2; the
    doubt is that of Platt, Probabilistic Outputs for Support Vector Machines (1999).
    """
    # SciPy takes a while to import, and the app's process never needs it.
    from scipy.optimize import minimize_scalar  # noqa: PLC0415

    if not len(answers.labels):
        return 1.0

    def loss(log_temperature: float) -> float:
        return _log_loss(answers, math.exp(log_temperature))

    bounds = (math.log(LOWEST), math.log(HIGHEST))
    found: Any = minimize_scalar(loss, bounds=bounds, method="bounded")
    return math.exp(float(found.x))


def cooled(answers: Predictions, temperature: float) -> Predictions:
    """Return answers as they are at a temperature; the predicted class stays the same."""
    logits = np.asarray(answers.logits, np.float64) / temperature
    return Predictions(answers.labels, logits, answers.groups, answers.classes)


def probabilities(logits: NDArray[np.floating], temperature: float) -> NDArray[np.float64]:
    """Return the softmax of logits at a temperature, shape as `logits`: (n, classes)."""
    scaled = np.asarray(logits, np.float64) / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True, initial=-np.inf))
    return powers / powers.sum(axis=1, keepdims=True)


def _log_loss(answers: Predictions, temperature: float) -> float:
    logits = np.asarray(answers.logits, np.float64) / temperature
    highest = logits.max(axis=1)
    total = highest + np.log(np.exp(logits - highest[:, None]).sum(axis=1))
    true = logits[np.arange(len(logits)), answers.labels]
    others = (logits.sum(axis=1) - true) / (logits.shape[1] - 1)
    doubt = 1 / (len(logits) + 2)
    return float(np.mean(total - (1 - doubt) * true - doubt * others))
