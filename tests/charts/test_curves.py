import math

from core.charts.curves import metric_traces, rate_trace
from core.charts.palette import LIGHT
from core.specs.callbacks import EarlyStopping
from tests.charts.histories import (
    RATES,
    REDUCING_BEST,
    VAL_ACCURACY,
    a_history,
    a_run,
    an_epoch,
    seven_epochs,
)


def test_epochs_are_shown_from_one():
    training, _, validation = metric_traces(a_history(seven_epochs()), "accuracy", "y", LIGHT)

    assert training["x"] == validation["x"] == [1, 2, 3, 4, 5, 6, 7]
    assert validation["y"] == list(VAL_ACCURACY)


def test_value_that_is_no_number_is_a_gap_and_never_zero():
    values = [0.5, math.nan, math.inf, 0.6]
    epochs = [an_epoch(n, logs={"val_loss": value}) for n, value in enumerate(values)]

    validation = metric_traces(a_history(epochs), "loss", "y2", LIGHT)[-1]

    assert validation["y"] == [0.5, None, None, 0.6]
    assert validation["connectgaps"] is False


def test_metric_that_was_not_logged_is_a_gap():
    epoch = an_epoch(0)
    bare = type(epoch)(0, {"loss": 1.0}, 0.001, 0.001, 3.0, 2.5)

    assert metric_traces(a_history([bare]), "accuracy", "y", LIGHT)[-1]["y"] == [None]


def test_best_so_far_is_what_the_callback_holds():
    names = [trace["name"] for trace in metric_traces(a_history(), "accuracy", "y", LIGHT)]
    best = metric_traces(a_history(seven_epochs()), "accuracy", "y", LIGHT)[1]

    assert names == ["training", "best so far", "validation"]
    assert best["y"] == list(REDUCING_BEST)
    assert best["line"]["shape"] == "hv"


def test_best_so_far_without_a_callback_is_the_best_value():
    values = [0.6, math.nan, 0.5, 0.7]
    epochs = [an_epoch(n, logs={"val_accuracy": value}) for n, value in enumerate(values)]

    best = metric_traces(a_history(epochs, run=a_run([])), "accuracy", "y", LIGHT)[1]

    assert best["y"] == [0.6, 0.6, 0.6, 0.7]


def test_best_so_far_stands_in_the_row_of_the_judged_metric_only():
    on_loss = a_history(run=a_run([EarlyStopping(monitor="val_loss", patience=3)]))

    assert len(metric_traces(on_loss, "accuracy", "y", LIGHT)) == 2
    assert len(metric_traces(on_loss, "loss", "y2", LIGHT)) == 3


def test_each_curve_has_one_entry_in_the_legend():
    history = a_history(seven_epochs())
    both = [*metric_traces(history, "accuracy", "y", LIGHT)]
    both += metric_traces(history, "loss", "y2", LIGHT)

    shown = [trace["name"] for trace in both if trace.get("showlegend", True)]

    assert shown == ["training", "best so far", "validation"]


def test_rate_drops_between_two_epochs():
    trace = rate_trace(a_history(seven_epochs()), "y4", LIGHT)

    assert trace["x"] == [0.5, 5.5, 5.5, 8.5]
    assert trace["y"] == [RATES[0], RATES[0], RATES[-1], RATES[-1]]


def test_rate_reduced_after_the_last_epoch_is_drawn_beyond_it():
    trace = rate_trace(a_history(seven_epochs()[:5]), "y4", LIGHT)

    assert trace["x"] == [0.5, 5.5, 5.5, 6.5]
    assert trace["y"] == [0.001, 0.001, 0.0003, 0.0003]


def test_no_epochs_draw_no_rate():
    assert rate_trace(a_history(), "y4", LIGHT)["x"] == []


def test_many_epochs_are_drawn_without_dots():
    few, many = ([an_epoch(n) for n in range(count)] for count in (1, 100))

    assert "markers" in metric_traces(a_history(few), "loss", "y2", LIGHT)[0]["mode"]
    assert metric_traces(a_history(many), "loss", "y2", LIGHT)[0]["mode"] == "lines"
