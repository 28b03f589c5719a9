"""Real runs through a real scheduler and worker."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import closing

import psutil
import pytest

from core import store
from core.engine.engine import Engine
from core.engine.roles import TRAINS
from core.settings import Settings
from core.specs.callbacks import ReduceLROnPlateau
from core.specs.data import FolderScans
from core.specs.run import RunSpec, TrainingSpec
from core.specs.sweep import Axis, SweepSpec
from core.store import EventKind, RunStatus
from tests.engine.conftest import WARM_UP_S
from tests.faults import fault
from tests.waiting import until

pytestmark = pytest.mark.keras
OWNER = store.owner_of("token")
ENDLESS = 500
# So many epochs that a training is not over before something happens to it.
LONG = 25


@pytest.fixture
def start(db, engine):
    """Start runs, and end those that a test leaves behind."""
    started = []

    def start(*, epochs=2, **scans):
        spec = RunSpec(
            scans=FolderScans(**{"folder": "squares", "image_size": 32} | scans),
            training=TrainingSpec(epochs=epochs, verbose=2),
            callbacks=(ReduceLROnPlateau(monitor="loss"),),
        )
        started.append(store.create_run(db, spec, owner=OWNER))
        engine.submit(started[-1])
        return started[-1]

    yield start
    for run_id in started:
        store.request_stop(db, run_id, owner=OWNER)
    for run_id in started:
        until(lambda i=run_id: not active(db, i), within_s=180, what="the run to end")


def active(db, run_id):
    return store.read_run(db, run_id).is_active


def has_epochs(db, run_id, count=1):
    return len(store.read_epochs(db, run_id)) >= count


def worker_of(engine, role=TRAINS):
    """Return the process of the engine's worker that has a role."""

    def found():
        workers = engine._client.scheduler_info()["workers"]
        return [address for address, each in workers.items() if each["resources"].get(role)]

    until(found, within_s=WARM_UP_S, what=f"the worker of role {role}")
    (address,) = found()
    return psutil.Process(engine._client.run(os.getpid, workers=[address])[address])


def test_a_run_is_trained_and_the_app_never_imports_keras(db, start):
    run_id = start()
    until(lambda: not active(db, run_id), within_s=300, what="the run to end")
    run = store.read_run(db, run_id)
    assert run.status is RunStatus.FINISHED, run.error
    assert [epoch.epoch for epoch in store.read_epochs(db, run_id)] == [0, 1]
    assert run.device
    submitting = "import sys, core.engine.engine, core.data, core.store; print(*sys.modules)"
    modules = subprocess.run(
        [sys.executable, "-c", submitting], check=True, capture_output=True, text=True
    ).stdout.split()
    assert "sqlalchemy" in modules
    assert not {"tensorflow", "keras", "streamlit"} & set(modules)


def test_runs_wait_their_turn(db, start):
    first, second = start(epochs=ENDLESS), start()
    until(lambda: has_epochs(db, first), within_s=300, what="the first run's first epoch")
    waiting = store.read_run(db, second)
    assert waiting.status is RunStatus.QUEUED
    assert len(store.read_before(db, waiting)) == 1
    store.request_stop(db, first, owner=OWNER)
    until(lambda: not active(db, second), within_s=300, what="the second run to end")
    assert store.read_run(db, first).status is RunStatus.STOPPED
    assert store.read_run(db, second).status is RunStatus.FINISHED


def test_a_missing_folder_fails_the_run_with_a_sentence(db, start):
    run_id = start(folder="nowhere")
    until(lambda: not active(db, run_id), within_s=300, what="the run to end")
    run = store.read_run(db, run_id)
    assert run.status is RunStatus.FAILED
    assert "nowhere" in run.error


def kinds_of(db, run_id):
    return [event.kind for event in store.read_events(db, run_id)]


def test_a_run_whose_worker_is_killed_goes_on_by_itself(db, engine, start):
    # Found beforehand: while Dask is asked, epochs go by.
    worker = worker_of(engine)
    run_id, behind = start(epochs=LONG), start()
    until(lambda: has_epochs(db, run_id, 2), within_s=300, what="two epochs")
    worker.send_signal(signal.SIGKILL)
    until(lambda: not active(db, behind), within_s=2 * WARM_UP_S, what="both runs to end")
    for each, epochs in ((run_id, LONG), (behind, 2)):
        run = store.read_run(db, each)
        assert run.status is RunStatus.FINISHED, run.error
        assert [epoch.epoch for epoch in store.read_epochs(db, each)] == list(range(epochs))
    (resumed,) = [e for e in store.read_events(db, run_id) if e.kind is EventKind.RESUMED]
    assert resumed.epoch >= 0
    assert resumed.detail["died"]
    assert EventKind.FAILED not in kinds_of(db, run_id)


def test_a_run_whose_workers_die_without_an_epoch_between_them_fails(db, engine):
    run_id = store.create_run(db, RunSpec(), owner=OWNER)
    for _ in range(store.MOST_RECOVERIES):
        store.start_run(db, run_id)
        engine._take_up_again(run_id)
        engine._waiting.remove(run_id)
        assert store.read_run(db, run_id).status is RunStatus.QUEUED
    store.start_run(db, run_id)
    engine._take_up_again(run_id)
    run = store.read_run(db, run_id)
    assert run.status is RunStatus.FAILED
    assert "worker process died" in run.error


def test_a_run_goes_on_when_its_engine_dies(db, engine, start):
    run_id = start(epochs=LONG)
    until(lambda: has_epochs(db, run_id), within_s=300, what="an epoch")
    engine._child.kill()
    until(lambda: not active(db, run_id), within_s=2 * WARM_UP_S, what="the run to end")
    assert store.read_run(db, run_id).status is RunStatus.FINISHED
    assert EventKind.RESUMED in kinds_of(db, run_id)
    assert [epoch.epoch for epoch in store.read_epochs(db, run_id)] == list(range(LONG))


def test_an_interrupted_run_is_resumed(db, engine, start):
    run_id = start(epochs=LONG)
    until(lambda: has_epochs(db, run_id), within_s=300, what="an epoch")
    store.end_run(db, run_id, RunStatus.INTERRUPTED)
    until(lambda: not engine._futures, within_s=180, what="the worker to let go")
    store.resume_run(db, run_id, owner=OWNER)
    engine.submit(run_id)
    until(lambda: not active(db, run_id), within_s=300, what="the run to end")
    assert store.read_run(db, run_id).status is RunStatus.FINISHED
    assert [epoch.epoch for epoch in store.read_epochs(db, run_id)] == list(range(LONG))


APP = """
import sys
from core import store
from core.engine.engine import Engine, EngineState
from core.settings import Settings
settings = Settings()
engine = Engine(settings, store.Store(settings.store_url))
while engine._child is None:
    pass
print(engine._child.pid, flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_stopping_the_app_leaves_no_process_behind(settings, how, tmp_path):
    environment = {**os.environ, "PLATEAU_HOME": str(tmp_path)}
    app = subprocess.Popen(
        [sys.executable, "-c", APP],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    engine = psutil.Process(int(app.stdout.readline()))
    # The nanny, its worker and Python's own resource tracker.
    until(lambda: len(engine.children(recursive=True)) >= 2, within_s=180, what="a worker process")
    family = [engine, *engine.children(recursive=True)]
    app.send_signal(how)
    app.wait()
    _, alive = psutil.wait_procs(family, timeout=90)
    for pipe in (app.stdin, app.stdout):
        pipe.close()
    assert not alive


def test_a_run_of_an_app_that_is_gone_is_interrupted(db, engine, monkeypatch):
    from core.engine import engine as module

    monkeypatch.setattr(module, "SILENCE_S", 0.0)
    run_id = store.create_run(db, RunSpec(), owner=OWNER)  # Queued by nobody.
    until(lambda: not active(db, run_id), within_s=90, what="the run to be interrupted")
    assert store.read_run(db, run_id).status is RunStatus.INTERRUPTED


class Outpost:
    """A scheduler without workers, at an address that stays, and an engine that has joined it."""

    def __init__(self, home):
        with closing(socket.socket()) as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = listener.getsockname()[1]
        self.scheduler = self.start()
        address = f"tcp://127.0.0.1:{self.port}"
        settings = Settings(plateau_home=home, dask_scheduler_address=address, database_url="")
        self.db = store.Store(settings.store_url)
        self.engine = Engine(settings, self.db)
        self.joined()

    def start(self):
        where = ["--host", "127.0.0.1", "--port", str(self.port)]
        return subprocess.Popen(["dask", "scheduler", *where, "--no-dashboard"])

    def joined(self, other_than=None):
        """Return the engine's client when it has one, and one other than that."""

        def found():
            client = self.engine._client
            return client not in (None, other_than) and client.status == "running"

        until(found, within_s=240, what="the engine to join the scheduler")
        return self.engine._client

    def kill(self):
        self.scheduler.kill()
        self.scheduler.wait()


@pytest.fixture
def outpost(tmp_path):
    there = Outpost(tmp_path)
    yield there
    there.engine.close()
    there.kill()
    there.db.close()


def test_a_scheduler_that_was_away_for_long_is_joined_again(outpost):
    lost = outpost.joined()
    lost._timeout = 0.1  # Of the seconds for which Dask tries to reach it again.
    outpost.kill()
    until(lambda: lost.status == "closed", within_s=180, what="Dask to give up")
    outpost.scheduler = outpost.start()
    assert outpost.joined(other_than=lost).scheduler_info()["workers"] == {}


def test_an_engine_starts_over_though_the_store_does_not_take_note_of_it(outpost):
    db, first = outpost.db, outpost.joined()
    base = RunSpec(callbacks=(ReduceLROnPlateau(),))
    axes = (Axis(callback=0, parameter="patience", values=(1, 2)),)
    sweep_id = store.create_sweep(db, SweepSpec(base=base, axes=axes), owner=OWNER).id
    store.claim_branch(db, sweep_id, task="task", worker="here")
    outpost.engine._sweeps._tasks["task"] = sweep_id, first.submit(abs, -1)
    with fault(db, "UPDATE ON branches"):
        outpost.engine.submit_sweep([])  # No name of a sweep: an error that no round foresees.
        outpost.joined(other_than=first)
        assert store.waiting_and_at_work(db, sweep_id) == (0, 1)
    until(
        lambda: store.waiting_and_at_work(db, sweep_id) == (1, 0),
        within_s=180,
        what="the branch to be queued again",
    )
