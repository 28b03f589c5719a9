"""Which runs make one line, and what it is called."""

import math
from dataclasses import replace

import numpy as np
import pytest

from core.charts.compare.lines import (
    best_index,
    lines_of,
    lowered_before,
    metrics_of,
    rates_of,
    values_of,
)
from core.store import Event, EventKind
from tests.compared_runs import RISING


def names(histories, *, by_seed=True):
    return [line.label for line in lines_of(histories, by_seed=by_seed)]


def test_runs_that_differ_by_seed_alone_make_one_line(stored):
    histories = stored(
        {"name": "fast seed 0", "patience": 2, "seed": 0},
        {"name": "slow", "patience": 5, "seed": 0},
        {"name": "fast seed 1", "patience": 2, "seed": 1},
    )
    lines = lines_of(histories, by_seed=True)
    assert [line.label for line in lines] == ["fast (n = 2)", "slow"]
    assert lines[0].seeds == (0, 1)


def test_ungrouped_each_run_is_a_line_of_its_own(stored):
    histories = stored({"name": "one", "seed": 0}, {"name": "other", "seed": 1})
    assert names(histories, by_seed=False) == ["one", "other"]


def test_the_same_seed_once_more_is_no_second_seed(stored):
    histories = stored({"seed": 3}, {"seed": 3}, {"seed": 4})
    assert [line.n for line in lines_of(histories, by_seed=True)] == [2, 1]


def forked(history, *, after=3, changed=None, **fields):
    detail = {"parent": "p", "changed": {"training.epochs": [6, 8], **(changed or {})}}
    event = Event(EventKind.FORKED, after, detail)
    run = replace(history.run, parent_id="p", forked_at=after, **fields)
    return replace(history, run=run, events=[*history.events, event])


def with_rate(history, to, *, batch=10):
    detail = {"from": 0.1, "to": to, "by": "hand", "batch": batch}
    event = Event(EventKind.LEARNING_RATE_SET, 2, detail)
    return replace(history, events=[*history.events, event])


@pytest.mark.parametrize(
    "turned",
    [
        lambda one: forked(one, changed={"ReduceLROnPlateau.patience": [10, 2]}),
        lambda one: forked(one, keras_restore=True),
        lambda one: with_rate(one, 0.01),
    ],
    ids=["changed midway", "brought back by Keras", "rate set by hand"],
)
def test_what_happened_on_the_way_tells_runs_apart_and_groups_those_of_the_same(stored, turned):
    one, other, straight = stored({"seed": 0}, {"seed": 1}, {"seed": 2})
    lines = lines_of([turned(one), turned(other), straight], by_seed=True)
    assert [line.seeds for line in lines] == [(0, 1), (2,)]


def test_turns_of_another_epoch_value_or_batch_are_others(stored):
    one, other = stored({"seed": 0}, {"seed": 1})
    changed = {"ReduceLROnPlateau.patience": [10, 2]}
    for pair in (
        [forked(one, changed=changed), forked(other, changed=changed, after=4)],
        [with_rate(one, 0.01), with_rate(other, 0.02)],
        [with_rate(one, 0.01), with_rate(other, 0.01, batch=11)],
    ):
        assert [line.n for line in lines_of(pair, by_seed=True)] == [1, 1]


def test_a_fork_that_only_trained_longer_is_another_seed(stored):
    one, other = stored({"seed": 0}, {"seed": 1})
    assert [line.n for line in lines_of([forked(one), other], by_seed=True)] == [2]


def test_equal_names_are_told_apart_by_the_settings_that_differ(stored):
    histories = stored({"patience": 2}, {"patience": 5})
    assert names(histories) == ["a run · patience 2", "a run · patience 5"]


def test_nothing_but_the_name_differs_and_yet_names_do(stored):
    assert names(stored({}, {})) == ["a run", "a run (2)"]


def test_seeds_tell_lines_apart_where_they_are_not_grouped(stored):
    assert names(stored({"seed": 1}, {"seed": 2}), by_seed=False) == [
        "a run · seed 1",
        "a run · seed 2",
    ]


@pytest.mark.parametrize(
    ("one", "other", "stem"),
    [
        ("p2 seed 0", "p2 seed 1", "p2"),
        ("p2 s10", "p2 s11", "p2"),
        ("tests-1", "tests-2", "tests"),
        ("patience 2a", "patience 2b", "patience 2"),
    ],
)
def test_the_name_of_a_group_is_what_its_runs_share(stored, one, other, stem):
    histories = stored({"name": one, "seed": 0}, {"name": other, "seed": 1})
    assert names(histories) == [f"{stem} (n = 2)"]


def test_an_epoch_lowered_at_the_very_end_was_never_trained(stored):
    (history,) = stored({"reduced_after": (2, 7)})
    assert lowered_before(history) == [4, 9]
    assert np.allclose(rates_of(history), [1e-3] * 3 + [1e-4] * 5)


def test_a_run_without_an_epoch_was_never_lowered(stored):
    (history,) = stored({"values": ()})
    assert lowered_before(history) == []


def test_metrics_of_keras_come_first_and_the_rate_is_none(stored):
    assert metrics_of(stored({})) == ["loss", "accuracy", "val_loss", "val_accuracy"]


def test_a_metric_that_was_not_logged_is_nan(stored):
    (history,) = stored({})
    assert np.isnan(values_of(history, "val_auc")).all()
    assert values_of(history, "val_accuracy").tolist() == list(RISING)


def test_the_best_is_the_first_of_equals_and_never_nan():
    curve = np.array([math.nan, 0.2, 0.9, 0.9, math.inf])
    assert best_index(curve, "val_accuracy") == 2
    assert best_index(curve, "val_loss") == 1
    assert best_index(np.array([math.nan]), "loss") is None
