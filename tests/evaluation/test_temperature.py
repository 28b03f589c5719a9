"""The temperature undoes exaggeration, and changes no class."""

import numpy as np
import pytest

from core.evaluation import calibration, temperature
from core.evaluation.predictions import Predictions


def honest(scans=4000, classes=3):
    """Answers whose probabilities are the truth: labels are drawn from them."""
    draw = np.random.default_rng(0)
    logits = draw.normal(0, 2, (scans, classes))
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = (draw.random((scans, 1)) > shares.cumsum(axis=1)).sum(axis=1)
    return Predictions(labels, logits, np.full(scans, -1), ("a", "b", "c"))


def exaggerated(answers, times):
    return Predictions(answers.labels, answers.logits * times, answers.groups, answers.classes)


@pytest.mark.parametrize("times", [0.5, 1.0, 3.0])
def test_it_finds_by_how_much_logits_were_multiplied(times):
    assert temperature.fit(exaggerated(honest(), times)) == pytest.approx(times, rel=0.06)


def test_it_mends_the_calibration_and_no_class():
    answers = exaggerated(honest(), 3.0)
    cooled = temperature.cooled(answers, temperature.fit(answers))
    assert calibration.expected_error(cooled) < calibration.expected_error(answers) / 4
    np.testing.assert_array_equal(cooled.predicted, answers.predicted)


@pytest.mark.parametrize("times", [1.0, 50.0])
def test_without_a_mistake_it_leaves_the_doubt_of_one_scan(times):
    labels = np.arange(90) % 3
    answers = Predictions(labels, np.eye(3)[labels] * times, np.full(90, -1), ("a", "b", "c"))
    shares = temperature.probabilities(answers.logits, temperature.fit(answers))
    np.testing.assert_allclose(shares.max(axis=1), 91 / 92, atol=1e-3)


def test_without_scans_it_changes_nothing():
    nothing = np.zeros((0, 3))
    answers = Predictions(np.zeros(0, np.int64), nothing, np.zeros(0, np.int64), ("a", "b", "c"))
    assert temperature.fit(answers) == 1.0
    assert temperature.probabilities(nothing, 2.0).shape == (0, 3)
