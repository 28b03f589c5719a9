"""The bars say what the model says."""

from core.charts.evaluation.probabilities import probabilities_figure
from core.charts.palette import LIGHT


def drawn(**more):
    return probabilities_figure(
        ("a<b>", "b"), (0.8, 0.2), "trained · 1 seed", dark=False, **more
    ).to_plotly_json()


def test_the_highest_bar_stands_out_unless_the_answer_is_in_doubt():
    assert drawn()["data"][0]["marker"]["color"] == [LIGHT.validation, LIGHT.waiting]
    assert drawn(doubtful=True)["data"][0]["marker"]["color"] == [LIGHT.waiting] * 2


def test_names_and_numbers_stand_beside_the_bars_without_markup():
    ticks = drawn()["layout"]["yaxis"]["ticktext"]
    assert ticks == ["a&lt;b&gt;  <b>80%</b>", "b  <b>20%</b>"]


def test_a_vote_shows_how_far_the_models_lie_apart():
    error = drawn(ends=((0.7, 0.1), (0.9, 0.3)))["data"][0]["error_x"]
    assert [round(value, 6) for value in error["array"]] == [0.1, 0.1]
    assert [round(value, 6) for value in error["arrayminus"]] == [0.1, 0.1]


def test_the_title_says_what_the_figure_rests_on():
    assert "trained · 1 seed" in drawn()["layout"]["title"]["text"]


def test_in_doubt_no_number_invites_belief():
    assert drawn(doubtful=True)["layout"]["yaxis"]["ticktext"] == ["a&lt;b&gt;", "b"]
