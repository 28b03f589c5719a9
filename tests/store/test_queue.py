"""Who waits for a worker, and what is before them."""

import pytest

from core import store
from core.specs import presets
from core.store import Amount, Epoch, RunStatus
from core.store.queue import Pace
from tests.swept import store_sweep, sweep_spec

EPOCHS = [Epoch(number, {"loss": 1.0}, 1e-3, 1e-3, 2.0 + number, 1.0) for number in range(3)]


@pytest.fixture
def ids(db):
    """Three runs, of which the first trains."""
    ids = [store.create_run(db, presets.quick_demo(), owner="ann") for _ in range(3)]
    store.start_run(db, ids[0])
    return ids


def test_each_run_that_waits_has_its_place(db, ids):
    assert store.queue_places(db) == {ids[1]: 1, ids[2]: 2}
    assert [run.id for run in store.read_before(db, store.read_run(db, ids[2]))] == ids[:2]
    store.end_run(db, ids[0], RunStatus.FINISHED)
    assert store.queue_places(db) == {ids[1]: 0, ids[2]: 1}


def test_runs_and_branches_that_wait_are_counted_and_the_runs_of_sweeps_are_not(db, ids):
    assert store.waiting(db) == Amount(2, 0)
    store_sweep(db, sweep_spec(seeds=(0, 1)), most_epochs=0)
    assert store.waiting(db) == Amount(2, 2)
    assert store.queue_places(db).keys() == set(ids[1:])


def test_before_a_sweep_is_what_has_a_worker_or_came_earlier(db, ids):
    other = store_sweep(db, sweep_spec(seeds=(0,)), most_epochs=0)
    sweep = store_sweep(db, sweep_spec(seeds=(0,)), most_epochs=0)
    store.create_run(db, presets.quick_demo(), owner="ann")
    assert store.before_sweep(db, sweep) == Amount(3, 0)
    store.claim_branch(db, other.id, task="t", worker="w")
    store.claim_branch(db, sweep.id, task="t", worker="w")
    assert store.before_sweep(db, sweep) == Amount(3, 1)


def test_the_pace_of_a_run_is_the_mean_of_its_epochs(db, ids):
    store.append(db, ids[0], new_epochs=EPOCHS)
    assert store.read_paces(db, ids) == {ids[0]: Pace(3, 3.0)}
