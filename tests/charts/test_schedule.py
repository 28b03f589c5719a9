"""The preview of a plan shows every epoch's rate."""

import pytest

from core.charts.palette import DARK, LIGHT
from core.charts.schedule import schedule_figure
from core.specs.callbacks import LearningRateScheduler
from core.specs.schedules import SETTINGS_OF, rates


@pytest.mark.parametrize("schedule", SETTINGS_OF)
def test_every_epoch_stands_at_its_rate_counted_from_one(schedule):
    planned = rates(LearningRateScheduler(schedule=schedule), 0.004, 20)

    (curve,) = schedule_figure(planned, dark=False).data

    assert list(curve.x) == list(range(1, 21))
    assert list(curve.y) == list(planned)


def test_the_title_says_that_nothing_is_trained_yet():
    (title,) = schedule_figure([0.1] * 16, dark=False).layout.annotations

    assert title.text == "<b>planned</b>, not trained · learning rate of all 16 epochs"


def test_a_wide_range_is_logarithmic_and_a_narrow_one_begins_at_zero():
    narrow, wide = ([1e-3, rate] for rate in (1e-4, 1e-6))

    assert schedule_figure(narrow, dark=False).layout.yaxis.range[0] == 0
    assert schedule_figure(wide, dark=False).layout.yaxis.type == "log"


def test_a_rate_that_decays_to_nothing_is_drawn():
    assert schedule_figure([1e-3, 0.0], dark=False).layout.yaxis.range[0] == 0
    assert list(schedule_figure([0.0], dark=False).data[0].y) == [0.0]


@pytest.mark.parametrize(("dark", "colours"), [(True, DARK), (False, LIGHT)])
def test_the_rate_has_its_colour_on_both_pages(dark, colours):
    assert schedule_figure([1.0], dark=dark).data[0].line.color == colours.reduction
