"""What a fork shares is drawn once, apart from its own; changes by hand stand where they were."""

import json
from dataclasses import replace

import pytest

from core.charts.curves import metric_traces, rate_trace
from core.charts.event_text import event_line, events_csv
from core.charts.live import run_figure
from core.charts.marks import event_traces, reduction_lines
from core.charts.palette import LIGHT
from core.store import Event, EventKind
from tests.charts.histories import a_history, a_run, an_epoch, seven_epochs, their_events

FORKED = replace(a_run(), parent_id="parent", forked_at=2)
BY_HAND = Event(
    EventKind.LEARNING_RATE_SET, 1, {"from": 0.001, "to": 0.0005, "by": "hand", "batch": 25}
)


def drawn(history):
    return {trace["name"]: trace for trace in metric_traces(history, "accuracy", "y", LIGHT)}


def test_the_shared_part_is_dotted_and_meets_the_forks_own():
    traces = drawn(a_history(seven_epochs(), run=FORKED))
    assert traces["validation, shared"]["x"] == [1, 2, 3]
    assert traces["validation, shared"]["line"]["dash"] == "dot"
    assert traces["validation"]["x"] == [3, 4, 5, 6, 7]
    assert not traces["validation, shared"]["showlegend"]


def test_a_run_of_its_own_has_one_curve_a_metric():
    assert set(drawn(a_history(seven_epochs()))) == {"training", "validation", "best so far"}


def test_the_figure_of_a_fork_names_its_parent_escaped_and_bands_what_they_share():
    figure = run_figure(
        FORKED, seven_epochs(), their_events(), shared_with="<b>Demo", dark=False
    ).to_plotly_json()
    (band,) = [shape for shape in figure["layout"]["shapes"] if shape["type"] == "rect"]
    assert (band["x0"], band["x1"]) == (0, 3.5)
    texts = [note["text"] for note in figure["layout"]["annotations"]]
    assert "dotted: shared with &lt;b&gt;Demo" in texts


def test_a_fork_is_marked_where_it_leaves():
    history = a_history(seven_epochs(), [Event(EventKind.FORKED, 2, {})], FORKED)
    (marks,) = event_traces(history, _scales(), LIGHT)
    assert (marks["name"], marks["x"]) == ("forked", [3])


def test_a_rate_set_by_hand_has_a_mark_a_line_and_a_step_within_its_epoch():
    epochs = [an_epoch(0), an_epoch(1, learning_rate_after=0.0005)]
    history = a_history(epochs, [BY_HAND])
    (marks,) = event_traces(history, _scales(), LIGHT)
    assert (marks["name"], marks["x"]) == ("rate set by hand", [2])
    (line,) = reduction_lines(history, 0, 1, LIGHT)
    assert line["x0"] == pytest.approx(2.0)  # 25 of 50 batches.
    steps = rate_trace(history, "y4", LIGHT)
    assert steps["x"] == pytest.approx([0.5, 2.0, 2.0, 3.5])
    assert steps["y"] == pytest.approx([0.001, 0.001, 0.0005, 0.0005])


def test_a_worker_that_died_before_the_first_epoch_is_marked_at_the_first():
    history = a_history(seven_epochs(), [Event(EventKind.RESUMED, None, {"died": True})])
    (marks,) = event_traces(history, _scales(), LIGHT)
    assert (marks["name"], marks["x"]) == ("resumed", [1])


def test_events_are_taken_home_with_their_words_and_numbers():
    header, row, end, _ = events_csv([BY_HAND, Event(EventKind.PAUSED)]).split("\n")
    assert header == "epoch,kind,what happened,detail"
    assert row.startswith("2,learning_rate_set,Set by hand: learning rate 0.001 → 0.0005,")
    detail = row.split(",", 3)[3].strip('"').replace('""', '"')
    assert json.loads(detail)["batch"] == 25
    assert end == ",paused,Paused by hand.,{}"


def test_a_fork_tells_what_changed_with_both_values():
    changed = {
        "ReduceLROnPlateau.patience": [2, 5],
        "callbacks": [["ReduceLROnPlateau"], ["ReduceLROnPlateau", "EarlyStopping"]],
        "EarlyStopping.patience": [None, 3],
    }
    assert event_line(Event(EventKind.FORKED, 2, {"changed": changed})) == (
        "Forked here: ReduceLROnPlateau.patience 2 → 5, callbacks ReduceLROnPlateau, EarlyStopping."
    )
    assert event_line(Event(EventKind.FORKED, 2, {})) == "Forked here, nothing changed."


def _scales():
    from core.charts.frame import Scale

    return {name: Scale(0.0, 1.0) for name in ("accuracy", "loss", "learning_rate")}
