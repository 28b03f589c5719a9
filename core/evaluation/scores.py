"""The scores of one model: confusion, the report by class, and the mistakes."""
# scikit-learn ships no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingTypeStubs=false

import math
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from core.evaluation.predictions import Predictions


@dataclass(frozen=True)
class ClassScore:
    """How a class fares; a ratio without anything to count is NaN.

    Attributes:
        name: Of the class.
        precision: Of the scans that were called so, the share that are.
        recall: Of the scans that are, the share that were called so.
        f1: The harmonic mean of the two.
        scans: How many are of this class.
    """

    name: str
    precision: float
    recall: float
    f1: float
    scans: int


def confusion(answers: Predictions) -> NDArray[np.int64]:
    """Count the scans by label and prediction, shape (labels, predictions)."""
    # scikit-learn takes a second to import, which only this page needs.
    from sklearn.metrics import confusion_matrix  # noqa: PLC0415

    every = np.arange(len(answers.classes))
    if not len(answers.labels):
        return np.zeros((len(every), len(every)), np.int64)
    counted: Any = confusion_matrix(answers.labels, answers.predicted, labels=every)
    return np.asarray(counted, dtype=np.int64)


def class_scores(answers: Predictions) -> list[ClassScore]:
    """Return precision, recall and F1 of each class, in the order of `classes`."""
    from sklearn.metrics import precision_recall_fscore_support  # noqa: PLC0415

    every = np.arange(len(answers.classes))
    found: Any = precision_recall_fscore_support(
        answers.labels,
        answers.predicted,
        labels=every,
        # scikit-learn's stubs know no NaN here; its documentation does.
        zero_division=cast("Any", math.nan),
    )
    rows = zip(answers.classes, *(part.tolist() for part in found), strict=True)
    return [ClassScore(name, p, recall, f1, int(n)) for name, p, recall, f1, n in rows]


def macro_f1(scores: list[ClassScore]) -> float:
    """Return the mean F1 of the classes that have scans; NaN without any."""
    # A class that is there and was never found has no precision, and is worth 0.
    present = [0.0 if math.isnan(one.f1) else one.f1 for one in scores if one.scans]
    return float(np.mean(present)) if present else math.nan


def log_loss(answers: Predictions) -> float:
    """Return the mean cross-entropy in nats, as `val_loss` is; NaN without scans."""
    if not len(answers.labels):
        return math.nan
    logits = np.asarray(answers.logits, dtype=np.float64)
    highest = logits.max(axis=1)
    total = highest + np.log(np.exp(logits - highest[:, None]).sum(axis=1))
    return float(np.mean(total - logits[np.arange(len(logits)), answers.labels]))


def mistakes(answers: Predictions) -> NDArray[np.int64]:
    """Return the places of the scans that were called wrongly, the most confident first."""
    wrong = np.flatnonzero(~answers.right)
    return wrong[np.argsort(-answers.confidence[wrong], kind="stable")].astype(np.int64)


def in_cell(answers: Predictions, label: int, predicted: int) -> NDArray[np.int64]:
    """Return the places of the scans in a cell of the confusion matrix, most confident first."""
    inside = np.flatnonzero((answers.labels == label) & (answers.predicted == predicted))
    return inside[np.argsort(-answers.confidence[inside], kind="stable")].astype(np.int64)
