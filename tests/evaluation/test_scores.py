"""Scores, held against hand-counted answers and scikit-learn."""

import math

import numpy as np
import pytest
from sklearn import metrics

from core.evaluation import scores
from tests.evaluation.answers import answers, drawn

# Label 0: two right, one taken for 1. Label 1: one right. Label 2: taken for 0, very sure.
SIX = answers(
    [0, 0, 0, 1, 2, 0],
    [
        [0.8, 0.1, 0.1],
        [0.6, 0.3, 0.1],
        [0.3, 0.6, 0.1],
        [0.1, 0.8, 0.1],
        [0.9, 0.05, 0.05],
        [0.2, 0.7, 0.1],
    ],
)


def test_the_confusion_matrix_counts_labels_in_rows():
    assert scores.confusion(SIX).tolist() == [[2, 2, 0], [0, 1, 0], [1, 0, 0]]


def test_classes_without_scans_keep_their_place():
    found = scores.confusion(SIX.of(SIX.labels == 1))
    assert found.tolist() == [[0, 0, 0], [0, 1, 0], [0, 0, 0]]
    assert not scores.confusion(SIX.of(SIX.labels > 5)).any()


def test_precision_recall_and_f1_by_hand():
    first, second, third = scores.class_scores(SIX)
    assert (first.precision, first.recall, first.scans) == (2 / 3, 0.5, 4)
    assert first.f1 == pytest.approx(4 / 7)
    assert (second.precision, second.recall) == (1 / 3, 1.0)
    # Never named: of no answers nobody can say how many were right.
    assert math.isnan(third.precision)
    assert third.recall == 0


def test_a_class_that_is_never_found_lowers_the_mean():
    found = scores.class_scores(SIX)
    assert scores.macro_f1(found) == pytest.approx((4 / 7 + 0.5 + 0) / 3)


def test_log_loss_is_that_of_scikit_learn():
    many = drawn()
    assert scores.log_loss(many) == pytest.approx(
        metrics.log_loss(many.labels, many.probabilities, labels=range(4))
    )
    assert math.isnan(scores.log_loss(many.of(many.labels > 9)))


def test_huge_logits_give_probabilities_all_the_same():
    sure = answers([0, 1], [[0.5, 0.5], [0.5, 0.5]])
    sure.logits[:] = [[1e4, 0], [1e4, 0]]
    assert sure.probabilities.tolist() == [[1, 0], [1, 0]]
    assert scores.log_loss(sure) == 5000


def test_the_most_confident_mistake_comes_first():
    assert scores.mistakes(SIX).tolist() == [4, 5, 2]
    assert scores.in_cell(SIX, 0, 1).tolist() == [5, 2]
    assert scores.in_cell(SIX, 0, 0).tolist() == [0, 1]


def test_the_report_is_that_of_scikit_learn():
    many = drawn()
    report = metrics.classification_report(
        many.labels, many.predicted, target_names=many.classes, output_dict=True
    )
    for one in scores.class_scores(many):
        expected = report[one.name]
        assert one.precision == pytest.approx(expected["precision"])
        assert one.recall == pytest.approx(expected["recall"])
        assert one.f1 == pytest.approx(expected["f1-score"])
        assert one.scans == expected["support"]
    assert scores.macro_f1(scores.class_scores(many)) == pytest.approx(
        report["macro avg"]["f1-score"]
    )
    assert np.trace(scores.confusion(many)) == many.right.sum()
