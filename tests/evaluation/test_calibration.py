"""Whether confidence keeps its word."""

import math

import numpy as np
import pytest

from core.evaluation import calibration
from tests.evaluation.answers import answers


def two_classes(confidences, right):
    """Return answers of given confidence in class 1, right or not."""
    sure = np.asarray(confidences)
    return answers(np.asarray(right).astype(int), np.column_stack([1 - sure, sure]))


def test_bins_and_error_by_hand():
    four = two_classes([0.95, 0.93, 0.65, 0.61], [True, False, True, True])
    low, high = calibration.bins(four)
    assert (low.low, low.high) == (0.6, 0.7)
    assert low.confidence == pytest.approx(0.63)
    assert (low.right.value, high.right.value) == (1, 0.5)
    assert calibration.expected_error(four) == pytest.approx((0.37 + 0.44) / 2)


def test_who_is_right_as_often_as_said_has_no_error():
    right = np.arange(1000) % 10 < 8
    assert calibration.expected_error(two_classes(np.full(1000, 0.8), right)) == pytest.approx(0)


def test_always_sure_and_half_right_is_off_by_half():
    halves = two_classes(np.full(100, 0.999999), np.arange(100) % 2 == 0)
    assert calibration.expected_error(halves) == pytest.approx(0.5, abs=1e-3)
    (only,) = calibration.bins(halves)
    assert (only.low, only.high) == (0.9, 1.0)


def test_no_scans_give_no_error():
    nobody = two_classes([0.9], [True]).of(np.array([False]))
    assert math.isnan(calibration.expected_error(nobody))
    assert calibration.bins(nobody) == []
