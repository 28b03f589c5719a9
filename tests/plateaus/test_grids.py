import numpy as np
import pytest

from core.plateaus.advice import advise
from core.plateaus.arrays import Curves
from core.plateaus.grids import cooldowns_of, min_deltas_of, patiences_of

DRAW = np.random.default_rng(0)
RESTING = Curves.of(np.exp(-np.arange(60) / 6) + 0.01 * DRAW.standard_normal(60))


def evidence_of(curves, **own):
    return advise(curves, monitor="val_loss", mode="min", **own).evidence


def test_patiences_are_shorter_than_the_curve_and_hold_the_advice():
    evidence = evidence_of(RESTING, patience=37)
    patiences = patiences_of(evidence)
    assert patiences == tuple(sorted(set(patiences)))
    assert {1, 37, evidence.reduction.patience, evidence.stopping.patience} <= set(patiences)
    assert patiences[-1] < 60


def test_min_deltas_reach_from_far_below_the_noise_to_far_above_it():
    evidence = evidence_of(RESTING, min_delta=0.00042)
    min_deltas = min_deltas_of(evidence, RESTING)
    assert min_deltas[0] == 0
    assert min_deltas[1] < evidence.noise / 20
    assert min_deltas[-1] > evidence.noise * 20
    assert {0.00042, evidence.reduction.min_delta} <= set(min_deltas)


@pytest.mark.parametrize("values", [[0.5] * 30, [0.5, 0.4, 0.2], [np.nan] * 12, [0.0]])
def test_a_curve_without_noise_still_has_a_map(values):
    curves = Curves.of(values)
    evidence = evidence_of(curves)
    min_deltas = min_deltas_of(evidence, curves)
    assert len(min_deltas) > 10
    assert all(np.isfinite(min_deltas))
    assert cooldowns_of(evidence)[0] == 0
    assert all(1 <= patience < len(values) for patience in patiences_of(evidence))
