"""Smoothing that leaves the steps of the learning rate sharp."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.charts.compare.smoothing import WINDOWS, smoothed

RATES = np.array([1e-3] * 5 + [1e-4] * 5)


def test_a_step_at_a_reduction_stays_a_step():
    curve = np.array([0.5] * 5 + [0.9] * 5)
    assert np.allclose(smoothed(curve, RATES, window=5), curve)


def test_a_step_without_a_reduction_is_smoothed():
    curve = np.array([0.5] * 5 + [0.9] * 5)
    assert smoothed(curve, np.full(10, 1e-3), window=5)[4] == pytest.approx(0.66)


def test_a_straight_line_is_not_bent():
    curve = np.arange(10.0)
    assert np.allclose(smoothed(curve, RATES, window=9), curve)


def test_a_rate_that_changes_at_every_epoch_leaves_the_curve_as_it_is():
    curve = np.array([0.1, 0.9, 0.2, 0.8])
    assert np.allclose(smoothed(curve, np.array([4.0, 3.0, 2.0, 1.0]), window=15), curve)


def test_what_is_not_finite_stays_and_enters_no_mean():
    curve = np.array([1.0, math.nan, 3.0, 1e300, math.inf])
    smooth = smoothed(curve, np.ones(5), window=3)
    assert math.isnan(smooth[1])
    assert math.isinf(smooth[4])
    assert smooth[2] == pytest.approx((3.0 + 1e300) / 2)
    assert smooth[0] == 1.0


def test_a_run_that_blew_up_once_is_exact_elsewhere():
    curve = np.array([1e30, 0.25, 0.5, 0.75, 0.5])
    assert smoothed(curve, np.ones(5), window=3)[3] == pytest.approx(7 / 12)


def test_no_epoch_is_no_problem():
    assert smoothed(np.zeros(0), np.zeros(0), window=5).size == 0


@given(
    st.lists(st.tuples(st.floats(-1e6, 1e6), st.sampled_from([1.0, 0.1])), min_size=1, max_size=60),
    st.sampled_from(WINDOWS),
)
def test_no_mean_leaves_the_range_of_its_own_stretch(points, window):
    values, rates = (np.array(column) for column in zip(*points, strict=True))
    smooth = smoothed(values, rates, window=window)
    stretch = np.concatenate([[0], np.cumsum(np.diff(rates) != 0)])
    for number in np.unique(stretch):
        own = values[stretch == number]
        room = 1e-9 * (1 + np.abs(own).max())
        assert (smooth[stretch == number] >= own.min() - room).all()
        assert (smooth[stretch == number] <= own.max() + room).all()
