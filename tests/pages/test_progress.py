"""The line on a run: epochs, speed, time, device."""

from dataclasses import replace

from core import store
from core.specs.run import RunSpec
from core.store import RunStatus
from pages.parts import services
from pages.parts.progress import line, progress_of
from tests.charts.histories import a_run, an_epoch
from tests.swept import store_sweep, sweep_spec

STOPPED = replace(a_run(status=RunStatus.STOPPED), started_s=0.0, ended_s=14 * 3600.0)
EPOCHS = [an_epoch(number, seconds=20.0) for number in range(4)]


def test_a_run_that_went_on_the_next_morning_trained_only_for_its_epochs():
    assert "**4** of 20 epochs · " in line(STOPPED, EPOCHS)
    assert " · trained for **1 min 20 s** · cpu" in line(STOPPED, EPOCHS)


def test_a_fork_trained_only_for_its_own_epochs():
    fork = replace(STOPPED, parent_id="run-0", forked_at=2)
    assert "trained for **20 s**" in line(fork, EPOCHS)
    assert "trained" not in line(fork, EPOCHS[:3])


def test_a_run_without_epochs_does_not_speak_of_a_time():
    assert line(STOPPED, []) == "**0** of 20 epochs · cpu"


def test_a_run_that_waits_for_a_branch_of_a_sweep_says_so(db):
    first, second = (store.create_run(db, RunSpec(), owner="me") for _ in range(2))
    first, second = store.read_run(db, first), store.read_run(db, second)
    sweep = store_sweep(db, sweep_spec(seeds=(0,)), most_epochs=0)
    assert progress_of(first, []).text == "Next in the queue."
    branch = store.claim_branch(db, sweep.id, task="t", worker="w")
    assert "after the branch of a sweep" in progress_of(first, []).text
    assert progress_of(second, []).text == "1 run before this one."
    waits = [run for run in store.read_sweep_runs(db, sweep.id) if run.status is RunStatus.QUEUED]
    assert all("with its sweep: 1 branch at work." in progress_of(r, []).text for r in waits)
    store.end_branch(db, branch, RunStatus.FINISHED)
    assert progress_of(first, []).text == "Next in the queue."


def test_how_long_it_waits_is_said_where_the_time_of_an_epoch_is_known(db, monkeypatch):
    ids = [store.create_run(db, RunSpec(), owner="me") for _ in range(3)]
    store.start_run(db, ids[0])
    last = store.read_run(db, ids[2])
    assert progress_of(last, []).text == "2 runs before this one."
    store.append(db, ids[0], new_epochs=[an_epoch(number, seconds=60.0) for number in range(4)])
    # 12 epochs are left of the first, 16 of the second.
    told = "2 runs before this one, about {} if none stops early."
    assert progress_of(last, []).text == told.format("28 min")
    monkeypatch.setattr(services.engine(), "trainers", 2)
    assert progress_of(last, []).text == told.format("14 min")
