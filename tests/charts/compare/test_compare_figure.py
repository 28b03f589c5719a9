"""The chart of several runs, and its small multiples."""

import math
from dataclasses import replace

import numpy as np
import pytest

from core.charts.compare.colours import (
    DARK_LINES,
    DARK_ORDER,
    LIGHT_LINES,
    LIGHT_ORDER,
    MOST_NAMED,
    strokes_of,
)
from core.charts.compare.drawn import can_be_aligned
from core.charts.compare.figure import compare_figure
from core.charts.compare.lines import lines_of
from core.charts.compare.panels import panel_per_line_figure, panel_per_metric_figure
from core.charts.palette import DARK, LIGHT
from core.specs.callbacks import ModelCheckpoint
from core.store.records import Event, EventKind
from tests.charts.test_palette import contrast
from tests.compared_runs import RISING


def figure(histories, **changed):
    more = {"metric": "val_accuracy", "align": "epoch", "window": 1, "dark": False} | changed
    return compare_figure(lines_of(histories, by_seed=True), **more)


def trace(drawn, name):
    (found,) = [trace for trace in drawn.data if trace.name == name]
    return found


def marks(drawn, symbol):
    return [
        (x, y)
        for trace in drawn.data
        if trace.mode == "markers" and trace.marker.symbol == symbol
        for x, y in zip(trace.x, trace.y, strict=True)
        if x is not None
    ]


def notes(drawn):
    return [note.text for note in drawn.layout.annotations]


def test_epochs_are_counted_from_one(stored):
    curve = trace(figure(stored({"name": "x"})), "x")
    assert list(curve.x) == list(range(1, 9))
    assert list(curve.y) == list(RISING)


def test_a_point_tells_what_the_callbacks_made_of_its_epoch(stored):
    (history,) = stored({"name": "x"})
    told = replace(history, verdicts={2: "wait 0 of 2"})
    curve = trace(figure([told], align="reduction"), "x")
    assert [point[2] for point in curve.customdata[:3]] == ["", "<br>wait 0 of 2", ""]
    assert "%{customdata[2]}" in curve.hovertemplate


def test_aligned_by_reduction_zero_is_the_first_epoch_at_the_lower_rate(stored):
    both = stored(
        {"name": "early", "reduced_after": (1,)},
        {"name": "late", "reduced_after": (4,), "patience": 5},
    )
    drawn = figure(both, align="reduction")
    early, late = trace(drawn, "early"), trace(drawn, "late")
    assert (early.x[2], late.x[5]) == (0, 0)
    assert early.customdata[2][0] == 3
    # Marks and the steps of the rates move along; the mark is the epoch before the lower rate.
    assert [x for x, _ in marks(drawn, "triangle-down")] == [-1, -1]
    rates = [t for t in drawn.data if t.yaxis == "y4"]
    assert all(-0.5 in t.x for t in rates)
    assert drawn.layout.shapes[0].x0 == -0.5


def test_a_run_that_never_reduced_cannot_be_aligned_by_it(stored):
    steady, reduced = stored({"reduced_after": ()}, {})
    assert [can_be_aligned(run, "reduction") for run in (steady, reduced)] == [False, True]
    assert can_be_aligned(steady, "epoch")


def test_seeds_are_drawn_as_their_mean_in_a_band(stored):
    histories = stored(
        {"name": "x seed 0", "values": (0.5, 0.6, 0.9), "seed": 0},
        {"name": "x seed 1", "values": (0.7, 0.8, 0.7), "seed": 1},
    )
    drawn = figure(histories)
    assert list(trace(drawn, "x (n = 2)").y) == pytest.approx([0.6, 0.7, 0.8])
    (band,) = [trace for trace in drawn.data if trace.fill == "toself"]
    assert list(band.y) == [0.5, 0.6, 0.7, 0.9, 0.8, 0.7, None]


def test_no_mean_goes_beyond_the_shortest_run_and_each_goes_on_by_itself(stored):
    histories = stored(
        {"values": (0.5, 0.6), "seed": 0, "planned": 4},
        {"values": (0.5, 0.6, 0.7, 0.8), "seed": 1},
    )
    drawn = figure(histories)
    assert list(trace(drawn, "a run (n = 2)").x) == [1, 2]
    assert any(0.8 in (trace.y or ()) for trace in drawn.data)


def test_a_gap_in_one_seed_is_a_gap_in_the_mean_and_the_band(stored):
    histories = stored(
        {"values": (0.5, math.nan, 0.9), "seed": 0}, {"values": (0.7, 0.8, 0.7), "seed": 1}
    )
    drawn = figure(histories)
    assert trace(drawn, "a run (n = 2)").y[1] is None
    (band,) = [trace for trace in drawn.data if trace.fill == "toself"]
    assert 2 not in band.x


def test_nan_is_marked_where_the_curve_was_last(stored):
    drawn = figure(stored({"values": (0.5, 0.6, math.nan, math.nan), "reduced_after": ()}))
    assert marks(drawn, "x") == [(3, 0.6)]


def test_smoothing_shows_what_was_logged_behind_it(stored):
    drawn = figure(stored({"name": "x"}), window=3)
    curves = [list(t.y) for t in drawn.data if t.yaxis == "y" and t.mode == "lines"]
    assert curves[0] == list(RISING)
    assert curves[1] != curves[0]


def test_the_rate_is_never_smoothed(stored):
    histories = stored({})
    plain, smooth = (figure(histories, window=window) for window in (1, 15))
    rates = [[t.y for t in drawn.data if t.yaxis == "y4"] for drawn in (plain, smooth)]
    assert rates[0] == rates[1]


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        ([{}], "trained · simulated scans (demo) · 1 seed"),
        ([{"seed": 0}, {"seed": 1}], "trained · simulated scans (demo) · 2 seeds"),
        (
            [{"seed": 0}, {"seed": 1}, {"patience": 7}],
            "trained · simulated scans (demo) · 1 to 2 seeds each",
        ),
    ],
)
def test_the_chart_says_what_it_rests_on(stored, runs, said):
    assert said in notes(figure(stored(*runs)))


def test_names_are_escaped_and_cut(stored):
    (history,) = stored({})
    odd = replace(history.run, name="<b>" + "x" * 60)
    names = [trace.name for trace in figure([replace(history, run=odd)]).data if trace.name]
    assert names[0].startswith("&lt;b&gt;x")
    assert names[0].endswith("…")


def test_chosen_runs_stand_out_and_the_others_bear_no_marks(stored):
    histories = stored({"name": "a", "patience": 2}, {"name": "b", "patience": 5})
    drawn = figure(histories, highlighted=[histories[0].run.id])
    assert trace(drawn, "a").line.width > trace(drawn, "b").line.width
    assert trace(drawn, "b").hoverinfo == "skip"
    assert len(marks(drawn, "triangle-down")) == 1


def test_many_lines_are_coloured_by_their_best_value(stored):
    runs = [
        {"name": f"r{n}", "patience": n + 1, "values": (0.5, 0.6 + n / 100), "reduced_after": ()}
        for n in range(MOST_NAMED + 1)
    ]
    strokes = strokes_of(
        lines_of(stored(*runs), by_seed=True), "val_accuracy", highlighted=(), dark=False
    )
    assert (strokes[0].colour, strokes[-1].colour) == (LIGHT_ORDER[0], LIGHT_ORDER[-1])
    assert len({stroke.colour for stroke in strokes}) == len(runs)


@pytest.mark.parametrize(
    ("paper", "colours"),
    [
        (LIGHT.paper, LIGHT_LINES),
        (LIGHT.paper, LIGHT_ORDER),
        (DARK.paper, DARK_LINES),
        (DARK.paper, DARK_ORDER),
    ],
)
def test_lines_stand_out_against_the_paper(paper, colours):
    assert min(contrast(colour, paper) for colour in colours) >= 3


def test_a_panel_for_each_line_shares_one_scale(stored):
    histories = stored({"name": "a", "patience": 2}, {"name": "b", "patience": 5, "values": (0.1,)})
    drawn = panel_per_line_figure(
        lines_of(histories, by_seed=True),
        metric="val_accuracy",
        align="epoch",
        window=1,
        dark=True,
    )
    assert {"<b>a</b>", "<b>b</b>"} <= set(notes(drawn))
    assert drawn.layout.yaxis.range == drawn.layout.yaxis2.range
    assert drawn.layout.xaxis2.matches == "x"
    assert drawn.layout.xaxis.domain[1] < drawn.layout.xaxis2.domain[0]


def test_a_panel_for_each_metric_ends_with_the_rate(stored):
    drawn = panel_per_metric_figure(
        lines_of(stored({}), by_seed=True),
        metrics=["loss", "val_loss", "val_accuracy"],
        align="reduction",
        window=3,
        dark=False,
    )
    assert [note for note in notes(drawn) if note.startswith("<b>")] == [
        "<b>loss</b>",
        "<b>val_loss</b>",
        "<b>val_accuracy</b>",
        "<b>learning rate</b>",
    ]
    assert drawn.layout.yaxis4.type == "log"
    assert len(drawn.layout.shapes) == 4


def rate_set(epoch, by):
    return Event(EventKind.LEARNING_RATE_SET, epoch, {"from": 0.1, "to": 0.2, "by": by})


def with_events(history, *events):
    return replace(history, events=[*history.events, *events])


def test_a_plan_that_moves_the_rate_at_every_epoch_bears_no_marks_and_the_rest_does(stored):
    (history,) = stored({"values": np.linspace(0.1, 0.9, 30), "reduced_after": (9, 19)})
    planned = [rate_set(epoch, "LearningRateScheduler") for epoch in range(29)]
    drawn = figure([with_events(history, *planned, rate_set(4, "hand"))])
    assert not marks(drawn, "triangle-right")
    assert [x for x, _ in marks(drawn, "triangle-down")] == [10, 20]
    assert [x for x, _ in marks(drawn, "bowtie")] == [5]


def test_a_plan_of_a_few_steps_is_marked(stored):
    (history,) = stored({"reduced_after": ()})
    drawn = figure([with_events(history, rate_set(3, "LearningRateScheduler"))])
    assert [x for x, _ in marks(drawn, "triangle-right")] == [4]


def test_many_reductions_are_all_marked(stored):
    histories = stored({"values": np.linspace(0.1, 0.9, 30), "reduced_after": range(29)})
    assert len(marks(figure(histories), "triangle-down")) == 29


@pytest.mark.parametrize(("best_only", "places"), [(True, [6]), (False, [])])
def test_of_the_saved_models_the_last_of_the_best_is_marked(stored, best_only, places):
    (history,) = stored({})
    saving = ModelCheckpoint(monitor="val_accuracy", save_best_only=best_only)
    run = replace(history.run, spec=history.run.spec.with_callback(saving))
    detail = {"file": "best.keras", "monitor": "val_accuracy", "value": 0.9}
    saves = [Event(EventKind.CHECKPOINT_SAVED, epoch, detail) for epoch in (0, 2, 5)]
    drawn = figure([with_events(replace(history, run=run), *saves)])
    assert [x for x, _ in marks(drawn, "star")] == places
    assert not marks(drawn, "diamond")
