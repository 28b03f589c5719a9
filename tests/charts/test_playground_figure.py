import json
import math

import numpy as np
import pytest

from core.charts.outcome_map import outcome_map_figure
from core.charts.palette import faded
from core.charts.playground import playground_figure
from core.charts.setting_colours import setting_colours
from core.plateaus.outcome_wording import name_told
from core.plateaus.outcomes import outcomes_of
from core.plateaus.play import play
from core.specs.playground import defaults, shown_letters
from core.specs.playground_presets import PLAYGROUND_PRESETS


def figure_of(values, *, dark=False, seeds=4):
    letters = shown_letters(values)
    outcomes = outcomes_of(play(values, letters, seeds=seeds), letters) if letters else ()
    names = {letter: name_told(values, letter) for letter in letters}
    figure = playground_figure(outcomes, names, dark=dark)
    return json.loads(figure.to_json()), outcomes


def four(**dials):
    return defaults() | dict.fromkeys("BCD", True) | dials


def notes(figure):
    return [annotation["text"] for annotation in figure["layout"]["annotations"]]


def curves(figure):
    return [trace for trace in figure["data"] if "customdata" in trace]


@pytest.mark.parametrize("preset", PLAYGROUND_PRESETS)
@pytest.mark.parametrize("dark", [False, True])
def test_every_setting_has_a_curve_a_rate_and_two_bands(preset, dark):
    figure, outcomes = figure_of(PLAYGROUND_PRESETS[preset].dials(), dark=dark)
    for outcome in outcomes:
        mine = [trace for trace in figure["data"] if trace["legendgroup"] == outcome.letter]
        lines = [trace for trace in mine if trace["mode"] == "lines"]
        assert len([trace for trace in lines if trace.get("fill") == "toself"]) == 2
        assert {len(trace["y"]) for trace in lines if "fill" not in trace} == {outcome.drawn_epochs}
        assert sum(trace["mode"] == "markers" for trace in mine) == outcome.stopped


def test_the_chart_says_that_it_is_simulated_and_with_how_many_seeds():
    figure, _ = figure_of(four(), seeds=4)
    assert any("simulated" in text and "4 seeds" in text for text in notes(figure))


def test_a_band_goes_out_along_the_low_edge_and_home_along_the_high_one():
    figure, (one,) = figure_of(defaults())
    (band,) = [trace for trace in figure["data"] if "fill" in trace and trace["yaxis"] == "y"]
    assert band["x"] == [*range(1, 101), *range(100, 0, -1)]
    np.testing.assert_allclose(band["y"][:100], one.loss_band.low, rtol=1e-2)
    np.testing.assert_allclose(band["y"][100:], one.loss_band.high[::-1], rtol=1e-2)


def test_four_settings_are_a_small_message():
    figure, _ = figure_of(four())
    assert len(json.dumps(figure)) < 60_000


def test_a_loss_that_runs_away_does_not_flatten_the_others():
    sound, _ = figure_of(defaults())
    mixed, _ = figure_of(defaults() | {"B": True, "B.learning_rate": 2.5})
    assert mixed["layout"]["yaxis"]["range"] == sound["layout"]["yaxis"]["range"]
    assert any("B off the chart" in text for text in notes(mixed))
    (lost,) = [trace for trace in curves(mixed) if trace["legendgroup"] == "B"]
    assert lost["y"][-1] is None


@pytest.mark.parametrize(
    "values",
    [
        {"A": False},
        {"A.learning_rate": 2.5},
        {"gradient_noise": 0.0, "A.ReduceLROnPlateau": True, "A.learning_rate": 0.5},
        {"A.EarlyStopping": True, "A.EarlyStopping.baseline": 0.01},
    ],
)
def test_odd_settings_are_drawn_too(values):
    figure, _ = figure_of(defaults() | values)
    low, high = figure["layout"]["yaxis"]["range"]
    assert math.isfinite(low)
    assert low < high


def test_letters_at_the_right_edge_keep_apart():
    figure, _ = figure_of(four())
    heights = sorted(
        note["y"] for note in figure["layout"]["annotations"] if note["text"][3:4] in "ABCD"
    )
    assert len(heights) == 4
    assert min(np.diff(heights)) > 0.05


def test_a_setting_that_stops_has_its_mark_where_the_curve_ends():
    figure, (one,) = figure_of(defaults() | {"A.EarlyStopping": True})
    (mark,) = [trace for trace in figure["data"] if trace["mode"] == "markers"]
    assert mark["x"] == [one.drawn_epochs]
    assert mark["y"][0] == pytest.approx(one.loss_band.middle[-1])
    assert "<b>A stops</b>" in notes(figure)


def test_the_map_marks_settings_in_their_cells():
    losses = np.array([[1.0, 0.1], [0.01, np.inf], [0.5, 0.5]])
    marks = [("A", 6, 0.5), ("C", 7, 0.45), ("D", 1, 0.1)]
    figure = json.loads(
        outcome_map_figure(
            losses, (1, 5, 9), (0.1, 0.5), marks=marks, seeds=3, dark=False
        ).to_json()
    )
    (heat,) = figure["data"]
    assert heat["z"] == [[0, -2, -0.301], [-1, None, -0.301]]
    assert heat["text"][1] == ["0.1", "no number", "0.5"]
    title, *letters = figure["layout"]["annotations"]
    assert "simulated" in title["text"]
    assert [(note["text"], note["x"], note["y"]) for note in letters] == [
        ("<b>AC</b>", 1, 1),
        ("<b>D</b>", 0, 0),
    ]


def test_a_map_of_nothing_but_runaways_is_drawn():
    figure = outcome_map_figure(np.full((1, 1), np.inf), (1,), (0.1,), marks=(), seeds=3, dark=True)
    assert json.loads(figure.to_json())["data"][0]["z"] == [[None]]


def test_settings_have_colours_of_their_own():
    for dark in (False, True):
        assert len(set(setting_colours(dark=dark).values())) == 4
    assert faded("#0072b2", 0.5) == "rgba(0,114,178,0.5)"
