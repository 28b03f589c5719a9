"""A heat map against the true lesion."""

import numpy as np
import pytest

from core.evaluation import overlap

MASK = np.zeros((8, 8), bool)
MASK[2:4, 2:6] = True


def test_heat_in_the_lesion_alone_overlaps_all_of_it():
    found = overlap.of(MASK.astype(np.float32), MASK)
    assert (found.inside, found.iou) == (1.0, 1.0)
    assert found.by_chance == MASK.mean()


def test_heat_elsewhere_overlaps_nothing():
    found = overlap.of((~MASK).astype(np.float32), MASK)
    assert (found.inside, found.iou) == (0.0, 0.0)


def test_heat_spread_evenly_has_what_chance_has():
    found = overlap.of(np.ones((2, 2), np.float32), MASK)
    assert found.inside == pytest.approx(found.by_chance)
    assert found.iou == pytest.approx(MASK.mean())


def test_half_of_the_lesion_and_as_much_beside_it_is_a_third():
    heat = np.zeros((8, 8), np.float32)
    heat[2:4, 4:8] = 1
    found = overlap.of(heat, MASK)
    assert found.inside == pytest.approx(1 / 2)
    assert found.iou == pytest.approx(1 / 3)
