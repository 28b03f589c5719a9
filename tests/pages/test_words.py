"""Words of the pages that have no page of their own."""

import time
from dataclasses import replace

import pytest

from pages.parts.words import counted, told_apart, when
from tests.charts.histories import a_run


def test_labels_that_are_equal_say_as_much_of_their_keys_as_tells_them_apart():
    labels = {
        "abcdef01": "Demo",
        "abcdef02": "Demo",
        "123456ff": "Mine",
        "set/a": "A",
        "set/a-2": "A",
    }
    assert told_apart(labels) == {
        "abcdef01": "Demo · abcdef01",
        "abcdef02": "Demo · abcdef02",
        "123456ff": "Mine",
        "set/a": "A · set/a",
        "set/a-2": "A · set/a-",
    }
    assert told_apart({}) == {}


def test_a_number_stands_with_its_noun():
    told = [counted(number, "seed") for number in (0, 1, 2, 2000)]
    assert told == ["0 seeds", "1 seed", "2 seeds", "2,000 seeds"]


@pytest.mark.parametrize(
    ("hours", "told"),
    [(0, "just now"), (23.5, "23 h 30 min ago"), (24, "1 day ago"), (216.2, "9 days ago")],
)
def test_how_long_ago_is_said_in_days_from_a_day_on(monkeypatch, hours, told):
    monkeypatch.setattr(time, "time", lambda: 1e9)
    assert when(replace(a_run(), created_s=1e9 - hours * 3600)) == told
