"""The figures of the Evaluate page."""

import math

import numpy as np
import pytest

from core.charts.evaluation import accuracies, calibration, class_curves
from core.charts.evaluation.accuracies import Row, accuracies_figure
from core.charts.evaluation.calibration import calibration_figure
from core.charts.evaluation.confusion import confusion_figure
from core.charts.evaluation.overlay import overlay
from core.charts.palette import palette
from core.evaluation import scores
from core.evaluation.calibration import bins
from core.evaluation.curves import precision_recall_curves, roc_curves
from core.evaluation.intervals import Interval
from tests.evaluation.answers import drawn

RESTS_ON = "trained · scans of folder <b>x</b> · 1 seed"
ANSWERS = drawn()


def every_figure(dark):
    counts = scores.confusion(ANSWERS)
    interval = Interval(0.8, 0.7, 0.9, 50, 50, "scan")
    row = Row("a <i>run</i>", {"all": interval, "twins": interval})
    return [
        confusion_figure(counts, ANSWERS.classes, rests_on=RESTS_ON, dark=dark),
        class_curves.roc_figure(roc_curves(ANSWERS), rests_on=RESTS_ON, dark=dark),
        class_curves.precision_recall_figure(
            precision_recall_curves(ANSWERS), rests_on=RESTS_ON, dark=dark
        ),
        calibration_figure(bins(ANSWERS), classes=4, rests_on=RESTS_ON, dark=dark),
        accuracies_figure([row], chance=0.3, rests_on=RESTS_ON, dark=dark),
    ]


@pytest.mark.parametrize("dark", [False, True])
def test_every_figure_says_what_it_rests_on_and_escapes_it(dark):
    for figure in every_figure(dark):
        assert "trained · scans of folder &lt;b&gt;x&lt;/b&gt; · 1 seed" in figure.layout.title.text
        assert figure.layout.paper_bgcolor == palette(dark).paper


def test_a_pressed_cell_says_which_it_is():
    counts = np.array([[3, 1], [0, 4]])
    figure = confusion_figure(
        counts, ("<b>a</b>", "plain"), rests_on=RESTS_ON, pressed=(0, 1), dark=False
    )
    (cells,) = figure.data
    assert np.array(cells.customdata).tolist() == [[0, 1], [2, 3]]
    assert "<b>3</b><br>75%" in cells.text[0]
    assert "&lt;b&gt;a" in figure.layout.xaxis.ticktext[0]
    (frame,) = figure.layout.shapes
    assert (frame.x0, frame.y0) == (0.51, -0.49)


def test_right_and_wrong_cells_go_opposite_ways():
    figure = confusion_figure(np.array([[3, 1], [0, 4]]), "ab", rests_on=RESTS_ON, dark=True)
    assert np.array(figure.data[0].z).tolist() == [[0.75, -0.25], [0, 1]]


def test_a_class_without_scans_is_an_empty_row():
    figure = confusion_figure(np.array([[2, 0], [0, 0]]), "ab", rests_on=RESTS_ON, dark=True)
    assert not np.array(figure.data[0].z)[1].any()


def test_the_legend_of_the_curves_names_each_class_with_its_area():
    curves = roc_curves(ANSWERS)
    names = [name for name, _, _ in class_curves.legend(curves, dark=False)]
    assert names == [*(f"{c.name} ({c.area:.3f})" for c in curves), "guessing"]


def test_bars_of_the_calibration_count_all_scans():
    figure = calibration_figure(bins(ANSWERS), classes=4, rests_on=RESTS_ON, dark=False)
    assert sum(figure.data[2].y) == 300
    assert len(calibration.legend(dark=True)) == 3


def test_positions_without_scans_are_not_drawn_and_a_missing_interval_has_no_bar():
    lone = Interval(1.0, math.nan, math.nan, 1, 1, "scan")
    rows = [Row("one", {"all": lone}), Row("two", {"all": lone, "twin-free": lone})]
    figure = accuracies_figure(rows, chance=0.5, rests_on=RESTS_ON, dark=False)
    assert [len(trace.x) for trace in figure.data] == [2, 0, 1]
    assert figure.data[0].error_x.array == (0, 0)
    shown = [name for name, _, _ in accuracies.legend(rows, chance=0.5, dark=False)]
    assert shown[:2] == [accuracies.WORDS["all"], accuracies.WORDS["twin-free"]]


def test_the_heat_map_warms_the_scan_where_it_is_hot():
    scan, heat = np.full((48, 48), 100, np.uint8), np.zeros((4, 4), np.float16)
    heat[0, 0] = 1
    picture = overlay(scan, heat).astype(int)
    assert picture.shape == (192, 192, 3)
    assert picture[5, 5, 0] - picture[5, 5, 2] > 100
    assert picture[180, 180].tolist() == [100, 100, 100]


def test_lesion_and_peak_are_drawn_where_they_are():
    scan, mask = np.zeros((48, 48), np.uint8), np.zeros((48, 48), bool)
    mask[10:20, 10:20] = True
    picture = overlay(scan, mask=mask, peak=(40, 30)).astype(int)
    outline = np.argwhere(picture[:100, :100].any(axis=2))
    assert outline.min() == 40
    assert outline.max() == 79
    assert not picture[60, 60].any()
    assert picture[162, 122].min() > 200
