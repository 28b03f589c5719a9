"""What the figures of a sweep hold."""

import json
import math

import numpy as np
import pytest

from core.charts.palette import palette
from core.charts.sweep.curves import curves_figure
from core.charts.sweep.lanes import lanes_of
from core.charts.sweep.maps import heat_figure, parallel_figure
from core.charts.sweep.spread import spread_figure
from core.charts.sweep.tree import tree_figure
from core.specs.data import FolderScans
from core.specs.sweep import check_sweep
from core.store import Store
from tests.swept import RATE, read_results, store_sweep, sweep_spec


def flat_from(epoch):
    return lambda seed, rates: (
        0.5 + 0.03 * min(len(rates), epoch) + 0.01 * (rates[-1] < RATE) + seed / 100
    )


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Two patiences times two factors, two seeds; the patience of 2 acts after epoch 5."""
    db = Store(f"sqlite:///{tmp_path_factory.mktemp('sweep')}/plateau.sqlite")
    spec = sweep_spec(factors=(0.1, 0.5), patiences=(2, 9), seeds=(0, 1), epochs=8)
    yield read_results(db, store_sweep(db, spec, accuracy=flat_from(3)).id)
    db.close()


def lines(figure, axis=None):
    return [
        trace
        for trace in figure.data
        if trace.mode in ("lines", "lines+markers")
        and trace.hoverinfo != "skip"
        and (axis is None or (trace.yaxis or "y") == axis)
    ]


def notes(figure):
    return " ".join(note.text for note in figure.layout.annotations)


def test_the_tree_has_a_line_a_branch_and_a_lane_a_leaf(results):
    lanes = lanes_of(results, 0)
    assert [(lane.start, lane.end, lane.is_leaf) for lane in lanes] == [
        (0, 5, False),
        (5, 8, True),
        (5, 8, True),
        (5, 8, True),
    ]
    assert sorted(lane.y for lane in lanes if lane.is_leaf) == [0, 1, 2]
    figure = tree_figure(results, 0, dark=False)
    shared, *leaves = lines(figure)
    assert list(shared.x) == [0, 1, 2, 3, 4, 5]
    assert shared.line.color == palette(dark=False).soft
    assert shared.line.width > min(leaf.line.width for leaf in leaves)
    assert "4 settings share this training" in shared.text
    for words in ("factor 0.1, patience 2", "patience 9", "trained · simulated scans (demo)"):
        assert words in notes(figure)
    assert "seed 0" in notes(figure)


def test_reductions_stand_on_the_branches_that_made_them(results):
    figure = tree_figure(results, 0, dark=True)
    (marks,) = [trace for trace in figure.data if trace.marker.symbol == "triangle-down"]
    first = [text for x, text in zip(marks.x, marks.text, strict=True) if x == 5]
    # Two of the three branches reduced when they parted; the third still waits.
    assert len(first) == 2
    assert all("learning rate 0.001 →" in text for text in first)


def test_what_is_shared_is_drawn_once_on_the_curves(results):
    figure = curves_figure(results, [0], metric="val_accuracy", dark=False)
    drawn = lines(figure, "y")
    assert sorted(list(trace.x) for trace in drawn) == [[1, 2, 3, 4, 5], *[[5, 6, 7, 8]] * 3]
    assert drawn[0].text.count("<br>") == 4  # Its seed, and its four settings.
    rates = [trace for trace in figure.data if trace.yaxis == "y4"]
    assert len(rates) == 4
    both = curves_figure(results, [0, 1], metric="val_accuracy", dark=False)
    assert len(lines(both, "y")) == 8


def test_a_point_of_a_curve_tells_the_verdict_of_one_of_its_settings(results):
    leaders = results.leaders([0])
    verdicts = {leader.run.id: {3: "wait 1 of 2", 8: "wait 3 of 9"} for leader in leaders}
    figure = curves_figure(results, [0], metric="val_accuracy", verdicts=verdicts, dark=False)
    shared = lines(figure, "y")[0].customdata[2][2]
    assert shared.startswith("<br>factor 0.")
    assert shared.endswith(":<br>wait 1 of 2")
    alone = [
        trace for trace in lines(figure, "y")[1:] if "<br>" not in trace.text.partition("<br>")[2]
    ]
    assert {trace.customdata[3][2] for trace in alone} == {"<br>wait 3 of 9"}


def test_a_label_that_a_whole_line_shares_is_read_from_the_line(results):
    # plotly.js 4 gives a point no text but that of a list: a label of one text would read "-".
    figures = [
        tree_figure(results, 0, dark=False),
        curves_figure(results, [0], metric="val_accuracy", dark=False),
    ]
    for trace in (trace for figure in figures for trace in lines(figure, "y")):
        assert isinstance(trace.text, str)
        assert "%{fullData.text}" in trace.hovertemplate


def test_settings_have_the_same_colour_in_the_tree_and_on_the_curves(results):
    def colours(figure):
        return {trace.text.rpartition("<br>")[2]: trace.line.color for trace in lines(figure, "y")}

    tree = colours(tree_figure(results, 0, dark=False))
    curves = colours(curves_figure(results, [0], metric="val_accuracy", dark=False))
    assert tree == curves


def test_a_cell_of_the_heat_map_is_the_mean_over_seeds_and_the_best_is_framed(results):
    figure = heat_figure(
        results, metric="val_accuracy", reading="best", axes=(1, 0), shown="mean", dark=False
    )
    (heat,) = figure.data
    # Rows are the factors, columns the patiences.
    assert np.array(heat.z).shape == (2, 2)
    assert heat.z[0][1] == pytest.approx(0.595)
    assert heat.z[0][0] == pytest.approx(0.605)
    assert heat.text[0][1] == "0.5950<br>± 0.0071"
    assert "seed 1: 0.6000" in heat.customdata[0][1]
    (frame,) = figure.layout.shapes
    assert (frame.x0, frame.y0) == (-0.48, -0.47)
    spread = heat_figure(
        results, metric="val_accuracy", reading="best", axes=(1, 0), shown="spread", dark=False
    )
    assert spread.data[0].z[0][1] == pytest.approx(math.sqrt(0.00005), rel=1e-4)


def test_a_lower_loss_has_the_stronger_colour(results):
    up, down = (
        heat_figure(results, metric=metric, reading="final", axes=(1, 0), shown="mean", dark=False)
        for metric in ("val_accuracy", "val_loss")
    )
    strong = up.data[0].colorscale[1][1]
    assert down.data[0].colorscale[0][1] == strong


def test_values_of_an_axis_stand_equally_far_apart_in_parallel_coordinates(db):
    spec = sweep_spec(factors=(0.001, 0.1, 0.5), patiences=(1,), seeds=(0,), epochs=3)
    results = read_results(db, store_sweep(db, spec).id)
    (trace,) = parallel_figure(results, metric="val_loss", dark=False).data
    assert list(trace.dimensions[0].ticktext) == ["0.001", "0.1", "0.5"]
    assert list(trace.dimensions[0]["values"]) == [0, 1, 2]
    assert trace.dimensions[-1].label == "best val_loss"


def test_the_best_mean_stands_first_with_a_dot_a_seed(results):
    figure = spread_figure(results, metric="val_accuracy", reading="best", dark=False)
    dots, means = figure.data
    assert list(dots.x[:2]) == pytest.approx([0.6, 0.61])
    assert list(dots.customdata[:2]) == [0, 1]
    assert means.x[0] == pytest.approx(0.605)
    assert "2 seeds each" in notes(figure)


def test_an_unfinished_sweep_is_drawn_as_far_as_it_is(db):
    spec = sweep_spec(patiences=(1, 2), stopping=(1, 3), seeds=(0, 1), epochs=9)
    for done in (0, 1, 4, 11):
        results = read_results(db, store_sweep(db, spec, most_epochs=done).id)
        figures = [
            tree_figure(results, 0, dark=False),
            curves_figure(results, [0, 1], metric="val_accuracy", dark=False),
            heat_figure(
                results, metric="loss", reading="final", axes=(0, 2), shown="mean", dark=True
            ),
            parallel_figure(results, metric="val_accuracy", dark=False),
            spread_figure(results, metric="val_accuracy", reading="final", dark=False),
        ]
        for figure in figures:
            json.loads(figure.to_json())
    heads = [trace for seed in (0, 1) for trace in tree_figure(results, seed, dark=False).data]
    assert "<b>running</b>" in str([trace.text for trace in heads if trace.mode == "markers"])


def test_a_value_that_is_not_a_number_is_a_gap(db):
    spec = sweep_spec(seeds=(0, 1), epochs=5)
    broken = store_sweep(
        db, spec, accuracy=lambda seed, rates: math.nan if len(rates) == 3 else 0.5 + seed / 10
    )
    results = read_results(db, broken.id)
    figure = curves_figure(results, [0], metric="val_accuracy", dark=False)
    told = [point for trace in lines(figure, "y") for point in trace.customdata]
    assert ["no number", "0.001", ""] in [list(point) for point in told]
    assert results.values("val_accuracy", "best").tolist() == [[0.5, 0.6]] * 4


def marked(figure, symbol):
    """Return x, y and label of each mark of a kind."""
    return [
        place
        for trace in figure.data
        if trace.mode == "markers" and trace.marker.symbol == symbol
        for place in zip(trace.x, trace.y, trace.text, strict=True)
    ]


def test_reductions_are_marked_on_the_curves_too(results):
    figure = curves_figure(results, [0], metric="val_accuracy", dark=False)
    tree = tree_figure(results, 0, dark=False)
    on_curves, in_tree = marked(figure, "triangle-down"), marked(tree, "triangle-down")
    assert sorted((x, text) for x, _, text in on_curves) == sorted((x, t) for x, _, t in in_tree)
    assert {y for x, y, _ in on_curves if x == 5} == {0.59}


def test_where_a_curve_becomes_nan_it_is_marked_once_where_it_was_last(db):
    spec = sweep_spec(seeds=(0,), epochs=6)
    broken = store_sweep(
        db, spec, accuracy=lambda _, rates: math.nan if len(rates) in (3, 4) else 0.5
    )
    figure = curves_figure(read_results(db, broken.id), [0], metric="val_accuracy", dark=False)
    places = marked(figure, "x")
    assert places
    assert {(x, y) for x, y, _ in places} == {(3, 0.5)}
    assert sum(text.count("factor") for *_, text in places) == 4


def test_a_curve_that_was_never_a_number_is_marked_on_the_floor(db):
    spec = sweep_spec(seeds=(0,), epochs=3)
    broken = store_sweep(db, spec, accuracy=lambda *_: math.nan)
    figure = curves_figure(read_results(db, broken.id), [0], metric="val_accuracy", dark=False)
    low = figure.layout.yaxis.range[0]
    assert {(x, y) for x, y, _ in marked(figure, "x")} == {(1, low)}


def test_text_that_somebody_wrote_is_escaped(db):
    values = {
        "base": {
            "scans": FolderScans(folder="a<b>c").model_dump(),
            "training": {"epochs": 3},
            "callbacks": [{"kind": "ReduceLROnPlateau", "monitor": "val_accuracy"}],
        },
        "axes": [{"callback": 0, "parameter": "mode", "values": ("max", "auto")}],
    }
    results = read_results(db, store_sweep(db, check_sweep(values)).id)
    assert "a&lt;b&gt;c" in notes(tree_figure(results, 0, dark=False))
