"""ROC and precision-recall curves, each class against the others."""
# scikit-learn ships no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingTypeStubs=false

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation.predictions import Predictions


@dataclass(frozen=True, eq=False)
class ClassCurve:
    """A curve of one class against all others.

    Attributes:
        name: Of the class.
        x: False positive rate, or recall; shape (points,).
        y: True positive rate, or precision; shape (points,).
        area: Under the ROC curve, or the average precision; 0 to 1.
        share: Of the scans that are of this class: the precision of guessing.
    """

    name: str
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    area: float
    share: float


def roc_curves(answers: Predictions) -> list[ClassCurve]:
    """Return the ROC curve of each class that has scans, and scans without it."""
    from sklearn.metrics import roc_auc_score, roc_curve  # noqa: PLC0415

    curves: list[ClassCurve] = []
    for name, is_one, score in _against_the_rest(answers):
        found: Any = roc_curve(is_one, score)
        area = float(roc_auc_score(is_one, score))
        curves.append(ClassCurve(name, found[0], found[1], area, float(is_one.mean())))
    return curves


def precision_recall_curves(answers: Predictions) -> list[ClassCurve]:
    """Return the precision at each recall, from recall 0 on, of each class as `roc_curves` does."""
    from sklearn.metrics import average_precision_score, precision_recall_curve  # noqa: PLC0415

    curves: list[ClassCurve] = []
    for name, is_one, score in _against_the_rest(answers):
        precision, recall, _ = precision_recall_curve(is_one, score)
        area = float(average_precision_score(is_one, score))
        curves.append(
            ClassCurve(
                name, np.asarray(recall)[::-1], np.asarray(precision)[::-1], area, is_one.mean()
            )
        )
    return curves


def mean_area(curves: list[ClassCurve]) -> float:
    """Return the mean of the areas, each class counting the same; NaN without curves."""
    return float(np.mean([curve.area for curve in curves])) if curves else math.nan


def _against_the_rest(
    answers: Predictions,
) -> list[tuple[str, NDArray[np.bool_], NDArray[np.float64]]]:
    parts = [
        (name, answers.labels == index, answers.probabilities[:, index])
        for index, name in enumerate(answers.classes)
    ]
    return [part for part in parts if part[1].any() and not part[1].all()]
