"""Distances between scans in the space of a model's features."""

import numpy as np
import pytest

from core.evaluation import familiarity
from core.evaluation.familiarity import NEIGHBOURS, UNFAMILIAR


@pytest.fixture
def known():
    return np.random.default_rng(0).normal(size=(400, 8)).astype(np.float32)


def test_scans_like_the_known_ones_are_familiar(known):
    like = np.random.default_rng(1).normal(size=(400, 8)).astype(np.float32)
    shares = familiarity.of(known).as_far(like)
    # Drawn from the same distribution, the share is close to evenly spread.
    assert 0.4 < shares.mean() < 0.6
    assert (shares < UNFAMILIAR).mean() < 0.05


def test_scans_far_out_are_unfamiliar(known):
    assert (familiarity.of(known).as_far(known[:5] + 20) == 0).all()


def test_the_distance_is_the_mean_to_the_nearest_as_computed_one_by_one(known):
    few, one = known[:50], known[60]
    found = familiarity.of(few)
    scaled = few / few.std(axis=0)

    def distance(point, others):
        return np.sort(np.linalg.norm(others - point, axis=1))[:NEIGHBOURS].mean()

    usual = [distance(scaled[i], np.delete(scaled, i, axis=0)) for i in range(50)]
    np.testing.assert_allclose(found.usual, np.sort(usual), rtol=1e-3)
    share = np.mean(np.array(usual) >= distance(one / few.std(axis=0), scaled))
    assert found.as_far(one[np.newaxis])[0] == pytest.approx(share, abs=1e-6)


def test_a_feature_that_never_changes_does_no_harm(known):
    known[:, 3] = 7
    assert np.isfinite(familiarity.of(known).as_far(known[:4])).all()


@pytest.mark.parametrize("count", [1, 2])
def test_hardly_any_known_scans_do_no_harm(known, count):
    assert np.isfinite(familiarity.of(known[:count]).as_far(known[:4])).all()
