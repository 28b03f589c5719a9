from typing import Any

import pytest

from core.charts.cells import cell_rows, cell_traces, strip_axis
from core.charts.palette import LIGHT
from core.specs.callbacks import EarlyStopping, ReduceLROnPlateau
from tests.charts.histories import (
    REDUCING,
    SAVING,
    a_history,
    a_run,
    an_epoch,
    reducing_state,
    seven_epochs,
    stopping_state,
)

COOLING = ReduceLROnPlateau(monitor="val_accuracy", patience=2, cooldown=3)


def numbers(traces: list[dict[str, Any]]) -> dict[tuple[float, float], str]:
    """Return the number in each cell, by epoch and the floor of its row."""
    return {
        (epoch, floor): number
        for trace in traces
        if "text" in trace
        for epoch, floor, number in zip(trace["x"], trace["base"], trace["text"], strict=True)
    }


def fills(traces: list[dict[str, Any]]) -> dict[tuple[float, float], tuple[float, str]]:
    """Return height and colour of what fills each cell; the first trace is the empty track."""
    return {
        (epoch, floor): (height, trace["marker"]["color"])
        for trace in traces[1:]
        if "text" not in trace
        for epoch, floor, height in zip(trace["x"], trace["base"], trace["y"], strict=True)
    }


def test_strip_has_a_row_for_each_counter_that_is_present():
    stopping = EarlyStopping(patience=4)
    labels = {
        (): [],
        (SAVING,): [],
        (REDUCING,): ["LR wait"],
        (stopping,): ["stop wait"],
        (COOLING, stopping): ["LR wait", "cooldown", "stop wait"],
    }
    for callbacks, expected in labels.items():
        assert [row.label for row in cell_rows(a_run(callbacks).spec)] == expected


def test_no_waiting_callback_draws_no_cells():
    assert cell_traces(a_history(seven_epochs(), run=a_run([SAVING])), "y3", LIGHT) == []


def test_cells_hold_the_wait_of_each_epoch():
    found = numbers(cell_traces(a_history(seven_epochs()), "y3", LIGHT))

    upper, lower = 1.08, 0.08
    assert found == {
        (4, upper): "1",
        (5, upper): "2",
        (7, upper): "1",
        (4, lower): "1",
        (5, lower): "2",
    }


def test_cells_fill_up_to_the_patience_and_turn_where_the_callback_acts():
    found = fills(cell_traces(a_history(seven_epochs()), "y3", LIGHT))

    assert found[4, 1.08] == (0.42, LIGHT.waiting)
    assert found[5, 1.08] == (0.84, LIGHT.reduction)
    assert found[5, 0.08] == (pytest.approx(0.84 / 3), LIGHT.waiting)


def test_wait_beyond_the_patience_stays_inside_its_cell():
    # With the rate at min_lr, Keras keeps counting.
    epochs = [an_epoch(0, reducing_state(wait=7))]

    traces = cell_traces(a_history(epochs, run=a_run([REDUCING])), "y3", LIGHT)

    assert fills(traces)[1, 0.08] == (0.84, LIGHT.waiting)
    assert numbers(traces)[1, 0.08] == "7"


def test_patience_zero_acts_like_one():
    run = a_run([ReduceLROnPlateau(monitor="val_accuracy", patience=0)])
    epochs = [an_epoch(0, reducing_state(wait=1, patience=0, fired=True))]

    assert fills(cell_traces(a_history(epochs, run=run), "y3", LIGHT))[1, 0.08][0] == 0.84


def test_cooldown_runs_down_without_turning():
    states = [reducing_state(cooldown=3, cooldown_counter=left) for left in (3, 2, 0)]
    epochs = [an_epoch(number, state) for number, state in enumerate(states)]

    traces = cell_traces(a_history(epochs, run=a_run([COOLING])), "y3", LIGHT)

    assert numbers(traces) == {(1, 0.08): "3", (2, 0.08): "2"}
    assert fills(traces)[1, 0.08] == (0.84, LIGHT.waiting)


def test_epoch_that_stops_the_training_is_marked():
    epochs = [an_epoch(0, stopping_state(wait=6, fired=True))]

    found = fills(cell_traces(a_history(epochs), "y3", LIGHT))

    assert found[1, 0.08] == (0.84, LIGHT.ink)


def test_empty_cells_stand_ready_for_every_planned_epoch():
    track = cell_traces(a_history(run=a_run(epochs=12)), "y3", LIGHT)[0]

    assert sorted(set(track["x"])) == list(range(1, 13))
    assert len(track["x"]) == 2 * 12


def test_track_of_five_hundred_epochs_is_one_bar_a_row():
    track = cell_traces(a_history(run=a_run(epochs=500)), "y3", LIGHT)[0]

    assert track["x"] == [250.5, 250.5]
    assert track["width"] == 500


def test_first_callback_is_the_upper_row():
    axis = strip_axis(a_run([COOLING]).spec)

    assert axis["ticktext"] == ["LR wait", "cooldown"]
    assert axis["tickvals"][0] > axis["tickvals"][1]
    assert axis["range"] == [0, 2]
