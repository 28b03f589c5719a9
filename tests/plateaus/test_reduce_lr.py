"""Corners of ReduceLROnPlateau worked out by hand."""

import math

import numpy as np
import pytest

from core.plateaus.arrays import Curves
from core.plateaus.reduce_lr import ReduceLROnPlateauRule, ReduceLROnPlateauSettings
from core.plateaus.reduce_lr_replay import (
    replay_reduce_lr_on_plateau,
    summarise_reduce_lr_on_plateau,
)

FLAT = [0.5] * 9


def replay(
    curve, *, mode="min", learning_rate=0.1, semantics="keras-3.15", best=None, **parameters
):
    """Replay one setting on one curve, None where the epoch has no metric."""
    values = [0.0 if value is None else value for value in curve]
    return replay_reduce_lr_on_plateau(
        ReduceLROnPlateauSettings.of(**parameters),
        Curves.of(values, [value is not None for value in curve]),
        learning_rate=learning_rate,
        mode=mode,
        semantics=semantics,
        best=best,
    )


def reductions(curve, **parameters):
    return np.flatnonzero(replay(curve, **parameters).reduced[0, 0]).tolist()


def test_wait_counts_up_and_starts_again_at_a_reduction():
    one = replay(FLAT, patience=3)
    assert one.wait[0, 0].tolist() == [0, 1, 2, 0, 1, 2, 0, 1, 2]
    assert np.flatnonzero(one.reduced[0, 0]).tolist() == [3, 6]


def test_patience_0_acts_as_1():
    assert reductions(FLAT[:4], patience=0) == reductions(FLAT[:4], patience=1) == [1, 2, 3]


def test_cooldown_1_acts_as_0():
    assert reductions(FLAT, patience=2, cooldown=0) == [2, 4, 6, 8]
    assert reductions(FLAT, patience=2, cooldown=1) == [2, 4, 6, 8]


def test_cooldown_2_delays_each_reduction_by_an_epoch():
    one = replay(FLAT, patience=2, cooldown=2)
    assert np.flatnonzero(one.reduced[0, 0]).tolist() == [2, 5, 8]
    assert one.cooldown_counter[0, 0].tolist() == [0, 0, 2, 1, 0, 2, 1, 0, 2]
    assert one.wait[0, 0].tolist() == [0, 1, 0, 0, 1, 0, 0, 1, 0]


def test_the_cooldown_goes_on_over_an_improvement():
    one = replay([0.5, 0.5, 0.4, 0.4, 0.4, 0.4], patience=1, cooldown=4)
    assert one.cooldown_counter[0, 0].tolist() == [0, 4, 3, 2, 1, 4]
    assert one.best[0, 0].tolist() == [0.5, 0.5, 0.4, 0.4, 0.4, 0.4]
    assert np.flatnonzero(one.reduced[0, 0]).tolist() == [1, 5]


def test_a_negative_cooldown_stays_as_it_is():
    one = replay(FLAT[:4], patience=2, cooldown=-3)
    assert one.cooldown_counter[0, 0].tolist() == [0, 0, -3, -3]
    assert np.flatnonzero(one.reduced[0, 0]).tolist() == [2]


def test_a_drop_in_the_last_epoch_is_still_reported():
    one = replay([0.5, 0.5, 0.5], patience=2, factor=0.5)
    assert one.learning_rate[0, 0].tolist() == [np.float32(0.1)] * 3
    assert one.learning_rate_after[0, 0, -1] == np.float32(0.05)


def test_the_rate_is_multiplied_in_float64_and_stored_in_float32():
    one = replay([0.5, 0.5, 0.5], patience=1, factor=0.3)
    first = np.float32(float(np.float32(0.1)) * 0.3)
    assert one.learning_rate_after.dtype == np.float32
    assert one.learning_rate_after[0, 0].tolist() == [
        np.float32(0.1),
        first,
        np.float32(float(first) * 0.3),
    ]


def test_at_min_lr_wait_keeps_growing_and_no_cooldown_starts():
    one = replay(FLAT[:6], patience=2, factor=0.1, min_lr=0.05, cooldown=3)
    assert one.learning_rate_after[0, 0].tolist() == [np.float32(0.1)] * 2 + [np.float32(0.05)] * 4
    assert one.wait[0, 0].tolist() == [0, 1, 0, 0, 0, 1]
    at_the_floor = replay(FLAT[:5], patience=2, min_lr=0.1)
    assert at_the_floor.wait[0, 0].tolist() == [0, 1, 2, 3, 4]
    assert not at_the_floor.reduced.any()
    assert not at_the_floor.cooldown_counter.any()


def test_a_factor_of_0_or_less_sets_the_rate_to_0():
    for factor in (0.0, -2.0):
        one = replay(FLAT[:4], patience=1, factor=factor)
        assert one.learning_rate_after[0, 0].tolist() == [np.float32(0.1), 0, 0, 0]


def test_a_nan_first_epoch_is_never_beaten():
    one = replay([math.nan, 0.4, 0.3, 0.2], patience=2)
    assert one.wait[0, 0].tolist() == [0, 1, 0, 1]
    assert np.isnan(one.best).all()


def test_a_later_nan_is_no_improvement_and_leaves_the_best():
    one = replay([0.5, math.nan, 0.4], patience=5)
    assert one.wait[0, 0].tolist() == [0, 1, 0]
    assert one.best[0, 0].tolist() == [0.5, 0.5, 0.4]


def test_infinity_is_beaten_by_any_number_but_not_by_itself():
    one = replay([math.inf, math.inf, 1e30, -math.inf, -math.inf], patience=9)
    assert one.improved[0, 0].tolist() == [True, False, True, True, False]


def test_a_tie_is_no_improvement():
    assert replay([0.5, 0.5], min_delta=0.0).improved[0, 0].tolist() == [True, False]


def test_the_next_float32_is_an_improvement_and_less_than_that_is_not():
    below = float(np.nextafter(np.float32(0.5), np.float32(0)))
    between = 0.5 - 1e-9
    assert between < 0.5
    assert replay([0.5, below], min_delta=0.0).improved[0, 0, 1]
    assert not replay([0.5, between], min_delta=0.0).improved[0, 0, 1]


def test_the_margin_is_added_before_the_rounding_to_float32():
    value, best, margin = (float(np.float32(number)) for number in (0.7, 0.8, 0.1))
    # In float64 the sum stays below the best by 9e-9; the nearest float32 is the best itself.
    assert value + margin < best
    assert np.float32(value + margin) == np.float32(best)
    assert not replay([best, value], min_delta=margin).improved[0, 0, 1]


def test_a_negative_min_delta_counts_by_its_size():
    assert not replay([0.5, 0.45], min_delta=-0.1).improved[0, 0, 1]
    assert replay([0.5, 0.35], min_delta=-0.1).improved[0, 0, 1]


def test_subnormal_numbers_compare_as_zero():
    assert not replay([1e-40, 0.0, -1e-40], min_delta=0.0).improved[0, 0, 1:].any()


def test_max_is_min_upside_down():
    values = [0.5, 0.4, 0.6, math.nan, 0.6001, 0.3, 0.2, math.inf, -math.inf]
    up = replay(values, mode="max", patience=1, cooldown=2)
    down = replay([-value for value in values], mode="min", patience=1, cooldown=2)
    np.testing.assert_array_equal(up.wait, down.wait)
    np.testing.assert_array_equal(up.best, -down.best)
    np.testing.assert_array_equal(up.learning_rate_after, down.learning_rate_after)


def test_an_epoch_without_the_metric_changes_nothing():
    one = replay([0.5, None, 0.5, None, 0.5, None], patience=2, cooldown=3)
    assert one.wait[0, 0].tolist() == [0, 0, 1, 1, 0, 0]
    assert one.cooldown_counter[0, 0].tolist() == [0, 0, 0, 0, 3, 3]
    assert np.flatnonzero(one.reduced[0, 0]).tolist() == [4]


def test_before_the_first_value_there_is_no_best():
    one = replay([None, 0.5], patience=1)
    assert np.isnan(one.best[0, 0, 0])
    assert one.improved[0, 0].tolist() == [False, True]


def test_settings_cross_curves():
    curves = Curves.of([FLAT, list(np.linspace(1, 0, 9))])
    both = replay_reduce_lr_on_plateau(
        ReduceLROnPlateauSettings.of(patience=[1, 2, 9]), curves, learning_rate=0.1, mode="min"
    )
    assert both.reduced.shape == (3, 2, 9)
    assert both.reduced.sum(axis=-1).tolist() == [[8, 0], [4, 0], [0, 0]]


def test_each_setting_may_start_from_its_own_rate():
    one = replay_reduce_lr_on_plateau(
        ReduceLROnPlateauSettings.of(patience=[1, 1], factor=0.5),
        Curves.of([0.5, 0.5]),
        learning_rate=[0.1, 0.4],
        mode="min",
    )
    assert one.learning_rate_after[:, 0, -1].tolist() == [np.float32(0.05), np.float32(0.2)]


def test_the_summary_says_what_remains_of_the_replay():
    generator = np.random.default_rng(0)
    grid = ReduceLROnPlateauSettings.of(
        patience=generator.integers(0, 5, 40_000),
        min_delta=generator.uniform(0, 0.1, 40_000),
        cooldown=generator.integers(0, 4, 40_000),
        factor=generator.uniform(0.1, 0.9, 40_000),
        min_lr=generator.uniform(0, 0.05, 40_000),
    )
    curves = Curves.of(generator.random((2, 12)), generator.random((2, 12)) < 0.9)
    summary = summarise_reduce_lr_on_plateau(grid, curves, learning_rate=0.1, mode="min")
    full = replay_reduce_lr_on_plateau(grid, curves, learning_rate=0.1, mode="min")
    np.testing.assert_array_equal(summary.learning_rate, full.learning_rate_after[..., -1])
    np.testing.assert_array_equal(summary.reductions, full.reduced.sum(axis=-1))
    first = np.where(full.reduced.any(axis=-1), full.reduced.argmax(axis=-1), -1)
    np.testing.assert_array_equal(summary.first_reduced_epoch, first)


def test_settings_do_not_depend_on_their_neighbours():
    curves = Curves.of(np.random.default_rng(1).random((3, 20)))
    grid = ReduceLROnPlateauSettings.of(patience=[1, 2, 3, 4], cooldown=[0, 3, 2, 1])
    together = replay_reduce_lr_on_plateau(grid, curves, learning_rate=0.1, mode="max")
    for setting in range(4):
        alone = replay_reduce_lr_on_plateau(
            grid.part(slice(setting, setting + 1)), curves, learning_rate=0.1, mode="max"
        )
        np.testing.assert_array_equal(alone.wait[0], together.wait[setting])
        np.testing.assert_array_equal(
            alone.learning_rate_after[0], together.learning_rate_after[setting]
        )


def test_a_factor_of_1_is_refused_with_a_way_out():
    with pytest.raises(ValueError, match=r"`factor` must be less than 1, got 1\.0.*constant rate"):
        ReduceLROnPlateauSettings.of(factor=[0.1, 1.0])


# --- releases ----------------------------------------------------------------------------------


def test_from_3_11_to_3_14_a_reused_callback_keeps_its_stale_best():
    assert reductions([0.5, 0.4, 0.3], patience=2, semantics="keras-3.11", best=0.1) == [1]
    assert reductions([0.5, 0.4, 0.3], patience=2, semantics="keras-3.11") == []


def test_a_stale_best_is_refused_by_releases_that_forget_it():
    with pytest.raises(ValueError, match=r"`best` must be None under 'keras-3.15', got 0.1"):
        replay(FLAT, best=0.1)


def test_3_10_is_immune_to_a_nan_first_epoch():
    curve = [math.nan, 0.5, 0.4, 0.3, 0.2]
    assert reductions(curve, patience=2, semantics="keras-3.10") == []
    assert reductions(curve, patience=2) == [2, 4]


def test_3_10_compares_in_float64():
    curve = [0.5, 0.5 - 1e-9]
    assert replay(curve, min_delta=0.0, semantics="keras-3.10").improved[0, 0, 1]


def test_3_10_takes_min_delta_with_its_sign():
    assert replay([0.5, 0.55], min_delta=-0.1, semantics="keras-3.10").improved[0, 0, 1]


def test_pytorch_reduces_an_epoch_later():
    assert reductions(FLAT, patience=2) == [2, 4, 6, 8]
    assert reductions(FLAT, patience=2, semantics="pytorch") == [3, 6]


def test_pytorch_counts_every_epoch_of_the_cooldown():
    one = replay(FLAT, patience=1, cooldown=2, semantics="pytorch")
    assert np.flatnonzero(one.reduced[0, 0]).tolist() == [2, 6]
    assert one.cooldown_counter[0, 0].tolist() == [0, 0, 2, 1, 0, 0, 2, 1, 0]


def test_pytorch_takes_min_delta_for_a_share_of_the_best():
    relative = replay([100.0, 99.5, 98.0], min_delta=0.01, semantics="pytorch")
    absolute = replay(
        [100.0, 99.5, 98.0], min_delta=0.01, semantics="pytorch", threshold_mode="abs"
    )
    assert relative.improved[0, 0].tolist() == [True, False, True]
    assert absolute.improved[0, 0].tolist() == [True, True, True]


def test_pytorch_leaves_out_a_reduction_smaller_than_eps_and_starts_again():
    one = replay(FLAT[:5], patience=1, factor=0.5, learning_rate=1e-8, semantics="pytorch")
    assert not one.reduced.any()
    assert one.wait[0, 0].tolist() == [0, 1, 0, 1, 0]


def test_pytorch_keeps_the_rate_in_float64():
    one = replay(FLAT[:3], patience=0, factor=0.3, semantics="pytorch")
    assert one.learning_rate_after[0, 0].tolist() == [0.1, 0.1 * 0.3, 0.1 * 0.3 * 0.3]


def test_a_negative_patience_is_refused_under_pytorch():
    with pytest.raises(ValueError, match="`patience` must be 0 or more under PyTorch's rules"):
        replay(FLAT, patience=-1, semantics="pytorch")


# --- one step at a time ------------------------------------------------------------------------


def test_stepping_through_a_curve_is_the_replay():
    values = [0.5, 0.4, math.nan, 0.45, 0.44, 0.43, 0.2]
    parameters = ReduceLROnPlateauSettings.of(patience=[1, 2], cooldown=[2, 0])
    rule = ReduceLROnPlateauRule(parameters, 1, learning_rate=0.1, mode="min")
    full = replay_reduce_lr_on_plateau(parameters, Curves.of(values), learning_rate=0.1, mode="min")
    for epoch, value in enumerate(values):
        reduced = rule.step(np.array([[value]]))
        np.testing.assert_array_equal(reduced[0], full.reduced[:, 0, epoch])
        np.testing.assert_array_equal(rule.wait[0], full.wait[:, 0, epoch])
        np.testing.assert_array_equal(rule.best[0], full.best[:, 0, epoch])
        np.testing.assert_array_equal(rule.learning_rate[0], full.learning_rate_after[:, 0, epoch])
