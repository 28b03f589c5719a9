"""Corners of EarlyStopping worked out by hand."""

import math

import numpy as np
import pytest

from core.plateaus.arrays import Curves
from core.plateaus.early_stopping import EarlyStoppingRule, EarlyStoppingSettings
from core.plateaus.early_stopping_replay import replay_early_stopping


def replay(curve, *, mode="min", semantics="keras-3.15", best=None, **parameters):
    """Replay one setting on one curve, None where the epoch has no metric."""
    values = [0.0 if value is None else value for value in curve]
    return replay_early_stopping(
        EarlyStoppingSettings.of(**parameters),
        Curves.of(values, [value is not None for value in curve]),
        mode=mode,
        semantics=semantics,
        best=best,
    )


def test_training_stops_when_wait_reaches_the_patience():
    one = replay([0.5, 0.4, 0.4, 0.4, 0.1], patience=2)
    assert one.stopped_epoch[0, 0] == 3
    assert one.epochs_run[0, 0] == 4
    assert one.wait[0, 0].tolist() == [0, 0, 1, 2, 2]
    assert one.stopped[0, 0].tolist() == [False, False, False, True, False]


def test_epochs_after_the_stop_are_not_run_and_change_nothing():
    one = replay([0.5, 0.6, 0.1, 0.05], patience=1)
    assert one.ran[0, 0].tolist() == [True, True, False, False]
    assert one.best[0, 0].tolist() == [0.5] * 4
    assert one.best_epoch[0, 0].tolist() == [0] * 4
    assert not one.improved[0, 0, 2:].any()


@pytest.mark.parametrize("patience", [-1, 0, 1])
def test_patience_0_and_less_act_as_1(patience):
    assert replay([0.5, 0.5, 0.5], patience=patience).stopped_epoch[0, 0] == 1


def test_without_a_stop_stopped_epoch_stays_0():
    one = replay([0.5, 0.4, 0.3], patience=1)
    assert one.stopped_epoch[0, 0] == 0
    assert one.epochs_run[0, 0] == 3


def test_no_training_stops_in_its_first_epoch():
    one = replay([0.5, 0.5], patience=1, semantics="keras-3.11", best=0.1)
    assert one.wait[0, 0].tolist() == [1, 2]
    assert one.stopped_epoch[0, 0] == 1


def test_epochs_before_start_from_epoch_are_never_candidates_for_best():
    one = replay([0.1, 0.2, 0.5, 0.6], patience=1, start_from_epoch=2, restore_best_weights=True)
    assert one.wait[0, 0].tolist() == [0, 0, 0, 1]
    assert np.isnan(one.best[0, 0, 1])
    assert one.best_epoch[0, 0].tolist() == [0, 0, 2, 2]
    assert one.restored_epoch[0, 0] == 2


def test_an_improvement_below_the_baseline_does_not_restart_wait():
    one = replay([0.5, 0.4, 0.3, 0.3, 0.2], patience=2, baseline=0.1)
    assert one.wait[0, 0].tolist() == [1, 2, 3, 4, 4]
    assert one.stopped_epoch[0, 0] == 3


def test_beating_the_baseline_restarts_wait():
    one = replay([0.5, 0.05, 0.05, 0.05], patience=3, baseline=0.1)
    assert one.wait[0, 0].tolist() == [1, 0, 1, 2]


def test_the_baseline_has_to_be_beaten_by_min_delta_too():
    assert replay([0.05], baseline=0.1, min_delta=0.06).wait[0, 0].tolist() == [1]


def test_settings_with_and_without_a_baseline_stand_side_by_side():
    both = replay([0.5, 0.4], patience=9, baseline=[None, 0.1])
    assert both.wait[:, 0].tolist() == [[0, 0], [1, 2]]


def test_a_baseline_of_0_is_a_baseline():
    assert replay([0.5, 0.4], patience=9, baseline=0.0).wait[0, 0].tolist() == [1, 2]


def test_weights_are_restored_without_a_stop_too():
    one = replay([0.5, 0.3, 0.4], patience=9, restore_best_weights=True)
    assert one.restored_epoch[0, 0] == 1
    assert replay([0.5, 0.3, 0.4], patience=9).restored_epoch[0, 0] == -1


def test_a_nan_first_epoch_is_restored_as_best():
    one = replay([math.nan, 0.3, 0.2, 0.1], patience=3, restore_best_weights=True)
    assert one.stopped_epoch[0, 0] == 3
    assert one.restored_epoch[0, 0] == 0


def test_an_epoch_without_the_metric_is_not_counted():
    one = replay([0.5, None, 0.5, None, 0.5], patience=2)
    assert one.wait[0, 0].tolist() == [0, 0, 1, 1, 2]
    assert one.stopped_epoch[0, 0] == 4


def test_a_training_without_the_metric_restores_nothing():
    one = replay([None, None], restore_best_weights=True)
    assert one.restored_epoch[0, 0] == -1


def test_with_a_stale_best_the_first_weights_are_those_restored():
    one = replay(
        [0.5, 0.4], patience=9, restore_best_weights=True, semantics="keras-3.11", best=0.1
    )
    assert not one.improved.any()
    assert one.restored_epoch[0, 0] == 0


def test_3_10_is_3_15():
    curve = [math.nan, 0.5, 0.4, 0.5, 0.5]
    old, new = replay(curve, patience=3, semantics="keras-3.10"), replay(curve, patience=3)
    np.testing.assert_array_equal(old.wait, new.wait)
    assert old.stopped_epoch[0, 0] == new.stopped_epoch[0, 0] == 3


def test_pytorch_has_none():
    with pytest.raises(ValueError, match="PyTorch has no EarlyStopping"):
        replay([0.5], semantics="pytorch")


def test_settings_cross_curves():
    curves = Curves.of([[0.5, 0.5, 0.5, 0.5], [0.5, 0.4, 0.4, 0.3]])
    both = replay_early_stopping(EarlyStoppingSettings.of(patience=[1, 2, 9]), curves, mode="min")
    assert both.stopped_epoch.tolist() == [[1, 2], [2, 0], [0, 0]]
    assert both.epochs_run.tolist() == [[2, 3], [3, 4], [4, 4]]


def test_stepping_through_a_curve_is_the_replay():
    values = [0.5, 0.4, math.nan, 0.45, 0.2]
    parameters = EarlyStoppingSettings.of(patience=[1, 2, 3], min_delta=[0.0, 0.2, 0.0])
    rule = EarlyStoppingRule(parameters, 1, mode="min")
    full = replay_early_stopping(parameters, Curves.of(values), mode="min")
    for epoch, value in enumerate(values):
        stopped = rule.step(epoch, np.array([[value]]))
        np.testing.assert_array_equal(stopped[0], full.stopped[:, 0, epoch])
        np.testing.assert_array_equal(rule.wait[0], full.wait[:, 0, epoch])
    np.testing.assert_array_equal(rule.stopped_epoch.T, full.stopped_epoch)
