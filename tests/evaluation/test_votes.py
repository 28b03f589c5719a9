"""Seeds that vote."""

import numpy as np
import pytest

from core.evaluation import votes
from core.evaluation.counted import counted

ONE = np.array([[0.9, 0.1], [0.6, 0.4]])
OTHER = np.array([[0.7, 0.3], [0.1, 0.9]])


def test_the_mean_decides_and_the_extremes_are_kept():
    said = votes.together([ONE, OTHER])
    np.testing.assert_allclose(said.probabilities, [[0.8, 0.2], [0.35, 0.65]])
    np.testing.assert_array_equal(said.low, [[0.7, 0.1], [0.1, 0.4]])
    np.testing.assert_array_equal(said.high, [[0.9, 0.3], [0.6, 0.9]])
    assert said.agreeing.tolist() == [2, 1]
    assert said.models == 2


def test_one_model_agrees_with_itself():
    said = votes.together([ONE])
    np.testing.assert_array_equal(said.low, said.high)
    assert said.agreeing.tolist() == [1, 1]


def test_a_share_of_counted_scans_has_wilsons_interval():
    # Newcombe, Two-sided confidence intervals for the single proportion (1998), table I.
    found = counted(81 / 263, 263)
    assert (found.low, found.high) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert counted(1.0, 10).high == pytest.approx(1.0)
    assert np.isnan(counted(float("nan"), 10).low)
