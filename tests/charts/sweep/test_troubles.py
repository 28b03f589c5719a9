"""What a sweep's page says of runs that failed, and of what runs noted."""

import pytest

from core import store
from core.charts.sweep.troubles import failures_told, notes_told
from core.specs.sweep import Axis
from core.store import BranchEpoch, RunStatus
from tests.swept import read_results, store_sweep, sweep_spec


@pytest.fixture
def sweep(db):
    """Factors 0.1 and 0.5, seeds 0 and 1, before the first epoch."""
    return store_sweep(db, sweep_spec(patiences=(1,), seeds=(0, 1), epochs=4), most_epochs=0)


def end(db, sweep, settings, error):
    """End runs of the next branch as a callback that raised ends them."""
    branch = store.claim_branch(db, sweep.id, task="t", worker="w")
    ids = store.read_run_ids(db, branch)
    ended = {ids[each]: (RunStatus.FAILED, error) for each in settings}
    store.write_branch_epoch(db, branch, BranchEpoch(0, 1.0, {}, ended=ended))
    return branch


def test_each_reason_is_said_once_with_the_runs_it_ended(db, sweep):
    end(db, sweep, [0, 1], "It has no metric.")
    end(db, sweep, [1], "The disk is full.")
    assert failures_told(read_results(db, sweep.id)) == [
        "2 of 4 runs failed (all settings, seed 0): It has no metric.",
        "1 of 4 runs failed (factor 0.5, seed 1): The disk is full.",
    ]


def test_what_the_sweep_says_itself_is_not_said_again(db, sweep):
    for _ in range(2):
        branch = end(db, sweep, [], "")
        store.end_branch(db, branch, RunStatus.FAILED, error="The disk is full.")
    results = read_results(db, sweep.id)
    assert results.sweep.error == "The disk is full."
    assert failures_told(results) == []


def test_of_many_reasons_the_rest_is_counted(db):
    axis = Axis(callback=0, parameter="factor", values=tuple(n / 10 for n in range(1, 8)))
    spec = sweep_spec(seeds=(0,), axes=[axis.model_dump()], epochs=4)
    sweep = store_sweep(db, spec, most_epochs=0)
    branch = store.claim_branch(db, sweep.id, task="t", worker="w")
    ids = store.read_run_ids(db, branch)
    ended = {run_id: (RunStatus.FAILED, f"Reason {n}.") for n, run_id in ids.items()}
    store.write_branch_epoch(db, branch, BranchEpoch(0, 1.0, {}, ended=ended))
    *told, last = failures_told(read_results(db, sweep.id))
    assert len(told) == 4
    assert last == "Three more runs failed for other reasons, which the monitor of each tells."


def test_a_note_that_runs_share_is_said_once(db, sweep):
    runs = store.read_sweep_runs(db, sweep.id)
    assert notes_told(read_results(db, sweep.id)) == []
    for run in runs:
        if run.seed == 0:
            store.add_note(db, run.id, "The state after epoch 2 could not be saved.")
        store.add_note(db, run.id, "Three files were left out.")
    assert notes_told(read_results(db, sweep.id)) == [
        "All 4 runs: Three files were left out.",
        "2 of 4 runs: The state after epoch 2 could not be saved.",
    ]
