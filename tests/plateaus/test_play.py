"""The playground's dials simulated; the presets hold what their sentences promise."""

import numpy as np
import pytest

from core.plateaus.outcomes import outcomes_of
from core.plateaus.play import MAP_FACTORS, MAP_PATIENCES, map_final_loss, play
from core.specs.playground import defaults, shown_letters
from core.specs.playground_presets import PLAYGROUND_PRESETS


def outcomes(values):
    letters = shown_letters(values)
    return {outcome.letter: outcome for outcome in outcomes_of(play(values, letters), letters)}


def preset(name):
    return outcomes(PLAYGROUND_PRESETS[name].dials())


def test_of_constant_rates_the_highest_falls_first_and_is_stuck_highest():
    a, b, c = preset("Constant rate").values()
    assert a.loss_band.middle[0] < b.loss_band.middle[0] < c.loss_band.middle[0]
    assert a.end_loss > b.end_loss > c.end_loss


def test_halving_on_a_plateau_ends_below_both_constant_rates():
    a, b, c = preset("Factor 0.5").values()
    assert b.end_loss < min(a.end_loss, c.end_loss)
    losses = [floor.loss for floor in b.floors[:3]]
    assert losses == sorted(losses, reverse=True)


def test_a_tenth_freezes_the_training_above_where_a_half_ends():
    a, b, c = preset("Factor 0.1").values()
    assert b.end_loss < c.end_loss < a.end_loss
    assert c.share_lost(70, 99) < 0.02


def test_of_three_patiences_the_smallest_uses_its_rate_up_first():
    a, b, c = preset("Too small a patience").values()
    assert a.end_loss > b.end_loss > c.end_loss
    assert a.end_rate < b.end_rate < c.end_rate


def test_stopping_before_the_reduction_can_help_ends_higher():
    a, b, c = preset("Stopped too early").values()
    assert a.drawn_epochs < b.drawn_epochs <= c.drawn_epochs == 100
    assert a.end_loss > b.end_loss >= c.end_loss


def test_a_callback_that_is_switched_off_does_nothing():
    values = defaults() | {
        "B": True,
        "B.ReduceLROnPlateau.patience": 1,
        "B.EarlyStopping.patience": 1,
        "B.EarlyStopping.restore_best_weights": True,
    }
    run = play(values, ("A", "B"), seeds=3)
    np.testing.assert_array_equal(run.val_loss[0], run.val_loss[1])
    np.testing.assert_array_equal(run.kept_epoch, 99)


@pytest.mark.parametrize(
    ("dial", "value"),
    [
        ("gradient_noise", 0.3),
        ("condition_number", 100.0),
        ("dimensions", 4),
        ("optimizer", "adam"),
        ("measurement_noise", 0.2),
        ("A.learning_rate", 0.1),
    ],
)
def test_every_dial_of_the_training_changes_it(dial, value):
    before, after = (
        play(values, ("A",), seeds=2) for values in (defaults(), {**defaults(), dial: value})
    )
    assert (before.val_loss != after.val_loss).any()


def test_a_cell_of_the_map_is_what_the_setting_ends_at():
    values = defaults() | {
        "C.learning_rate": 0.2,
        "C.ReduceLROnPlateau.cooldown": 3,
        "C.EarlyStopping": True,
        "C.EarlyStopping.restore_best_weights": True,
    }
    losses = map_final_loss(values, "C", seeds=5)
    assert losses.shape == (len(MAP_PATIENCES), len(MAP_FACTORS))
    set_so = values | {
        "C.ReduceLROnPlateau": True,
        "C.ReduceLROnPlateau.patience": MAP_PATIENCES[4],
        "C.ReduceLROnPlateau.factor": MAP_FACTORS[2],
    }
    assert losses[4, 2] == np.median(play(set_so, ("C",), seeds=5).final_loss)


def test_a_map_of_a_rate_that_is_too_high_is_infinite_and_not_nan():
    losses = map_final_loss(defaults() | {"A.learning_rate": 2.5}, "A", seeds=2)
    assert np.isposinf(losses[-1, -1])
    assert not np.isnan(losses).any()
