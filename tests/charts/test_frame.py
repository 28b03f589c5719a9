import math
from itertools import pairwise

import pytest

from core.charts.frame import accuracy_scale, epoch_axis, frame_of, loss_scale, paper, rate_scale
from core.charts.palette import LIGHT
from core.specs.callbacks import ReduceLROnPlateau
from tests.charts.histories import a_history, a_run, an_epoch, seven_epochs


def test_rows_stand_below_each_other_without_overlap():
    rows = frame_of(a_history()).rows

    assert [row.name for row in rows] == ["lane", "accuracy", "loss", "waiting", "learning_rate"]
    assert rows[0].top == 1
    assert all(upper.bottom > lower.top for upper, lower in pairwise(rows[1:]))
    assert rows[-1].bottom == pytest.approx(0)


def test_row_of_the_judged_metric_is_the_tallest():
    on_loss = a_run([ReduceLROnPlateau(monitor="val_loss")])
    for run, judged in ((a_run(), "accuracy"), (on_loss, "loss")):
        rows = frame_of(a_history(run=run)).rows

        assert max(rows, key=lambda row: row.top - row.bottom).name == judged


def test_run_without_waiting_callbacks_has_no_strip_and_is_lower():
    bare = frame_of(a_history(run=a_run([])))

    assert "waiting" not in [row.name for row in bare.rows]
    assert bare.height_px < frame_of(a_history()).height_px


@pytest.mark.parametrize(("planned", "ticks"), [(1, 1), (16, 16), (20, 10), (30, 15), (60, 12)])
def test_ticks_are_whole_and_do_not_crowd_a_narrow_screen(planned: int, ticks: int):
    axis = epoch_axis(a_history(run=a_run(epochs=planned)), LIGHT)

    assert isinstance(axis["dtick"], int)
    assert planned // axis["dtick"] == ticks <= 16


def test_five_hundred_epochs_leave_the_ticks_to_plotly():
    axis = epoch_axis(a_history(run=a_run(epochs=500)), LIGHT)

    assert "dtick" not in axis
    assert axis["nticks"] <= 12


def test_loss_axis_is_logarithmic_only_where_the_range_demands_it():
    assert not loss_scale([0.1, 1.0], [0.2, 4.9]).log
    assert loss_scale([0.1, 1.0], [0.2, 5.1]).log
    assert not loss_scale([0.0, 100.0]).log


def test_scales_hold_every_value_and_ignore_gaps():
    accuracy = accuracy_scale([0.52, None, 0.99])
    loss = loss_scale([None, 0.4], [1e6])

    assert 0 <= accuracy.low < 0.52
    assert accuracy.high > 0.99
    assert loss.low < 0.4
    assert loss.high > 1e6


def test_scales_of_no_values_are_a_calm_frame():
    assert (accuracy_scale([None]).low, accuracy_scale().high) == (0, 1)
    assert (loss_scale([None]).low, loss_scale().high) == (0, 1)


def test_rate_axis_has_plain_ticks_at_decades():
    ticks = rate_scale(a_history(seven_epochs())).ticks()

    assert ticks["type"] == "log"
    assert ticks["ticktext"] == ["1e-3"]
    assert ticks["range"][0] < math.log10(0.0003) < math.log10(0.001) < ticks["range"][1]


def test_rate_axis_of_many_decades_keeps_few_ticks():
    falling = [an_epoch(0, learning_rate=1e-3, learning_rate_after=1e-12)]

    ticks = rate_scale(a_history(falling)).ticks()

    assert len(ticks["ticktext"]) <= 5
    assert ticks["tickvals"] == [float(text) for text in ticks["ticktext"]]


def test_rate_of_zero_does_not_break_the_axis():
    stopped = [an_epoch(0, learning_rate=0.0, learning_rate_after=0.0)]

    assert rate_scale(a_history(stopped)).low > 0


def test_a_finger_that_scrolls_past_a_figure_does_not_zoom_it():
    layout = paper(LIGHT, height_px=200, margin={"t": 8})
    assert layout["dragmode"] is False
    assert (layout["height"], layout["margin"]) == (200, {"t": 8})
    assert layout["paper_bgcolor"] == layout["modebar"]["bgcolor"] == LIGHT.paper
