"""What validation scans say of a model, where some have a twin in training."""

import numpy as np
import pytest

from core.evaluation import temperature
from core.evaluation.judging import FEWEST, judge
from core.evaluation.predictions import Predictions
from tests.evaluation.answers import drawn


def memorised(twins, others):
    """Answers that are right and sure on twins, and as sure but no better than chance elsewhere."""
    labels = np.arange(twins + others) % 2
    said = np.where(np.arange(len(labels)) < twins, labels, np.arange(len(labels)) // 2 % 2)
    logits = 9.0 * np.eye(2)[said]
    answers = Predictions(labels, logits, np.full(len(labels), -1), ("healthy", "tumor"))
    return answers, np.arange(len(labels)) < twins


def test_confidence_from_memory_is_no_part_of_the_temperature():
    answers, twin = memorised(twins=300, others=100)
    known = judge(answers, twin, evaluated="k")
    assert known.fitted_on == 100
    assert known.temperature == pytest.approx(temperature.HIGHEST, rel=0.01)
    assert known.temperature > 3 * temperature.fit(answers)
    # As sure as its logits of 9 say, and right on every other scan.
    assert known.error == pytest.approx(0.5, abs=0.001)
    assert known.cooled_error < 0.15
    assert known.honest.value == 0.5


def test_with_too_few_others_all_scans_count():
    answers, twin = memorised(twins=300, others=FEWEST - 1)
    known = judge(answers, twin, evaluated="k")
    assert known.fitted_on == len(answers.labels)
    assert known.temperature == temperature.fit(answers)
    assert known.honest.scans == FEWEST - 1


def test_where_nobody_knows_of_twins_all_scans_are_alike():
    answers = drawn(200)
    known = judge(answers, None, evaluated="k")
    assert known == judge(answers, np.zeros(200, bool), evaluated="k")
    assert (known.twin_free, known.fitted_on) == (None, 200)
