"""ROC and precision-recall curves."""

import math

import numpy as np
import pytest
from sklearn import metrics

from core.evaluation.curves import mean_area, precision_recall_curves, roc_curves
from tests.evaluation.answers import answers, drawn


def test_the_roc_of_four_scans_by_hand():
    four = answers([1, 1, 0, 0], [[0.1, 0.9], [0.6, 0.4], [0.4, 0.6], [0.8, 0.2]])
    curve = roc_curves(four)[1]
    # From the surest: hit, false alarm, hit, false alarm.
    assert list(zip(curve.x, curve.y, strict=True)) == [
        (0, 0),
        (0, 0.5),
        (0.5, 0.5),
        (0.5, 1),
        (1, 1),
    ]
    assert curve.area == 0.75


def test_areas_are_those_of_scikit_learn():
    many = drawn()
    by_class = metrics.roc_auc_score(
        many.labels, many.probabilities, multi_class="ovr", average=None
    )
    assert [curve.area for curve in roc_curves(many)] == pytest.approx(list(by_class))
    assert mean_area(roc_curves(many)) == pytest.approx(np.mean(by_class))


def test_precision_starts_where_recall_is_none_and_ends_at_the_share_of_the_class():
    for curve in precision_recall_curves(drawn()):
        assert (curve.x[0], curve.y[0], curve.x[-1]) == (0, 1, 1)
        assert (np.diff(curve.x) >= 0).all()
        assert curve.y[-1] == pytest.approx(curve.share)


def test_a_class_without_scans_has_no_curve():
    without = drawn()
    without = without.of(without.labels != 2)
    assert [curve.name for curve in roc_curves(without)] == ["class 0", "class 1", "class 3"]
    only = without.of(without.labels == 1)
    assert roc_curves(only) == precision_recall_curves(only) == []
    assert math.isnan(mean_area([]))
