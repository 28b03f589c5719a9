import math

import pytest

from core.plateaus.arrays import Curves
from core.plateaus.checkpoint import replay_model_checkpoint


def saved(curve, *, mode="min", **parameters):
    """The epochs saved on one curve, None where the epoch has no metric."""
    values = [0.0 if value is None else value for value in curve]
    curves = Curves.of(values, [value is not None for value in curve])
    return (
        replay_model_checkpoint(curves, mode=mode, **parameters).saved[0, 0].nonzero()[0].tolist()
    )


def test_the_first_epoch_and_each_better_one_are_saved():
    assert saved([0.5, 0.6, 0.4, 0.4, 0.3]) == [0, 2, 4]
    assert saved([0.5, 0.6, 0.4, 0.7], mode="max") == [0, 1, 3]


def test_an_epoch_without_the_metric_is_saved_and_leaves_the_best():
    assert saved([0.5, None, 0.4, 0.45]) == [0, 1, 2]


def test_the_threshold_protects_a_better_model_saved_before():
    assert saved([0.5, 0.4, 0.2], initial_value_threshold=0.3) == [2]


def test_each_curve_may_start_from_its_own_threshold():
    curves = Curves.of([[0.5, 0.2], [0.5, 0.2]])
    replay = replay_model_checkpoint(curves, mode="min", initial_value_threshold=[0.6, 0.1])
    assert replay.saved[0].tolist() == [[True, True], [False, False]]


def test_a_nan_first_epoch_is_saved_and_nothing_after_it():
    assert saved([math.nan, 0.3, 0.1]) == [0]


def test_3_10_saves_over_a_nan_first_epoch():
    assert saved([math.nan, 0.3, 0.1], semantics="keras-3.10") == [1, 2]


def test_a_nan_threshold_lets_nothing_through():
    assert saved([0.3, 0.1], initial_value_threshold=math.nan) == []


def test_3_10_tells_float64_apart():
    curve = [0.5, 0.5 - 1e-9]
    assert saved(curve, semantics="keras-3.10") == [0, 1]
    assert saved(curve) == [0]


def test_pytorch_has_none():
    with pytest.raises(ValueError, match="PyTorch has no ModelCheckpoint"):
        saved([0.5], semantics="pytorch")
