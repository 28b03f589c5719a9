"""Sweeps in the store: who may do what, and what a worker may still write."""

import pytest

from core import store
from core.specs.callbacks import ReduceLROnPlateau
from core.specs.run import RunSpec, TrainingSpec
from core.specs.sweep import Axis, SweepSpec
from core.store import (
    BranchEpoch,
    Epoch,
    Event,
    EventKind,
    RunStatus,
    SavedState,
    Superseded,
)

OWNER = store.owner_of("token")
STRANGER = store.owner_of("another")


def a_sweep(db, *, seeds=(0,)):
    base = RunSpec(training=TrainingSpec(epochs=4), callbacks=(ReduceLROnPlateau(),))
    axis = Axis(callback=0, parameter="patience", values=(1, 2, 3))
    return store.create_sweep(db, SweepSpec(base=base, axes=(axis,), seeds=seeds), owner=OWNER).id


def claim(db, sweep_id, task="task"):
    return store.claim_branch(db, sweep_id, task=task, worker="here")


def train(db, branch, epoch, *, ended=(), how=(RunStatus.FINISHED, ""), seconds=2.0, settings=None):
    """Write an epoch of a branch as its worker does."""
    ids = store.read_run_ids(db, branch)
    chosen = [ids[each] for each in (settings or branch.settings)]
    row = Epoch(epoch, {"loss": 1.0}, 0.001, 0.001, seconds, 1.0)
    return store.write_branch_epoch(
        db,
        branch,
        BranchEpoch(
            epoch,
            seconds,
            dict.fromkeys(chosen, row),
            {run_id: [Event(EventKind.CHECKPOINT_SAVED, epoch)] for run_id in chosen},
            {ids[each]: how for each in ended},
            a_state(branch, epoch),
        ),
    )


def a_state(branch, epoch):
    return SavedState(epoch, f"{branch.id}/{epoch}", "0" * 64, 1000)


def statuses(db, sweep_id):
    return {branch.status for branch in store.read_branches(db, sweep_id)}


def test_every_setting_with_every_seed_is_a_run_and_every_seed_a_branch(db):
    sweep_id = a_sweep(db, seeds=(4, 2))
    runs = store.read_sweep_runs(db, sweep_id)
    found = [(run.setting, run.spec.training.seed) for run in runs]
    assert found == [(0, 4), (0, 2), (1, 4), (1, 2), (2, 4), (2, 2)]
    assert [run.seed for run in runs] == [seed for _, seed in found]
    assert [b.settings for b in store.read_branches(db, sweep_id)] == [(0, 1, 2)] * 2


def test_the_runs_of_a_sweep_are_no_runs_of_a_persons_own(db):
    sweep_id = a_sweep(db)
    assert store.read_runs(db) == []
    assert store.count_active(db) == 0
    assert store.count_active_sweeps(db, owner=OWNER) == 1
    assert store.count_active_sweeps(db, owner=STRANGER) == 0
    own = store.read_run(db, store.create_run(db, RunSpec(), owner=OWNER))
    assert len(store.read_before(db, own)) == 0
    run_id = store.read_sweep_runs(db, sweep_id)[0].id
    for change in (store.request_stop, store.request_pause, store.delete_run, store.resume_run):
        with pytest.raises(ValueError, match="belongs to a sweep"):
            change(db, run_id, owner=OWNER)


def test_a_branch_is_taken_once_and_the_longest_first(db):
    sweep_id = a_sweep(db, seeds=(0, 1))
    first, second = claim(db, sweep_id), claim(db, sweep_id)
    assert {first.seed, second.seed} == {0, 1}
    assert claim(db, sweep_id) is None
    train(db, first, 0)
    store.split_branch(db, first, [[0], [1, 2]], a_state(first, 0))
    store.requeue_branches(db, "task")
    assert claim(db, sweep_id).first_epoch == 0
    assert claim(db, sweep_id).first_epoch == 1


def test_a_branch_parts_and_the_children_hold_its_state(db):
    sweep_id = a_sweep(db)
    branch = claim(db, sweep_id)
    train(db, branch, 0)
    unused = train(db, branch, 1)
    assert unused == [f"{branch.id}/0"]
    (mine, other), unused = store.split_branch(db, branch, [[0, 2], [1]], a_state(branch, 1))
    assert unused == []
    assert (mine.settings, mine.status, mine.first_epoch) == ((0, 2), RunStatus.RUNNING, 2)
    assert (other.settings, other.status, other.parent_id) == ((1,), RunStatus.QUEUED, branch.id)
    for child in (mine, other):
        assert [state.file for state in store.read_states(db, child.id)] == [f"{branch.id}/1"]
    assert train(db, mine, 2) == []  # The other still needs it.
    taken = claim(db, sweep_id)
    assert train(db, taken, 2) == [f"{branch.id}/1"]
    ledger = store.read_ledger(db, sweep_id)
    assert (ledger.epochs_trained, ledger.epochs_reported, ledger.factor) == (4, 9, 9 / 4)
    assert (ledger.seconds_spent, ledger.seconds_saved) == (8.0, 10.0)


def test_a_branch_that_parts_before_its_first_epoch_goes_on_itself(db):
    sweep_id = a_sweep(db)
    branch = claim(db, sweep_id)
    (mine, other), _ = store.split_branch(db, branch, [[1], [0, 2]], None)
    assert (mine.id, mine.settings) == (branch.id, (1,))
    assert (other.settings, other.first_epoch, other.parent_id) == ((0, 2), 0, None)


def test_a_sweep_ends_with_its_last_branch(db):
    sweep_id = a_sweep(db, seeds=(0, 1))
    for _ in range(2):
        assert store.read_sweep(db, sweep_id).is_active
        branch = claim(db, sweep_id)
        train(db, branch, 0, ended=branch.settings)
        assert store.end_branch(db, branch, RunStatus.FINISHED) == [f"{branch.id}/0"]
    assert store.read_sweep(db, sweep_id).status is RunStatus.FINISHED
    assert {run.status for run in store.read_sweep_runs(db, sweep_id)} == {RunStatus.FINISHED}
    with pytest.raises(ValueError, match="nothing is left to do"):
        store.resume_sweep(db, sweep_id, owner=OWNER)


def test_a_worker_that_was_taken_for_dead_writes_no_more(db):
    sweep_id = a_sweep(db)
    dead = claim(db, sweep_id)
    train(db, dead, 0)
    assert store.requeue_branches(db, "task") == 1
    alive = claim(db, sweep_id)
    assert store.branch_goes_on(db, alive)
    assert not store.branch_goes_on(db, dead)
    with pytest.raises(Superseded):
        train(db, dead, 1)
    with pytest.raises(Superseded):
        store.split_branch(db, dead, [[0], [1, 2]], None)
    assert store.end_branch(db, dead, RunStatus.FAILED) == []
    assert store.read_branches(db, sweep_id)[0].status is RunStatus.RUNNING


def test_what_came_after_the_state_is_forgotten_and_what_had_ended_by_then_stays(db):
    sweep_id = a_sweep(db)
    branch = claim(db, sweep_id)
    train(db, branch, 0, ended=[0])
    train(db, branch, 1, settings=[1, 2], ended=[1])
    store.requeue_branches(db, "task")
    again = claim(db, sweep_id)
    store.go_back_to(db, again, 0, [1, 2])
    runs = store.read_sweep_runs(db, sweep_id)
    assert [run.status for run in runs] == [RunStatus.FINISHED, *[RunStatus.RUNNING] * 2]
    assert [len(store.read_epochs(db, run.id)) for run in runs] == [1, 1, 1]
    kinds = [event.kind for event in store.read_events(db, runs[1].id)]
    assert kinds == [EventKind.CHECKPOINT_SAVED, EventKind.RESUMED]
    assert store.read_branches(db, sweep_id)[0].last_epoch == 0


def test_a_branch_whose_workers_die_without_an_epoch_between_them_fails(db):
    sweep_id = a_sweep(db)
    for _ in range(store.MOST_RECOVERIES):
        claim(db, sweep_id)
        store.requeue_branches(db, "task")
        assert statuses(db, sweep_id) == {RunStatus.QUEUED}
    claim(db, sweep_id)
    store.requeue_branches(db, "task")
    sweep = store.read_sweep(db, sweep_id)
    assert sweep.status is RunStatus.FAILED
    assert "worker process died" in sweep.error
    assert {run.error for run in store.read_sweep_runs(db, sweep_id)} == {sweep.error}


def test_stop_keeps_what_is_done_and_resume_goes_on(db):
    sweep_id = a_sweep(db, seeds=(0, 1))
    branch = claim(db, sweep_id)
    train(db, branch, 0, ended=[0])
    store.stop_sweep(db, sweep_id, owner=OWNER)
    assert store.read_sweep(db, sweep_id).is_active  # Until its worker has heard of it.
    assert not store.branch_goes_on(db, branch)
    # It parts meanwhile: nobody takes what is queued.
    (mine, _), _ = store.split_branch(db, branch, [[1], [2]], a_state(branch, 0))
    assert store.end_branch(db, mine, RunStatus.STOPPED) == []
    assert store.read_sweep(db, sweep_id).status is RunStatus.STOPPED
    assert claim(db, sweep_id) is None
    store.resume_sweep(db, sweep_id, owner=OWNER)
    assert store.waiting_and_at_work(db, sweep_id) == (3, 0)
    runs = [run for run in store.read_sweep_runs(db, sweep_id) if run.seed == 0]
    assert [run.status for run in runs] == [RunStatus.FINISHED, *[RunStatus.QUEUED] * 2]
    assert len(store.read_epochs(db, runs[1].id)) == 1


@pytest.mark.parametrize("status", [RunStatus.FAILED, RunStatus.INTERRUPTED])
def test_a_run_that_failed_by_itself_is_not_resumed_with_the_branch(db, status):
    sweep_id = a_sweep(db)
    branch = claim(db, sweep_id)
    train(db, branch, 0, ended=[0], how=(RunStatus.FAILED, "Its callback raised."))
    store.end_branch(db, branch, status, error="The disk is full.")
    store.resume_sweep(db, sweep_id, owner=OWNER)
    runs = store.read_sweep_runs(db, sweep_id)
    assert [run.status for run in runs] == [RunStatus.FAILED, *[RunStatus.QUEUED] * 2]
    assert [run.error for run in runs] == ["Its callback raised.", "", ""]
    store.end_branch(db, claim(db, sweep_id), RunStatus.FINISHED)
    after = [run.status for run in store.read_sweep_runs(db, sweep_id)]
    assert after == [RunStatus.FAILED, *[RunStatus.FINISHED] * 2]


def test_a_sweep_of_an_app_that_is_gone_is_interrupted_and_can_be_resumed(db):
    sweep_id = a_sweep(db)
    branch = claim(db, sweep_id)
    store.interrupt_silent_sweeps(db, older_than_s=60)
    assert store.read_sweep(db, sweep_id).is_active
    store.interrupt_silent_sweeps(db, older_than_s=-1)
    sweep = store.read_sweep(db, sweep_id)
    assert sweep.status is RunStatus.INTERRUPTED
    assert "resume the sweep" in sweep.error
    with pytest.raises(Superseded):
        train(db, branch, 0)
    store.resume_sweep(db, sweep_id, owner=OWNER)
    assert claim(db, sweep_id).attempt == 2


def test_others_come_between(db):
    sweep_id = a_sweep(db)
    assert not store.others_wait(db, sweep_id)
    other = a_sweep(db)
    assert store.others_wait(db, sweep_id)
    claim(db, other)
    assert not store.others_wait(db, sweep_id)
    store.create_run(db, RunSpec(), owner=OWNER)
    assert store.others_wait(db, sweep_id)


def test_only_the_owner_may_and_nothing_of_a_deleted_sweep_is_left(db):
    sweep_id = a_sweep(db)
    for change in (store.stop_sweep, store.resume_sweep, store.delete_sweep):
        with pytest.raises(store.NotYours):
            change(db, sweep_id, owner=STRANGER)
    branch = claim(db, sweep_id)
    train(db, branch, 0)
    with pytest.raises(ValueError, match="stop it first"):
        store.delete_sweep(db, sweep_id, owner=OWNER)
    store.stop_sweep(db, sweep_id, owner=OWNER)
    store.end_branch(db, branch, RunStatus.STOPPED)
    runs = store.read_sweep_runs(db, sweep_id)
    assert store.delete_sweep(db, sweep_id, owner=OWNER) == [f"{branch.id}/0"]
    with pytest.raises(store.UnknownSweep):
        store.read_sweep(db, sweep_id)
    for run in runs:
        with pytest.raises(store.UnknownRun):
            store.read_run(db, run.id)
        assert store.read_epochs(db, run.id) == []
    assert store.read_branches(db, sweep_id) == []
