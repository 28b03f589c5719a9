"""Whether a difference is more than the noise between seeds."""

import math

import numpy as np
import pytest
from scipy import stats

from core.charts.compare.lines import lines_of
from core.charts.compare.seeds import Spread, contrast, contrasts_with, sentence, spread_of

NOISY = np.random.default_rng(0).normal(size=(2, 6))


def spread(name, values, seeds=None):
    return Spread(name, dict(zip(seeds or range(len(values)), values, strict=True)))


def test_a_line_is_told_by_mean_and_deviation_of_its_best_values(stored):
    histories = stored(
        {"values": (0.5, 0.9), "seed": 0},
        {"values": (0.8, 0.7), "seed": 1},
        {"values": (math.nan, math.nan), "seed": 2},
    )
    found = spread_of(lines_of(histories, by_seed=True)[0], "val_accuracy")
    assert found.values == {0: 0.9, 1: 0.8}
    assert found.text == "0.8500 ± 0.0707"


def test_one_seed_has_no_deviation():
    assert spread("one", [0.9]).text == "0.9000"
    assert spread("one", [0.9]).deviation is None


def test_matching_seeds_are_paired_as_scipy_pairs_them():
    found = contrast(spread("a", NOISY[0]), spread("b", NOISY[1]))
    expected = stats.ttest_rel(*NOISY).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx(tuple(expected))
    assert found.pairs == 6


def test_other_seeds_are_held_apart_as_welch_does():
    one, other = NOISY[0][:4], NOISY[1]
    found = contrast(spread("a", one, range(10, 14)), spread("b", other))
    expected = stats.ttest_ind(one, other, equal_var=False).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx(tuple(expected))
    assert found.pairs == 0


def test_several_comparisons_share_the_false_alarms():
    spreads = [spread(name, NOISY[0] * factor) for factor, name in enumerate("abc", 1)]
    first, *others = spreads
    wide = contrasts_with(first, others)[0]
    narrow = contrast(others[0], first)
    assert wide.high - wide.low > narrow.high - narrow.low


def test_a_single_seed_cannot_be_compared():
    assert contrast(spread("a", [0.9]), spread("b", [0.5, 0.6])) is None
    assert contrasts_with(spread("b", [0.5, 0.6]), [spread("a", [0.9])]) == []


def test_a_steady_lead_is_more_than_noise_and_says_which_way():
    better = spread("a", [0.91, 0.95, 0.93])
    found = contrast(better, spread("b", [0.81, 0.851, 0.829]))
    said = sentence(found, "val_accuracy")
    assert found.exceeds_noise
    assert "“a” came out 0.1000 better in val_accuracy than “b”: more than the noise" in said
    assert "paired by 3 seeds" in said
    assert "0.1000 worse in val_loss" in sentence(found, "val_loss")


def test_a_lead_within_the_noise_may_mean_nothing():
    found = contrast(spread("a", [0.91, 0.80]), spread("b", [0.85, 0.84]))
    assert not found.exceeds_noise
    assert sentence(found, "val_accuracy").endswith("It may mean nothing.")


@pytest.mark.parametrize("other", [(0.9100, 0.9025), (0.9125, 0.9050)])
def test_seeds_that_agree_by_chance_prove_nothing(other):
    for kind in (np.float64, np.float32):  # Keras's metrics are of the second.
        one, two = ([float(kind(v)) for v in values] for values in ((0.9150, 0.9075), other))
        found = contrast(spread("a", one), spread("b", two))
        assert found.difference == pytest.approx(0.9150 - other[0], rel=1e-3)
        assert not found.exceeds_noise
        assert "the same for every seed" in sentence(found, "val_accuracy")


@pytest.mark.parametrize("values", [[0.9, 0.9], [0.91, 0.7, 0.83]])
def test_equal_values_are_neither_better_nor_worse(values):
    backwards = list(range(len(values)))[::-1]  # The same seeds, added up in another order.
    found = contrast(spread("a", values), spread("b", values[::-1], backwards))
    assert not found.exceeds_noise
    assert sentence(found, "val_accuracy") == (
        "“a” and “b” came out the same in val_accuracy for every seed: on these runs, what tells "
        "their settings apart makes no difference to it."
    )


def test_seeds_that_differ_and_average_alike_are_neither_better_nor_worse():
    found = contrast(spread("a", [0.5, 0.75]), spread("b", [0.75, 0.5]))
    said = sentence(found, "val_accuracy")
    assert "came out the same in val_accuracy on average; single seeds differ" in said
    assert "paired by 2 seeds" in said
