import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.plateaus.arrays import Curves
from core.plateaus.plateau import (
    MIN_EPOCHS,
    MIN_PLATEAU,
    epochs_on,
    find_plateau,
    find_plateaus,
    noise_of,
)

SEEDS = 40


def noise(epochs, seed):
    return np.random.default_rng(seed).normal(size=epochs)


def ramp(epochs, until):
    """Falls in a straight line from 1 to 0, which it reaches in epoch `until`."""
    return np.maximum(0.0, 1 - np.arange(epochs) / until)


def found(curve, sigma, *, mode="min"):
    return [find_plateau(curve + sigma * noise(len(curve), s), mode=mode) for s in range(SEEDS)]


def starts_of(plateaus):
    return [plateau.start for plateau in plateaus if plateau.start is not None]


@pytest.mark.parametrize(("epochs", "until"), [(30, 15), (50, 20), (100, 50), (200, 160)])
def test_plateau_begins_where_a_straight_fall_ends(epochs, until):
    curve = ramp(epochs, until)
    starts = starts_of(found(curve, 0.02))
    assert len(starts) >= 0.9 * SEEDS
    # The last part of the fall, of about the noise, cannot be told from the plateau.
    assert curve[int(np.median(starts))] <= 3.5 * 0.02
    assert np.quantile(starts, 0.9) <= until + 4


def test_plateau_of_a_decay_begins_where_what_is_left_sinks_in_noise():
    starts = starts_of(found(np.exp(-np.arange(100) / 10), 0.01))
    left = np.exp(-np.median(starts) / 10)
    assert 0.01 <= left <= 0.03


def test_without_noise_the_start_is_exact():
    plateau = find_plateau(ramp(40, 20), mode="min")
    assert (plateau.state, plateau.start, plateau.epochs) == ("plateau", 20, 20)
    assert (plateau.level, plateau.noise) == (0.0, 0.0)


def test_accuracy_is_better_upwards():
    curve = 1 - ramp(60, 30) + 0.02 * noise(60, 1)
    up, down = find_plateau(curve, mode="max"), find_plateau(-curve, mode="min")
    assert up.start == down.start
    assert up.level == pytest.approx(1.0, abs=0.02)
    assert down.level == pytest.approx(-1.0, abs=0.02)


@pytest.mark.parametrize("sigma", [1e-6, 0.012, 300.0])
@pytest.mark.parametrize("epochs", [30, 120])
def test_noise_of_the_plateau_is_the_one_put_in(sigma, epochs):
    measured = [p.noise for p in found(sigma * 40 * ramp(epochs, epochs // 3), sigma)]
    assert np.median(measured) == pytest.approx(sigma, rel=0.15)


def test_noise_ignores_trend_wander_and_outliers():
    values = noise(2000, 0)
    assert noise_of(values) == pytest.approx(1.0, rel=0.06)
    assert noise_of(values + 0.5 * np.arange(2000)) == pytest.approx(1.0, rel=0.1)
    assert noise_of(values + 30 * np.sin(np.arange(2000) / 200)) == pytest.approx(1.0, rel=0.06)
    values[::50] += 100
    assert noise_of(values) == pytest.approx(1.0, rel=0.1)


def test_noise_of_an_accuracy_on_few_scans_is_not_zero():
    # One scan of 20 in every fourth epoch: more than half of the differences are 0.
    values = np.full(80, 0.8)
    values[::8] += 0.05
    assert np.median(np.abs(np.diff(values))) == 0
    assert 0.005 < noise_of(values) < 0.02


def test_flat_noise_seems_to_improve_in_few_curves_only():
    for epochs in (10, 20, 50, 200):
        plateaus = [find_plateau(noise(epochs, seed), mode="min") for seed in range(100)]
        assert sum(plateau.start == 0 for plateau in plateaus) >= 80


def test_curve_that_falls_to_its_end_has_no_plateau():
    plateaus = found(ramp(50, 50), 0.02)
    assert {plateau.state for plateau in plateaus} == {"improving"}
    assert {(plateau.start, plateau.epochs, plateau.level) for plateau in plateaus} == {
        (None, 0, None)
    }
    assert np.median([plateau.noise for plateau in plateaus]) == pytest.approx(0.02, rel=0.2)


def test_slow_fall_is_mostly_seen_though_each_epoch_hides_it():
    # Eight times the noise in 50 epochs.
    states = [plateau.state for plateau in found(8 * ramp(50, 50), 1.0)]
    assert states.count("improving") >= 0.6 * SEEDS


def test_curve_that_overfits_has_its_plateau_before_and_worsens():
    epochs = np.arange(60)
    curve = ramp(60, 20) + np.maximum(0, (epochs - 30) / 60)
    plateaus = found(curve, 0.03)
    assert all(plateau.worsens for plateau in plateaus)
    assert 14 <= np.median(starts_of(plateaus)) <= 22


def test_flat_curve_worsens_rarely():
    assert sum(plateau.worsens for plateau in found(ramp(60, 20), 0.03)) <= 0.1 * SEEDS


def test_last_of_two_steps_counts():
    # As where a reduced rate brings a second descent.
    curve = np.repeat([1.0, 0.5], [30, 30])
    starts = starts_of(found(curve, 0.02))
    assert len(starts) >= 0.9 * SEEDS
    assert np.median(starts) == 30


def test_single_bad_epoch_is_no_step_to_improve_on():
    curve = ramp(60, 20) + 0.02 * noise(60, 3)
    expected = find_plateau(curve, mode="min")
    curve[45] += 5.0
    plateau = find_plateau(curve, mode="min")
    assert plateau.start == expected.start
    assert plateau.noise == pytest.approx(expected.noise, rel=0.2)


def test_few_numbers_are_too_few():
    values = np.zeros(MIN_EPOCHS)
    assert find_plateau(values, mode="min").state == "plateau"
    values[3] = np.nan
    plateau = find_plateau(values, mode="min")
    assert (plateau.state, plateau.noise, plateau.start) == ("short", None, None)


def test_gaps_and_nan_keep_the_epochs_numbers():
    curve = ramp(40, 20)
    sparse = np.repeat(curve, 2)
    present = np.tile([True, False], 40)
    sparse[~present] = 9.0
    assert find_plateau(sparse, present, mode="min").start == 40
    sparse[~present] = np.nan
    assert find_plateau(sparse, mode="min").start == 40


def test_plateau_shorter_than_the_least_is_none():
    assert find_plateau(ramp(20 + MIN_PLATEAU, 20), mode="min").start == 20
    assert find_plateau(ramp(20 + MIN_PLATEAU - 1, 20), mode="min").state == "improving"


def test_epochs_on_a_plateau_are_those_behind_its_first():
    assert epochs_on(find_plateau(ramp(30, 20), mode="min")).tolist() == list(range(21, 30))
    assert epochs_on(find_plateau(ramp(20, 20), mode="min")).size == 0


def test_each_curve_is_looked_at_by_itself():
    rows = np.stack([ramp(40, 10), ramp(40, 30)])
    assert [plateau.start for plateau in find_plateaus(Curves.of(rows), mode="min")] == [10, 30]


curves = arrays(
    np.float64,
    st.integers(1, 60),
    elements=st.floats(width=32) | st.sampled_from([0.5, 0.75, np.nan, np.inf, 1e30]),
)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(curves, st.sampled_from(["min", "max"]))
def test_any_curve_has_an_answer_that_fits_it(values, mode):
    plateau = find_plateau(values, mode=mode)
    finite = values[np.isfinite(values)]
    assert (plateau.state == "short") == (len(finite) < MIN_EPOCHS)
    assert (plateau.start is not None) == (plateau.state == "plateau")
    if plateau.noise is not None:
        assert 0 <= plateau.noise <= 4 * np.abs(finite).max()
    if plateau.start is not None:
        assert plateau.start + plateau.epochs == len(values)
        assert np.isfinite(values[plateau.start :]).sum() >= MIN_PLATEAU
        assert finite.min() <= plateau.level <= finite.max()


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.integers(0, 10**6), st.integers(-10, 10))
def test_units_do_not_matter(seed, exponent):
    curve = ramp(50, 20) + 0.03 * noise(50, seed)
    plateau = find_plateau(curve, mode="min")
    scaled = find_plateau(curve * 2.0**exponent, mode="min")
    assert (scaled.state, scaled.start) == (plateau.state, plateau.start)
    assert scaled.noise == pytest.approx(plateau.noise * 2.0**exponent)
