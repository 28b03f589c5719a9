import json

import numpy as np
import pytest

from core.charts.palette import palette
from core.charts.replay import ReplayView, replay_figure
from core.charts.setting_colours import setting_colours
from core.plateaus.arrays import Curves
from core.plateaus.recorded_rates import RecordedRates
from core.plateaus.what_if import Setting, replay_setting
from core.specs.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau
from core.store.records import Event, EventKind

CURVE = [0.5, 0.6, 0.61, 0.6, 0.6, 0.7, 0.69, 0.69]
COLOURS = setting_colours(dark=False)


def reducing(name, **settings):
    plain = {"monitor": "score", "mode": "max", "patience": 2, "min_delta": 0.02}
    return Setting(name, ReduceLROnPlateau(**(plain | settings)))


def view_of(*settings, values=CURVE, present=None, rates=None, **options):
    curve = Curves.of(values, present)
    recorded = RecordedRates.of(rates, len(values), start=0.1)
    replays = [replay_setting(setting, curve, recorded) for setting in settings]
    plain = {"metric": "score", "evidence": "replayed", "revision": "1", "dark": False}
    return ReplayView(curve=curve, rates=recorded, replays=replays, **(plain | options))


def drawn(figure):
    return json.loads(figure.to_json())


def trace(figure, name):
    return next(trace for trace in drawn(figure)["data"] if trace.get("name") == name)


def values(array):
    """Plotly writes lists as they are, and arrays as they lie in memory."""
    return list(array)


def test_a_mark_stands_on_the_curve_where_a_setting_acts():
    mark = next(
        one
        for one in drawn(replay_figure(view_of(reducing("A"))))["data"]
        if one.get("name") == "A" and one["mode"] == "markers"
    )
    assert (values(mark["x"]), values(mark["y"])) == ([4], [0.6])
    assert mark["marker"]["color"] == COLOURS["A"]


def test_what_a_person_did_while_it_was_recorded_is_marked():
    by_hand = {"from": 0.1, "to": 0.03, "by": "hand", "batch": 2}
    plan = {"from": 0.1, "to": 0.03, "by": "LearningRateScheduler"}
    events = [
        Event(EventKind.LEARNING_RATE_SET, 2, by_hand),
        Event(EventKind.LEARNING_RATE_SET, 3, plan),
        Event(EventKind.PAUSED, 4, {}),
        Event(EventKind.CONTINUED, 4, {}),
        Event(EventKind.LEARNING_RATE_SET, 99, by_hand),
    ]
    figure = replay_figure(view_of(reducing("A"), events=events))
    mark = trace(figure, "rate set by hand")
    assert (values(mark["x"]), values(mark["y"]), mark["showlegend"]) == ([3], [0.61], True)
    assert values(trace(figure, "paused")["x"]) == values(trace(figure, "continued")["x"]) == [5]
    assert "rate set" not in {one.get("name") for one in drawn(figure)["data"]}


def test_what_no_setting_can_vouch_for_is_grey_and_says_so():
    figure = replay_figure(view_of(reducing("A")))
    assert len(values(trace(figure, "recorded")["x"])) == 4
    assert trace(figure, "no evidence")["line"]["dash"] == "dot"
    (ground,) = [shape for shape in drawn(figure)["layout"]["shapes"] if shape["type"] == "rect"]
    assert ground["x0"] == 4.5
    notes = [note["text"] for note in drawn(figure)["layout"]["annotations"]]
    assert "A: not known" in notes


def test_while_one_setting_is_exact_the_curve_is_not_grey():
    figure = replay_figure(view_of(reducing("A"), reducing("B", patience=9)))
    assert len(values(trace(figure, "recorded")["x"])) == len(CURVE)
    assert not [shape for shape in drawn(figure)["layout"]["shapes"] if shape["type"] == "rect"]


def test_early_stopping_greys_nothing():
    stopping = Setting("A", EarlyStopping(monitor="score", mode="max", patience=2))
    figure = replay_figure(view_of(stopping))
    assert len(values(trace(figure, "recorded")["x"])) == len(CURVE)


def test_the_band_lies_around_the_best_that_the_epoch_had_to_beat():
    band = trace(replay_figure(view_of(reducing("A"))), "band of A")
    second_epoch = [y for x, y in zip(band["x"], band["y"], strict=True) if x in (1.5, 2.5)]
    assert max(second_epoch) == pytest.approx(0.62)
    assert min(value for value in second_epoch if value) == pytest.approx(0.48)


def test_without_a_min_delta_there_is_no_band():
    names = [
        one.get("name") for one in drawn(replay_figure(view_of(reducing("A", min_delta=0))))["data"]
    ]
    assert "best of A" in names
    assert "band of A" not in names


def test_cells_fill_while_a_setting_waits_and_are_grey_where_nothing_is_known():
    cells = trace(replay_figure(view_of(reducing("A"))), "waited")
    by_epoch = dict(zip(cells["x"], cells["marker"]["color"], strict=True))
    assert by_epoch[4] == COLOURS["A"]
    assert by_epoch[5] not in (COLOURS["A"], by_epoch[3])


def test_a_cooldown_is_hatched():
    cells = trace(replay_figure(view_of(reducing("A", cooldown=3))), "waited")
    hatched = [
        x for x, shape in zip(cells["x"], cells["marker"]["pattern"]["shape"], strict=True) if shape
    ]
    assert hatched == [5, 6]


def test_the_recorded_rate_is_drawn_only_where_it_was_logged():
    logged = replay_figure(view_of(reducing("A"), rates=np.full(len(CURVE), 0.1)))
    assert trace(logged, "recorded rate")
    names = [one.get("name") for one in drawn(replay_figure(view_of(reducing("A"))))["data"]]
    assert "recorded rate" not in names


def test_no_row_of_rates_for_callbacks_that_leave_the_rate_alone():
    saving = Setting("A", ModelCheckpoint(monitor="score", mode="max"))
    assert "learning_rate" not in view_of(saving).rows
    assert "learning_rate" in view_of(reducing("A")).rows


def test_nan_is_a_gap_with_a_cross_and_an_absent_value_a_gap_without():
    view = view_of(reducing("A"), values=[0.5, np.nan, 0.6, 0.7], present=[True, True, False, True])
    assert view.values == [0.5, None, None, 0.7]
    assert values(trace(replay_figure(view), "NaN")["x"]) == [2]


def test_every_epoch_has_its_verdicts_on_hover():
    stopping = Setting("B", EarlyStopping(monitor="score", mode="max", patience=2))
    figure = replay_figure(view_of(reducing("A"), stopping))
    (labels,) = [one["text"] for one in drawn(figure)["data"] if one.get("hovertemplate")]
    assert len(labels) == len(CURVE)
    assert "<b>Epoch 4:</b><br>A: score 0.6000 did not beat 0.6000 by 0.02" in labels[3]
    assert "A: not known, only reckoned:" in labels[4]
    assert "B: stopped after epoch 5" in labels[5]


def test_a_long_curve_keeps_the_labels_of_acts():
    figure = replay_figure(view_of(reducing("A", patience=300), values=[0.5] * 700))
    (labels,) = [one for one in drawn(figure)["data"] if one.get("hovertemplate")]
    assert list(labels["x"]) == [301, 601]


def test_names_that_people_gave_are_escaped():
    figure = replay_figure(view_of(metric="<b>x", evidence="your curve · <i>"))
    notes = [note["text"] for note in drawn(figure)["layout"]["annotations"]]
    assert any("&lt;b&gt;x" in text for text in notes)
    assert any("&lt;i&gt;" in text for text in notes)


def test_the_zoom_survives_a_slider():
    one, other = (replay_figure(view_of(reducing("A", patience=n))) for n in (1, 2))
    assert one.layout.uirevision == other.layout.uirevision


def test_a_loss_that_falls_far_has_a_logarithmic_axis():
    falling = Setting("A", ReduceLROnPlateau(monitor="loss"))
    assert view_of(falling, values=[100.0, 10.0, 0.1]).scale.log
    assert not view_of(reducing("A"), values=[0.01, 0.5, 0.9]).scale.log


@pytest.mark.parametrize("settings", [(), (reducing("A"),)])
def test_a_curve_without_a_number_is_still_drawn(settings):
    figure = replay_figure(view_of(*settings, values=[np.nan, np.inf]))
    assert figure.layout.paper_bgcolor == palette(dark=False).paper
