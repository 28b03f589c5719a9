import math
from itertools import pairwise
from typing import Any

import pytest

from core.charts.frame import Scale
from core.charts.marks import event_traces, nan_traces, reduction_labels, reduction_lines
from core.charts.palette import LIGHT
from core.specs.callbacks import EarlyStopping, ModelCheckpoint
from core.store.records import Event, EventKind
from tests.charts.histories import (
    VAL_ACCURACY,
    a_history,
    a_reduction,
    a_run,
    a_save,
    an_epoch,
    seven_epochs,
    their_events,
)

SCALES = {"accuracy": Scale(0.5, 1.0), "loss": Scale(0.1, 2.0)}


def marks(*events: Event, **more: Any) -> dict[str, list[tuple[int, float]]]:
    """Return where the events are marked on the seven epochs, by the name in the legend."""
    traces = event_traces(a_history(seven_epochs(), events, **more), SCALES, LIGHT)
    return {t["name"]: list(zip(t["x"], t["y"], strict=True)) for t in traces}


@pytest.mark.parametrize(
    ("event", "name"),
    [
        (a_reduction(2), "rate reduced"),
        (a_save(2), "best saved"),
        (Event(EventKind.LEARNING_RATE_SET, 2), "rate set"),
        (Event(EventKind.EARLY_STOP, 2), "early stop"),
        (Event(EventKind.WEIGHTS_RESTORED, 6, {"from_epoch": 2}), "restored"),
        (Event(EventKind.STOPPED, 2), "stopped"),
        (Event(EventKind.FAILED, 2), "failed"),
        (Event(EventKind.FINISHED, 2), "finished"),
    ],
)
def test_event_is_marked_on_the_judged_curve(event: Event, name: str):
    assert marks(event) == {name: [(3, 0.813)]}


def test_every_kind_of_event_has_a_mark():
    history = a_history(
        [], [Event(kind, 0, {"from_epoch": 0, "metric": "loss"}) for kind in EventKind]
    )

    drawn = event_traces(history, SCALES, LIGHT) + nan_traces(history, SCALES, LIGHT)

    assert len(drawn) == len(EventKind)
    assert len({trace["marker"]["symbol"] for trace in drawn}) == len(EventKind)


def test_reduction_is_a_triangle_that_points_down():
    (trace,) = event_traces(a_history(seven_epochs(), [a_reduction(4)]), SCALES, LIGHT)

    assert trace["marker"]["symbol"] == "triangle-down"


def test_last_saved_checkpoint_is_the_star():
    found = marks(*their_events())

    assert found["best saved"] == [(7, VAL_ACCURACY[6])]
    assert [epoch for epoch, _ in found["saved"]] == [1, 2, 3, 6]


def test_checkpoints_of_every_epoch_have_no_star():
    every = ModelCheckpoint(filepath="{epoch}.keras", monitor="val_accuracy")

    assert marks(a_save(0), a_save(1), run=a_run([every])) == {"saved": [(1, 0.603), (2, 0.723)]}


def test_several_saves_in_one_epoch_are_one_mark():
    assert marks(a_save(2), a_save(2)) == {"best saved": [(3, 0.813)]}


def test_event_without_an_epoch_stands_at_the_last_finished_one():
    assert marks(Event(EventKind.FAILED)) == {"failed": [(7, VAL_ACCURACY[6])]}


def test_event_without_a_value_stands_on_the_floor():
    (trace,) = event_traces(a_history([], [Event(EventKind.FAILED)]), SCALES, LIGHT)

    assert (trace["x"], trace["y"]) == ([1], [0.5])


def test_event_at_a_gap_stands_on_the_floor():
    gap = an_epoch(0, logs={"val_accuracy": math.nan})

    (trace,) = event_traces(a_history([gap], [a_reduction(0)]), SCALES, LIGHT)

    assert trace["y"] == [0.5]


def test_marks_follow_the_loss_where_it_is_monitored():
    run = a_run([EarlyStopping(monitor="val_loss", patience=3)])

    (trace,) = event_traces(a_history([an_epoch(0)], [a_save(0)], run), SCALES, LIGHT)

    assert (trace["y"], trace["yaxis"]) == ([1.0], "y2")


def test_gap_has_a_cross_on_the_floor_of_its_row():
    values = [0.5, math.nan, math.inf]
    epochs = [an_epoch(n, logs={"val_loss": value}) for n, value in enumerate(values)]

    (trace,) = nan_traces(a_history(epochs), SCALES, LIGHT)

    assert (trace["x"], trace["y"]) == ([2, 3], [0.1, 0.1])
    assert (trace["yaxis"], trace["marker"]["symbol"]) == ("y2", "x")


def test_nan_in_an_epoch_that_never_finished_is_marked():
    event = Event(EventKind.NAN, 1, {"metric": "loss", "batch": 17})

    (trace,) = nan_traces(a_history([an_epoch(0)], [event]), SCALES, LIGHT)

    assert (trace["x"], trace["yaxis"]) == ([2], "y2")


def test_crosses_in_both_rows_share_one_entry_in_the_legend():
    gap = an_epoch(0, logs={"val_loss": math.nan, "val_accuracy": math.nan})

    traces = nan_traces(a_history([gap]), SCALES, LIGHT)

    assert [trace["yaxis"] for trace in traces] == ["y", "y2"]
    assert [trace["showlegend"] for trace in traces] == [True, False]


def test_finite_values_have_no_cross():
    assert nan_traces(a_history(seven_epochs()), SCALES, LIGHT) == []


def test_reduction_line_falls_between_two_epochs():
    (line,) = reduction_lines(a_history(seven_epochs(), their_events()), 0.1, 0.9, LIGHT)

    assert line["x0"] == line["x1"] == 5.5
    assert (line["y0"], line["y1"], line["yref"]) == (0.1, 0.9, "paper")
    assert line["line"]["dash"] == "dot"


def test_reduction_is_labelled_with_its_factor():
    (label,) = reduction_labels(a_history(seven_epochs(), their_events()), 0.9, LIGHT)

    assert label["text"] == "\N{MULTIPLICATION SIGN}0.3"
    assert (label["x"], label["xref"]) == (5.5, "x")


def test_label_of_the_last_epoch_stays_inside_the_figure():
    first, last = reduction_labels(a_history(events=[a_reduction(9), a_reduction(19)]), 0.9, LIGHT)

    assert (first["x"], first["xanchor"]) == (10.5, "left")
    assert (last["x"], last["xanchor"]) == (20.5, "right")


def test_labels_that_would_overlap_are_left_out():
    events = [a_reduction(number) for number in range(20)]

    labels = reduction_labels(a_history(events=events), 0.9, LIGHT)

    starts = [label["x"] - (1.8 if label["xanchor"] == "right" else 0) for label in labels]
    assert 1 < len(labels) < 20
    assert all(later - earlier >= 0.09 * 20 - 1e-9 for earlier, later in pairwise(starts))
    assert len(reduction_lines(a_history(events=events), 0, 1, LIGHT)) == 20
