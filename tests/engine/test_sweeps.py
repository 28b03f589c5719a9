"""Sweeps through a real scheduler and worker."""

import signal

import pytest

from core import store
from core.engine.sweeps import SweepTasks
from core.specs.callbacks import CSVLogger, ReduceLROnPlateau
from core.specs.data import FolderScans
from core.specs.run import RunSpec, TrainingSpec
from core.specs.sweep import Axis, SweepSpec
from core.store import RunStatus
from tests.engine.conftest import WARM_UP_S
from tests.engine.test_engine import OWNER, has_epochs, start, worker_of
from tests.faults import fault
from tests.waiting import until

__all__ = ["start"]  # A fixture.
pytestmark = pytest.mark.keras


@pytest.fixture
def sweep(db, engine):
    """Start sweeps, and end those that a test leaves behind."""
    started = []

    def begin(*, epochs=5):
        base = RunSpec(
            scans=FolderScans(folder="squares", image_size=32),
            training=TrainingSpec(epochs=epochs, batch_size=16),
            # On a loss that must fall by 0.5 it acts whatever the training does.
            callbacks=(ReduceLROnPlateau(monitor="loss", min_delta=0.5), CSVLogger()),
        )
        axes = (
            Axis(callback=0, parameter="factor", values=(0.1, 0.5)),
            Axis(callback=0, parameter="patience", values=(1, 3)),
        )
        spec = SweepSpec(base=base, axes=axes)
        started.append(store.create_sweep(db, spec, owner=OWNER).id)
        engine.submit_sweep(started[-1])
        return started[-1]

    yield begin
    for sweep_id in started:
        store.stop_sweep(db, sweep_id, owner=OWNER)
        until(lambda i=sweep_id: over(db, i), within_s=180, what="the sweep to end")


def over(db, sweep_id):
    return not store.read_sweep(db, sweep_id).is_active


def curves(db, sweep_id):
    ids = [run.id for run in store.read_sweep_runs(db, sweep_id)]
    epochs = store.read_curves(db, ids)
    return [[(e.epoch, e.logs, e.learning_rate) for e in epochs[run_id]] for run_id in ids]


def trained(db, sweep_id):
    return store.read_ledger(db, sweep_id).epochs_trained


def test_a_sweep_whose_worker_is_killed_is_the_sweep_that_was_not(db, engine, settings, sweep):
    whole, killed = sweep(), sweep()
    until(lambda: over(db, whole), within_s=WARM_UP_S, what="the first sweep to end")
    until(lambda: trained(db, killed) >= 3, within_s=WARM_UP_S, what="epochs")
    worker_of(engine).send_signal(signal.SIGKILL)
    until(lambda: over(db, killed), within_s=2 * WARM_UP_S, what="the second sweep to end")
    for each in (whole, killed):
        ended = store.read_sweep(db, each)
        assert ended.status is RunStatus.FINISHED, ended.error
    assert curves(db, whole) == curves(db, killed)
    assert [len(curve) for curve in curves(db, killed)] == [5] * 4
    assert trained(db, whole) == trained(db, killed) < 20
    for run in store.read_sweep_runs(db, killed):
        table = (settings.run_dir(run.id) / "log.csv").read_text().splitlines()
        assert [line.split(",")[0] for line in table] == ["epoch", *"01234"]
        assert (settings.run_dir(run.id) / "final.keras").exists()


def test_a_sweep_of_an_app_that_closes_is_interrupted_and_can_be_resumed(db):
    spec = SweepSpec(
        base=RunSpec(callbacks=(ReduceLROnPlateau(),)),
        axes=(Axis(callback=0, parameter="patience", values=(1, 2)),),
    )
    sweep_id = store.create_sweep(db, spec, owner=OWNER).id
    tasks = SweepTasks(db)
    tasks.add(sweep_id)
    store.claim_branch(db, sweep_id, task="of the app", worker="here")
    tasks.lose(for_good=False)
    assert store.read_sweep(db, sweep_id).is_active
    tasks.lose(for_good=True)
    assert store.read_sweep(db, sweep_id).status is RunStatus.INTERRUPTED
    store.resume_sweep(db, sweep_id, owner=OWNER)
    assert store.waiting_and_at_work(db, sweep_id) == (1, 0)
    store.stop_sweep(db, sweep_id, owner=OWNER)


@pytest.fixture
def held(tmp_path):
    """A store of its own, and a sweep in it whose branch a worker has in hand."""
    own = store.Store(f"sqlite:///{tmp_path}/store.sqlite")
    base = RunSpec(callbacks=(ReduceLROnPlateau(),))
    axes = (Axis(callback=0, parameter="patience", values=(1, 2)),)
    sweep_id = store.create_sweep(own, SweepSpec(base=base, axes=axes), owner=OWNER).id
    store.claim_branch(own, sweep_id, task="task", worker="here")
    yield own, sweep_id
    own.close()


@pytest.mark.parametrize("ends", ["with its cluster", "by itself"])
def test_a_task_that_ends_while_the_store_is_away_is_not_forgotten(held, engine, ends):
    own, sweep_id = held
    future = engine._client.submit(abs, -1, pure=False)
    future.result(timeout=60)
    tasks = SweepTasks(own)
    tasks._tasks["task"] = sweep_id, future

    def notice():
        if ends == "by itself":
            tasks.round(engine._client, workers=1, resources=None)
        else:
            tasks.lose(for_good=False)

    with fault(own, "UPDATE ON branches"), pytest.raises(store.StoreError):
        notice()
    assert store.waiting_and_at_work(own, sweep_id) == (0, 1)
    notice()
    assert store.waiting_and_at_work(own, sweep_id) == (1, 0)


def test_a_run_of_somebody_else_comes_between_the_branches_of_a_sweep(db, sweep, start):
    sweep_id = sweep(epochs=20)
    until(lambda: trained(db, sweep_id), within_s=WARM_UP_S, what="an epoch of the sweep")
    run_id = start()
    until(lambda: has_epochs(db, run_id, 2), within_s=WARM_UP_S, what="the run's epochs")
    assert not over(db, sweep_id)
