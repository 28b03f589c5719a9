import json
import math
from itertools import pairwise

import plotly.io
import pytest

from core.charts.live import CONFIG, evidence, run_figure
from core.charts.palette import DARK, LIGHT
from core.specs.data import FolderScans, SimulatedScans
from core.store.records import Event, EventKind, RunStatus
from tests.charts.histories import (
    a_run,
    an_epoch,
    reducing_state,
    seven_epochs,
    stopping_state,
    their_events,
)


def annotations(figure) -> list[str]:
    return [note.text for note in figure.layout.annotations]


def test_update_of_the_same_run_keeps_its_revision_and_so_the_zoom():
    first = run_figure(a_run(), seven_epochs()[:3], [], dark=False)
    later = run_figure(a_run(), seven_epochs(), their_events(), dark=False)

    assert first.layout.uirevision == later.layout.uirevision == "run-1"


def test_axis_spans_all_planned_epochs_from_the_start():
    for epochs in ([], seven_epochs()):
        figure = run_figure(a_run(epochs=20), epochs, [], dark=False)

        low, high = figure.layout.xaxis.range
        assert 0 < low < 0.5
        assert 20.5 < high < 21


def test_rate_steps_down_on_the_dotted_line():
    figure = run_figure(a_run(), seven_epochs(), their_events(), dark=False)

    (line,) = figure.layout.shapes
    rate = next(trace for trace in figure.data if trace.name == "learning rate")
    points = pairwise(zip(rate.x, rate.y, strict=True))
    drops = [(left[0], right[0]) for left, right in points if right[1] < left[1]]
    assert drops == [(line.x0, line.x1)] == [(5.5, 5.5)]


def test_dotted_line_runs_through_all_rows():
    figure = run_figure(a_run(), seven_epochs(), their_events(), dark=False)

    (line,) = figure.layout.shapes
    assert line.y0 == pytest.approx(figure.layout.yaxis4.domain[0], abs=1e-4)
    assert line.y1 == pytest.approx(figure.layout.yaxis.domain[1], abs=1e-4)


def test_all_rows_share_the_axis_of_epochs():
    figure = run_figure(a_run(), seven_epochs(), their_events(), dark=False)

    assert {trace.xaxis for trace in figure.data} == {None}
    assert {trace.yaxis for trace in figure.data} == {"y", "y2", "y3", "y4", "y5"}


def test_label_stands_above_the_curves():
    figure = run_figure(a_run(), seven_epochs(), their_events(), dark=False)

    (labels,) = [trace for trace in figure.data if trace.hovertemplate]
    assert len(labels.text) == 7
    assert figure.layout.yaxis5.domain[0] > figure.layout.yaxis.domain[1]
    assert {t.hoverinfo for t in figure.data if t is not labels} == {"skip", "none"}


def test_every_row_answers_the_pointer():
    figure = run_figure(a_run(), seven_epochs(), [], dark=False)

    silent = {trace.yaxis for trace in figure.data if trace.hoverinfo == "none"}
    assert silent == {"y", "y2", "y3", "y4"}


def test_run_without_epochs_is_a_calm_frame():
    figure = run_figure(a_run(), [], [], dark=False)

    assert "The first epoch is on its way" in annotations(figure)
    assert not figure.layout.shapes


@pytest.mark.parametrize("status", [RunStatus.STOPPED, RunStatus.FAILED, RunStatus.INTERRUPTED])
def test_run_that_ended_before_its_first_epoch_promises_none(status: RunStatus):
    figure = run_figure(a_run(status=status), [], [Event(EventKind.FAILED)], dark=False)

    assert "No epoch was finished" in annotations(figure)


def test_notice_goes_with_the_first_epoch():
    figure = run_figure(a_run(), seven_epochs()[:1], [], dark=False)

    assert "The first epoch is on its way" not in annotations(figure)


def test_all_nan_draws_gaps_and_crosses():
    gaps = dict.fromkeys(("accuracy", "loss", "val_accuracy", "val_loss"), math.nan)
    states = (reducing_state(wait=1, best=None), stopping_state(wait=1, best=None))
    epochs = [an_epoch(number, *states, logs=gaps) for number in range(4)]

    figure = run_figure(a_run(), epochs, [], dark=True)

    curves = [trace for trace in figure.data if trace.name in {"training", "validation"}]
    assert all(set(trace.y) == {None} for trace in curves)
    crosses = [trace for trace in figure.data if trace.name == "NaN"]
    assert [list(trace.x) for trace in crosses] == [[1, 2, 3, 4]] * 2


def test_figure_says_what_it_rests_on():
    assert evidence(SimulatedScans()) == "trained · simulated scans (demo) · 1 seed"
    assert evidence(FolderScans(folder="brain")) == "trained · scans of folder brain · 1 seed"
    assert evidence(SimulatedScans()) in annotations(run_figure(a_run(), [], [], dark=False))


def test_name_of_a_folder_is_cut_and_escaped():
    run = a_run(scans=FolderScans(folder="<b>&" + "x" * 100))

    (note,) = [text for text in annotations(run_figure(run, [], [], dark=False)) if "seed" in text]

    assert "&lt;b&gt;&amp;x" in note
    assert len(note) < 70


@pytest.mark.parametrize(("dark", "colours"), [(True, DARK), (False, LIGHT)])
def test_theme_colours_paper_and_ink(dark: bool, colours):
    layout = run_figure(a_run(), seven_epochs(), [], dark=dark).layout

    assert layout.paper_bgcolor == layout.plot_bgcolor == colours.paper
    assert layout.font.color == colours.ink


def test_metric_of_another_name_is_ignored():
    with_auc = [an_epoch(0, logs={"val_auc": 0.9})]

    assert run_figure(a_run([]), with_auc, [], dark=False) == run_figure(
        a_run([]), [an_epoch(0)], [], dark=False
    )


def test_twenty_epochs_fit_into_sixty_kilobytes():
    epochs = [
        an_epoch(number, reducing_state(wait=1), stopping_state(wait=3)) for number in range(20)
    ]

    figure = run_figure(a_run(), epochs, their_events(), dark=True)

    assert len(plotly.io.to_json(figure).encode()) < 60_000


def test_five_hundred_epochs_are_drawn_whole():
    epochs = [an_epoch(number, reducing_state(wait=1)) for number in range(500)]

    figure = run_figure(a_run(epochs=500), epochs, [], dark=False)

    validation = next(trace for trace in figure.data if trace.name == "validation")
    assert list(validation.x) == list(range(1, 501))


def test_config_is_plain_json_without_the_logo():
    assert json.loads(json.dumps(CONFIG))["displaylogo"] is False
