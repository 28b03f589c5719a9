"""What is far from everything known is told from what is near."""

import numpy as np

from core.evaluation import familiarity
from core.evaluation.familiarity import UNFAMILIAR

KNOWN = np.random.default_rng(0).normal(size=(400, 8)).astype(np.float32)


def test_scans_of_the_same_kind_are_familiar():
    more = np.random.default_rng(1).normal(size=(1000, 8)).astype(np.float32)
    assert (familiarity.of(KNOWN).as_far(more) < UNFAMILIAR).mean() < 0.03


def test_a_scan_of_another_kind_is_not():
    assert familiarity.of(KNOWN).as_far(np.full((1, 8), 9, np.float32))[0] == 0


def test_a_feature_on_a_larger_scale_does_not_drown_the_others():
    scale = np.array([1e4, *[1] * 7], np.float32)
    strange = np.array([[0, 9, 9, 9, 9, 9, 9, 9]], np.float32)
    assert familiarity.of(KNOWN * scale).as_far(strange)[0] == 0


def test_distances_are_those_of_the_nearest_neighbours():
    known = np.array([[0.0], [1], [2], [10]], np.float32)
    found = familiarity._to_neighbours(known, known, own=True)
    # With four scans there are three neighbours: of 0 they lie 1, 2 and 10 away.
    np.testing.assert_allclose(found, [13 / 3, 11 / 3, 11 / 3, 27 / 3], rtol=1e-5)


def test_a_feature_that_never_changes_and_a_single_scan_do_no_harm():
    alone = familiarity.of(np.zeros((1, 3), np.float32))
    assert alone.as_far(np.ones((1, 3), np.float32)).shape == (1,)
