"""Histories of several runs at once, what can be forked, and what is asked of a live run."""

import json
import math

import pytest

from core import store
from core.store import Epoch, Event, EventKind, RunStatus, SavedState, Store
from tests.store.test_family import SPEC, fork
from tests.store.test_resuming import OWNER, a_run


@pytest.fixture
def db(tmp_path):
    opened = Store(f"sqlite:///{tmp_path}/store.sqlite")
    yield opened
    opened.close()


def test_many_histories_are_those_read_one_by_one_but_for_the_counters(db):
    parent = a_run(db, finished=4, spec=SPEC)
    child = fork(db, parent, after_epoch=1, own=[2, 3])
    store.append(db, child, new_states=[SavedState(3, "x/c3", "0" * 64, 1)])
    grandchild = fork(db, child, after_epoch=3, own=[4])
    # The parents of the last are not among those asked for.
    runs = store.read_runs_of(db, [parent, grandchild])
    found = store.read_histories(db, runs)
    assert set(found) == {parent, grandchild}
    for run in runs:
        one = store.read_history(db, run.id)
        assert [e.epoch for e in found[run.id].epochs] == [e.epoch for e in one.epochs]
        assert found[run.id].events == one.events


def test_what_a_fork_shares_comes_with_its_parents_name(db):
    parent = a_run(db, finished=4, spec=SPEC)
    child = store.read_run(db, fork(db, parent, after_epoch=1, own=[2]))
    shared = store.read_shared(db, child)
    assert [epoch.epoch for epoch in shared.epochs] == [0, 1]
    assert shared.run_name == SPEC.name
    assert store.read_shared(db, store.read_run(db, parent)) == store.Shared([], [])


def test_a_fork_can_be_forked_where_it_or_its_parent_keeps_a_state(db):
    parent = a_run(db, finished=4, spec=SPEC)
    child = fork(db, parent, after_epoch=2, own=[3])
    store.append(db, child, new_states=[SavedState(3, "x/c3", "0" * 64, 1)])
    assert store.kept_epochs(db, parent) == [0, 1, 2, 3]
    assert store.kept_epochs(db, child) == [0, 1, 2, 3]
    for epoch in store.kept_epochs(db, child):
        fork(db, child, after_epoch=epoch)


def test_signs_tell_of_a_pause_and_of_rates_that_were_asked_for(db):
    run_id = a_run(db, status=RunStatus.RUNNING)
    calm = store.read_signs(db, run_id)
    assert (calm.pause_requested, calm.asked) == (False, 0)
    store.multiply_rate(db, run_id, 0.3, owner=OWNER)
    store.request_pause(db, run_id, owner=OWNER)
    asked = store.read_signs(db, run_id)
    assert (asked.pause_requested, asked.asked) == (True, 1)


def test_a_run_is_taken_home_as_json_with_its_parents_past(db):
    parent = a_run(db, finished=2, spec=SPEC)
    child = fork(db, parent, after_epoch=1)
    lost = Epoch(2, {"loss": math.nan}, 0.001, 0.0005, 1.23456, 1.0, ({"best": math.inf},))
    store.append(db, child, new_epochs=[lost], new_events=[Event(EventKind.NAN, 2, {"batch": 3})])
    text = store.history_json(store.read_run(db, child), store.read_history(db, child))
    told = json.loads(text)
    assert told["forked_from"] == parent
    assert told["forked_after"] == 2
    assert [epoch["epoch"] for epoch in told["epochs"]] == [1, 2, 3]
    assert told["epochs"][2]["loss"] is None
    assert told["epochs"][2]["callbacks"] == [{"best": None}]
    assert told["epochs"][2]["seconds"] == 1.235
    assert told["events"][-1] == {"epoch": 3, "kind": "nan", "detail": {"batch": 3}}
