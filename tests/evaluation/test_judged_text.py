"""What is said of a model's worth says what it rests on."""

from dataclasses import replace

import numpy as np

from core.evaluation.judged_text import worth
from core.evaluation.judging import judge
from tests.evaluation.answers import drawn


def known(twins, scans=200):
    return judge(drawn(scans), np.arange(scans) < twins, evaluated="k")


def test_without_twins_the_score_and_the_temperature_are_of_all_scans():
    said = worth(known(0))
    assert "of 200 validation scans. Calibrated" in said
    assert "at which those scans' labels were most likely" in said
    assert "twin" not in said


def test_twins_are_left_out_of_both():
    said = worth(known(80))
    assert "of 120 validation scans without a twin in its training. Calibrated: its" in said
    assert "those scans' labels" in said


def test_a_temperature_of_twins_too_is_said_to_be_one():
    said = worth(known(190))
    assert "of 10 validation scans without a twin in its training. Calibrated on scans with" in said
    assert "the labels of all 200 were most likely" in said
    assert "may be too high" in said
    assert "eight in ten" not in said


def test_only_twins_give_no_score():
    said = worth(known(200))
    assert "All 200 validation scans of this model have a twin in its training" in said
    assert "nobody has measured" in said
    assert "no scans" not in said


def test_of_weights_from_elsewhere_nobody_knows_what_they_have_met():
    said = worth(replace(known(80), twin_free=None, fitted_on=200), here=False)
    assert "of 200 validation scans. What they were trained on nobody here knows" in said
    assert "twin" not in said
