"""The temperature that a model's logits are divided by."""

import numpy as np
import pytest

from core.evaluation import temperature
from core.evaluation.predictions import Predictions


def drawn(true_temperature, scans=4000):
    """Answers whose labels are drawn from the softmax at a temperature: it is to be found."""
    draw = np.random.default_rng(0)
    logits = draw.normal(0, 3, (scans, 4))
    shares = temperature.probabilities(logits, true_temperature).cumsum(axis=1)
    labels = (draw.random((scans, 1)) > shares).sum(axis=1)
    return Predictions(labels, logits, np.arange(scans), ("a", "b", "c", "d"))


@pytest.mark.parametrize("true_temperature", [0.5, 1.0, 2.5])
def test_the_temperature_that_made_the_labels_is_found(true_temperature):
    assert temperature.fit(drawn(true_temperature)) == pytest.approx(true_temperature, rel=0.06)


def test_the_derivative_of_the_loss_is_zero_at_the_temperature():
    answers = drawn(1.7)
    found = temperature.fit(answers)
    # d/dT of the mean negative log-likelihood: (label's logit - expected logit) / T².
    shares = temperature.probabilities(answers.logits, found)
    own = answers.logits[np.arange(len(answers.labels)), answers.labels]
    assert np.mean(own - (shares * answers.logits).sum(axis=1)) == pytest.approx(0, abs=1e-3)


def test_a_model_without_a_mistake_is_left_as_it_is():
    labels = np.arange(20) % 2
    answers = Predictions(labels, 5.0 * np.eye(2)[labels], np.arange(20), ("a", "b"))
    assert temperature.fit(answers) == 1.0


def test_without_scans_nothing_is_changed():
    nothing = np.zeros(0, int)
    assert temperature.fit(Predictions(nothing, np.zeros((0, 2)), nothing, ("a", "b"))) == 1.0


def test_the_predicted_class_stays_the_same_and_its_confidence_falls():
    answers = drawn(1.0, scans=50)
    warm = temperature.probabilities(answers.logits, 3.0)
    plain = temperature.probabilities(answers.logits, 1.0)
    assert (warm.argmax(axis=1) == plain.argmax(axis=1)).all()
    assert (warm.max(axis=1) < plain.max(axis=1)).all()
    np.testing.assert_allclose(warm.sum(axis=1), 1)


def test_large_logits_do_not_overflow():
    found = temperature.probabilities(np.array([[4000.0, -4000.0]]), 0.05)
    np.testing.assert_array_equal(found, [[1.0, 0.0]])
