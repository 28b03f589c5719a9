"""Intervals of a share of scans."""

import math

import numpy as np
import pytest
from scipy import stats

from core.evaluation import intervals
from core.evaluation.intervals import mean_interval, share_interval

UNKNOWN = np.full(400, -1)


def test_without_subjects_it_is_as_wide_as_the_binomial_one():
    right = np.arange(400) < 340
    found = share_interval(right, UNKNOWN)
    exact = stats.binomtest(340, 400).proportion_ci(method="wilson")
    assert found.value == 0.85
    assert (found.low, found.high) == pytest.approx((exact.low, exact.high), abs=0.01)
    assert (found.scans, found.units, found.by) == (400, 400, "scan")


def test_scans_that_fail_together_by_subject_make_it_wider():
    subjects = np.arange(400) // 10
    right = subjects % 5 != 0
    by_scan, by_subject = share_interval(right, UNKNOWN), share_interval(right, subjects)
    assert by_scan.value == by_subject.value == 0.8
    assert by_subject.by == "subject"
    assert by_subject.units == 40
    # Ten scans that always agree are worth one: the interval is wider by the root of ten.
    ratio = (by_subject.high - by_subject.low) / (by_scan.high - by_scan.low)
    assert ratio == pytest.approx(math.sqrt(10), rel=0.1)


def test_a_scan_of_unknown_subject_stands_for_itself():
    found = share_interval(np.ones(5, bool), np.array([7, 7, -1, -1, 3]))
    assert (found.units, found.by) == (4, "subject")


@pytest.mark.parametrize("outcome", [True, False])
def test_nothing_but_right_or_wrong_answers_still_leave_doubt(outcome):
    found = share_interval(np.full(30, outcome), np.arange(30))
    exact = stats.binomtest(30 * outcome, 30).proportion_ci(method="exact")
    assert (found.low, found.high) == pytest.approx((exact.low, exact.high))


def test_one_subject_gives_no_interval():
    found = share_interval(np.array([True, False]), np.array([2, 2]))
    assert found.value == 0.5
    assert math.isnan(found.low)
    assert found.text == "50.0 %"


def test_no_scans_give_no_share():
    found = share_interval(np.zeros(0, bool), np.zeros(0, np.int64))
    assert math.isnan(found.value)
    assert found.text == "no scans"


def test_the_same_answers_give_the_same_interval():
    right = np.arange(50) % 3 > 0
    assert share_interval(right, UNKNOWN[:50]) == share_interval(right, UNKNOWN[:50])


def test_draws_that_are_kept_give_the_same_interval_as_those_that_are_not(monkeypatch):
    values, groups = np.arange(60) % 7 / 7, np.arange(60) // 2
    kept = mean_interval(values, groups)
    monkeypatch.setattr(intervals, "_KEPT", 0)
    assert mean_interval(values, groups) == kept


def test_draws_are_made_once_for_all_who_answer_as_many_scans(monkeypatch):
    made, draw = [], intervals._draw
    monkeypatch.setattr(intervals, "_draw", lambda count: made.append(count) or draw(count))
    intervals._drawn.cache_clear()
    for wrong in range(3):
        share_interval(np.arange(50) > wrong, UNKNOWN[:50])
    assert made == [50]


def test_it_covers_the_truth_about_as_often_as_it_says():
    draw = np.random.default_rng(1)
    covered = 0
    for _ in range(60):
        skills = draw.beta(8, 2, 60)
        right = draw.random((60, 4)) < skills[:, None]
        found = share_interval(right.ravel(), np.repeat(np.arange(60), 4))
        covered += found.low <= 0.8 <= found.high
    assert 51 <= covered <= 60


def covered_by(subjects):
    """Count of 200 studies with so few subjects those whose interval holds the truth."""
    draw, covered = np.random.default_rng(4), 0
    for _ in range(200):
        skills = draw.beta(8, 4, subjects)
        right = draw.random((subjects, 20)) < skills[:, None]
        found = share_interval(right.ravel(), np.repeat(np.arange(subjects), 20))
        covered += found.low <= 8 / 12 <= found.high
    return covered


@pytest.mark.parametrize("subjects", [3, 5, 8])
def test_with_few_subjects_it_is_as_wide_as_they_deserve(subjects, monkeypatch):
    assert covered_by(subjects) >= 0.92 * 200
    monkeypatch.setattr(intervals, "_widening", lambda _units: 1.0)
    assert covered_by(subjects) < 0.92 * 200


def test_with_few_subjects_it_is_that_of_students_t():
    shares = np.array([0.3, 0.5, 0.6, 0.7, 0.9])
    right = (np.arange(100) < 100 * shares[:, None]).ravel()
    found = share_interval(right, np.repeat(np.arange(5), 100))
    reach = stats.t.ppf(0.975, 4) * shares.std(ddof=1) / math.sqrt(5)
    assert (found.low, found.high) == pytest.approx((0.6 - reach, 0.6 + reach), abs=0.03)


def test_it_never_leaves_what_a_share_can_be():
    found = share_interval(np.array([True, True, True, False]), np.array([0, 0, 1, 1]))
    assert (found.low, found.high) == (0.0, 1.0)


def test_two_models_on_the_same_scans_are_told_apart_by_their_difference():
    one = np.arange(400) % 10 > 0
    other = one & (np.arange(400) % 50 != 1)
    difference = mean_interval(one.astype(float) - other, UNKNOWN)
    assert difference.value == pytest.approx(0.02)
    assert difference.low > 0
    alone = share_interval(one, UNKNOWN), share_interval(other, UNKNOWN)
    assert alone[0].low < alone[1].high  # side by side they overlap
