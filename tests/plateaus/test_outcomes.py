import math

import numpy as np
import pytest

from core.plateaus.outcome_wording import (
    ends_told,
    floor_told,
    map_told,
    name_told,
    progress_told,
    reductions_told,
)
from core.plateaus.outcomes import outcomes_of
from core.plateaus.play import play
from core.plateaus.simulate import Simulation
from core.specs.playground import defaults, shown_letters
from core.specs.playground_presets import PLAYGROUND_PRESETS


def played(**dials):
    values = defaults() | {name.replace("__", "."): value for name, value in dials.items()}
    letters = shown_letters(values)
    return outcomes_of(play(values, letters, seeds=8), letters)


def by_hand(losses, rates, *, stopped=None, kept=None):
    """One setting whose seeds are the rows."""
    losses, rates = np.array([losses], dtype=float), np.array([rates], dtype=np.float32)
    ran = ~np.isnan(losses)
    last = ran.sum(axis=-1) - 1
    return Simulation(
        val_loss=losses,
        learning_rate=rates,
        reduced=np.diff(rates, axis=-1, append=rates[..., -1:]) < 0,
        wait=np.zeros(losses.shape, dtype=int),
        ran=ran,
        stopped_epoch=np.zeros(last.shape, dtype=int) if stopped is None else np.array([stopped]),
        kept_epoch=last if kept is None else np.array([kept]),
    )


def test_the_band_holds_the_middle_of_the_seeds():
    losses = np.arange(10.0)[:, None] + np.zeros((10, 3))
    (one,) = outcomes_of(by_hand(losses, np.ones((10, 3))), ("A",))
    assert one.loss_band.low.tolist() == [1, 1, 1]
    assert one.loss_band.middle.tolist() == [5, 5, 5]
    assert one.loss_band.high.tolist() == [9, 9, 9]
    assert (one.end_loss, one.end_rate, one.diverged) == (5, 1, 0)


def test_a_seed_that_stopped_keeps_the_loss_of_its_model():
    nan = math.nan
    losses = [[3.0, 1.0, 2.0, nan], [4.0, 3.0, 2.0, 1.0], [4.0, 3.0, 2.0, 1.0]]
    (one,) = outcomes_of(
        by_hand(losses, np.ones((3, 4)), stopped=[2, 0, 0], kept=[1, 3, 3]), ("A",)
    )
    assert one.val_loss[0].tolist() == [3, 1, 2, 1]
    assert not one.stopped
    assert one.drawn_epochs == 4


def test_a_curve_ends_where_more_than_half_of_its_seeds_were_stopped():
    nan = math.nan
    losses = [[2.0, 1.0, nan, nan], [2.0, 1.0, 1.0, nan], [2.0, 1.0, 1.0, 1.0]]
    (one,) = outcomes_of(by_hand(losses, np.ones((3, 4)), stopped=[1, 2, 0]), ("A",))
    assert one.stopped
    assert one.drawn_epochs == 3
    assert len(one.loss_band.middle) == len(one.rate_band.middle) == 3


def test_floors_are_the_losses_at_the_reductions_that_half_of_the_seeds_had():
    losses = [[5.0, 3.0, 2.0], [5.0, 4.0, 2.0]]
    rates = [[1.0, 1.0, 0.5], [1.0, 0.5, 0.5]]
    (one,) = outcomes_of(by_hand(losses, rates), ("A",))
    assert [(floor.rate, floor.loss) for floor in one.floors] == [(1.0, 5.0)]
    assert reductions_told(one) == "1"


def test_a_loss_that_runs_away_counts_as_infinite():
    losses = [[1.0, math.inf, math.inf], [1.0, 2.0, 3.0]]
    (one,) = outcomes_of(by_hand(losses, np.ones((2, 3))), ("A",))
    assert one.diverged == 1
    assert one.end_loss == math.inf
    assert "ran away on 1 of 2 seeds" in ends_told([one])[0]


def test_the_floor_is_told_with_the_numbers_at_hand():
    high, low = played(B=True, B__learning_rate=0.03)
    told = floor_told([high, low])
    assert f"{high.end_loss:.2g}" in told
    assert f"{low.end_loss:.2g}" in told
    assert f"{high.end_loss / low.end_loss:.2g} times lower" in told
    assert "**A** at 0.3 is down to" in progress_told([high, low])


def test_the_floors_of_a_falling_rate_are_told_in_their_order():
    (one,) = played(A__ReduceLROnPlateau=True)
    first, second = one.floors[:2]
    told = floor_told([one])
    assert told.index(f"{first.loss:.2g} at 0.3") < told.index(f"{second.loss:.2g} at 0.15")
    assert progress_told([one]).startswith("In its last 30 epochs, at rates down to")


def test_rates_alike_invite_to_a_comparison():
    assert "and compare" in floor_told(played())


def test_nothing_but_runaways_says_what_to_do():
    runaways = played(A__learning_rate=2.5)
    assert "Lower the rate" in floor_told(runaways)
    assert not progress_told(runaways)


def test_a_stop_is_told_with_its_epoch():
    (one,) = played(A__EarlyStopping=True)
    (told,) = ends_told([one])
    assert f"EarlyStopping ends **A** at epoch {one.drawn_epochs}, the median of all" in told
    assert f"it stops {len(one.stopped_epochs)} of them." in told


def test_nothing_drawn_is_no_error():
    assert floor_told([])
    assert not progress_told([])
    assert not ends_told([])


@pytest.mark.parametrize("preset", PLAYGROUND_PRESETS)
def test_every_preset_has_both_halves_of_the_idea(preset):
    values = PLAYGROUND_PRESETS[preset].dials()
    letters = shown_letters(values)
    outcomes = outcomes_of(play(values, letters), letters)
    for told in (floor_told(outcomes), progress_told(outcomes)):
        assert told
        assert not {"nan", "inf"} & set(told.replace(",", " ").split())


@pytest.mark.parametrize("preset", PLAYGROUND_PRESETS)
def test_without_noise_a_loss_of_0_is_told_and_not_divided_by(preset):
    values = PLAYGROUND_PRESETS[preset].dials() | {"gradient_noise": 0.0, "condition_number": 1.0}
    letters = shown_letters(values)
    outcomes = outcomes_of(play(values, letters, seeds=8), letters)
    assert 0 in [outcome.end_loss for outcome in outcomes]
    assert "Without noise there is no floor" in floor_told(outcomes)
    assert not {"nan", "inf"} & set(progress_told(outcomes).split())


def test_stages_that_end_at_0_are_told_without_a_division():
    losses = [[0.5, 0.5, 0.0, 0.0, 1.0]]
    (one,) = outcomes_of(by_hand(losses, [[1.0, 1.0, 0.5, 0.5, 0.2]]), ("A",))
    assert [floor.loss for floor in one.floors] == [0.5, 0]
    assert "each lower rate let it fall further" in floor_told([one])


def test_names_say_what_makes_a_setting():
    values = defaults() | {"B.ReduceLROnPlateau": True, "C.EarlyStopping": True}
    assert [name_told(values, letter) for letter in "ABC"] == [
        "constant 0.3",
        "0.3, \N{MULTIPLICATION SIGN}0.5 after 5",
        "constant 0.3, stop 12",
    ]


def test_the_map_is_told_by_its_best_cell():
    (one,) = played()
    told = map_told(np.array([[3.0, 0.5], [2.0, 1.0]]), (1, 9), (0.1, 0.5), one)
    assert "a patience of **1** with a factor of **0.5**: 0.5" in told
    assert "one of 9 at 1." in told
    assert f"**A** as it is set ends at {one.end_loss:.2g}" in told
    assert "runs away" in map_told(np.full((2, 2), np.inf), (1, 9), (0.1, 0.5), None)
