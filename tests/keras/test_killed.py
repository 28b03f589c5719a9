"""Workers killed at any moment leave a training that goes on as if nothing had happened."""

import hashlib
import io
import os
import random
import signal
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import h5py
import pytest
from sqlalchemy import text

from core import store
from core.settings import Settings
from core.specs.callbacks import (
    BackupAndRestore,
    CSVLogger,
    EarlyStopping,
    ModelCheckpoint,
    ReduceLROnPlateau,
)
from core.specs.data import FolderScans
from core.specs.run import FINAL_MODEL, RunSpec, TrainingSpec
from core.store import EventKind, RunStatus
from tests.engine.conftest import write_scans
from tests.waiting import until

pytestmark = [
    pytest.mark.keras,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system"),
    # Some twenty-five trainings; a minute where nothing else is done.
    pytest.mark.timeout(900),
]
ROOT = Path(__file__).parents[2]
OWNER = store.owner_of("token")
EPOCHS = 12


class Workers:
    """Processes that train runs, one after another, and can be killed."""

    def __init__(self, environment):
        self._parent = subprocess.Popen(
            [sys.executable, "-m", "tests.keras.warm"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        )
        self._ended = threading.Event()
        self._child, self._status = 0, None

    def start(self, run_id):
        self._ended.clear()
        self._parent.stdin.write(f"{run_id}\n")
        self._parent.stdin.flush()
        self._child = int(self._parent.stdout.readline())
        threading.Thread(target=self._listen, daemon=True).start()

    def kill(self, *, after_s):
        """Kill the worker at a moment; it may have ended before. Tell whether it was killed."""
        if not self._ended.wait(after_s):
            os.kill(self._child, signal.SIGKILL)
        self.wait()
        return self._status == -signal.SIGKILL

    def wait(self):
        assert self._ended.wait(300)

    def end(self):
        self._parent.stdin.close()
        self._parent.wait(180)
        self._parent.stdout.close()

    def _listen(self):
        self._status = int(self._parent.stdout.readline())
        self._ended.set()


@pytest.fixture
def home(tmp_path):
    write_scans(tmp_path / "data" / "squares")
    return tmp_path


@pytest.fixture
def db(home):
    opened = store.Store(Settings(plateau_home=home).store_url)
    yield opened
    opened.close()


@pytest.fixture
def workers(home):
    started = Workers(
        {"PLATEAU_HOME": str(home), "DATA_DIR": str(home / "data"), "DATABASE_URL": ""}
    )
    yield started
    started.end()


SPEC = RunSpec(
    scans=FolderScans(folder="squares", image_size=32),
    training=TrainingSpec(epochs=EPOCHS, batch_size=8, verbose=2),
    callbacks=(
        ReduceLROnPlateau(monitor="loss", factor=0.5, patience=2, min_delta=0.01),
        EarlyStopping(monitor="val_loss", patience=EPOCHS, restore_best_weights=True),
        ModelCheckpoint(filepath="best.keras", monitor="val_loss", save_best_only=True),
        CSVLogger(),
        BackupAndRestore(),
    ),
)


def create(db):
    return store.create_run(db, SPEC, owner=OWNER)


def train(db, workers, run_id):
    workers.start(run_id)
    workers.wait()
    run = store.read_run(db, run_id)
    assert run.status is RunStatus.FINISHED, run.error


def facts(db, run_id, home):
    """Return all that must be equal: logs, rates, counters, acts, table and final weights."""
    history, directory = store.read_history(db, run_id), home / "runs" / run_id
    return (
        [(e.epoch, e.logs, e.learning_rate, e.learning_rate_after) for e in history.epochs],
        [epoch.callbacks for epoch in history.epochs],
        [(e.kind, e.epoch, e.detail) for e in history.events if e.kind is not EventKind.RESUMED],
        (directory / "log.csv").read_text(),
        weights_of(directory / FINAL_MODEL),
        weights_of(directory / "best.keras"),
    )


def weights_of(model):
    with zipfile.ZipFile(model) as archive:
        content = io.BytesIO(archive.read("model.weights.h5"))
    found = {}

    def note(name, item):
        if isinstance(item, h5py.Dataset):
            found[name] = item[()].tobytes()

    with h5py.File(content) as file:
        file.visititems(note)
    return found


def a_moment(db, run_id, draw, turn):
    """Wait for a stage of the training, and return a random time after it, in seconds."""
    done = len(store.read_epochs(db, run_id))
    stages = (
        ("taken", lambda: store.read_run(db, run_id).status is not RunStatus.QUEUED),
        ("training", lambda: store.read_run(db, run_id).status is not RunStatus.PREPARING),
        # A worker that goes on first takes back what it has no state of.
        ("an epoch further", lambda: len(store.read_epochs(db, run_id)) > done),
    )
    name, reached = stages[turn % len(stages)]
    until(lambda: reached() or ended(db, run_id), within_s=180, what=f"the run to be {name}")
    return draw.uniform(0, 0.6)


def ended(db, run_id):
    return not store.read_run(db, run_id).is_active


def require_whole(db, run_id, home):
    """Every state that the store knows is there as it was written, and no other file."""
    with db.read() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
    states = store.read_states(db, run_id)
    for state in states:
        content = (home / "states" / state.file).read_bytes()
        assert hashlib.sha256(content).hexdigest() == state.sha256
    left = {f"{run_id}/{file.name}" for file in (home / "states" / run_id).iterdir()}
    assert left == {state.file for state in states}


def test_twenty_kills_at_random_moments_change_nothing(db, workers, home):
    whole = create(db)
    train(db, workers, whole)
    expected, draw = facts(db, whole, home), random.Random(5)
    killed = 0
    while killed < 20:
        run_id = create(db)
        for turn in range(5):
            workers.start(run_id)
            killed += workers.kill(after_s=a_moment(db, run_id, draw, turn))
            if ended(db, run_id):
                break
            assert store.requeue_run(db, run_id)
        if not ended(db, run_id):
            train(db, workers, run_id)
        assert facts(db, run_id, home) == expected
        require_whole(db, run_id, home)
