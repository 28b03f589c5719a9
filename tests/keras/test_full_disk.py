"""A full disk costs the states that do not fit, and nothing else."""

import hashlib
import os
import subprocess

import pytest

from core import store
from core.specs.callbacks import EarlyStopping, ReduceLROnPlateau
from core.store import EventKind, RunStatus, StateFiles

pytest.importorskip("keras")
pytestmark = pytest.mark.keras

_ROOM_BYTES = 3 * 2**20


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own, so small that two states of the tiny training fit at most."""
    directory = tmp_path / "disk"
    directory.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_ROOM_BYTES}", "tmpfs", str(directory)]
    if os.name != "posix" or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a file system of one's own can only be mounted as root on Linux")
    yield directory
    subprocess.run(["umount", str(directory)], check=True)


@pytest.mark.small_cnn
def test_a_disk_that_fills_up_while_states_are_saved_loses_those_alone(
    small_disk, train, db, monkeypatch
):
    monkeypatch.setenv("PLATEAU_STATES_URL", str(small_disk))
    reducing = ReduceLROnPlateau(monitor="loss", factor=0.5, patience=2, min_delta=0.02)
    waiting = EarlyStopping(monitor="val_loss", patience=30, restore_best_weights=True)
    run, _ = train(reducing, waiting, verbose=0, epochs=5)
    assert run.status is RunStatus.FINISHED, run.error
    assert len(store.read_epochs(db, run.id)) == 5
    lost = [note for note in run.notes if "could not be saved" in note]
    assert lost
    assert all("No space left" in note for note in lost)
    kept = store.read_states(db, run.id)
    assert kept
    assert len(kept) + len(lost) <= 5
    for state in kept:
        content = StateFiles(str(small_disk)).read(state.file)
        assert hashlib.sha256(content).hexdigest() == state.sha256
    # No half file takes up what room is left.
    assert {f"{run.id}/{file.name}" for file in (small_disk / run.id).iterdir()} == {
        state.file for state in kept
    }


@pytest.mark.small_cnn
def test_a_run_goes_on_from_the_last_state_that_fitted(small_disk, train, db, monkeypatch):
    from core.training import run as runner

    monkeypatch.setenv("PLATEAU_STATES_URL", str(small_disk))
    run, _ = train(verbose=0, epochs=5)
    kept = store.read_states(db, run.id)
    before = [epoch.logs for epoch in store.read_epochs(db, run.id)]
    monkeypatch.setattr(store.states, "KEPT_BYTES", 0)  # The newest two fit from now on.
    store.resume_run(db, run.id, owner="o", after_epoch=kept[-1].epoch)
    runner.train_run(run.id)
    resumed = store.read_run(db, run.id)
    assert resumed.status is RunStatus.FINISHED, resumed.error
    assert [epoch.logs for epoch in store.read_epochs(db, run.id)] == before
    (event,) = [e for e in store.read_events(db, run.id) if e.kind is EventKind.RESUMED]
    assert event.epoch == kept[-1].epoch < 4
