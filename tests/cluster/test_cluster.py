"""Runs on a cluster of machines, of which some are lost."""

import signal

import h5py
import pytest

from core import store
from core.engine.roles import TRAINS
from core.specs.callbacks import CSVLogger, EarlyStopping, ReduceLROnPlateau
from core.specs.data import FolderScans
from core.specs.run import FINAL_MODEL, RunSpec, TrainingSpec
from core.specs.sweep import Axis, SweepSpec
from core.store import EventKind, RunStatus
from tests.cluster.conftest import send
from tests.waiting import until

# Seven worker processes import TensorFlow; on a busy machine that alone takes minutes.
pytestmark = [
    pytest.mark.keras,
    # Not beside the browser's tests: its seven workers would have them wait.
    pytest.mark.xdist_group("browser"),
    pytest.mark.timeout(1800),
]
OWNER = store.owner_of("token")
EPOCHS = 24


def spec_of(seed, epochs=EPOCHS):
    return RunSpec(
        scans=FolderScans(folder="squares", image_size=32),
        training=TrainingSpec(epochs=epochs, seed=seed, batch_size=8, verbose=0),
        callbacks=(
            ReduceLROnPlateau(monitor="loss", factor=0.5, patience=3, min_delta=0.01),
            EarlyStopping(monitor="val_loss", patience=EPOCHS, restore_best_weights=True),
            CSVLogger(),
        ),
    )


SWEPT = SweepSpec(
    base=spec_of(0, epochs=10),
    axes=(
        Axis(callback=0, parameter="patience", values=(2, 3)),
        Axis(callback=0, parameter="factor", values=(0.5, 0.3)),
    ),
    seeds=(0, 1),
)


def create(db, submit, seeds=range(3)):
    runs = [store.create_run(db, spec_of(seed), owner=OWNER) for seed in seeds]
    for run_id in runs:
        submit("run", run_id)
    return runs


def start_sweep(db, submit):
    sweep_id = store.create_sweep(db, SWEPT, owner=OWNER).id
    submit("sweep", sweep_id)
    return sweep_id


def at_work(db, sweep_id):
    return sum(
        branch.status is RunStatus.RUNNING and branch.last_epoch is not None
        for branch in store.read_branches(db, sweep_id)
    )


def wait_for_sweep(db, sweep_id):
    until(
        lambda: store.count_active_sweeps(db) == 0,
        within_s=600,
        what="the sweep to end",
    )
    sweep = store.read_sweep(db, sweep_id)
    assert sweep.status is RunStatus.FINISHED, sweep.error


def curves(db, sweep_id):
    """Return logs, rates, counters and acts of all runs of a sweep, by setting and seed."""
    found = {}
    for run in store.read_sweep_runs(db, sweep_id):
        epochs, events = store.read_epochs(db, run.id), store.read_events(db, run.id)
        found[run.setting, run.seed] = (
            [(e.epoch, e.logs, e.learning_rate, e.learning_rate_after) for e in epochs],
            [epoch.callbacks for epoch in epochs],
            [(e.kind, e.epoch, e.detail) for e in events if e.kind is not EventKind.RESUMED],
        )
    return found


def has_epochs(db, run_id, count=1):
    return len(store.read_epochs(db, run_id)) >= count


def wait_for_end(db, runs, *, within_s=600):
    for run_id in runs:
        until(
            lambda run_id=run_id: store.read_signs(db, run_id).status not in store.ACTIVE,
            within_s=within_s,
            what="the run to end",
        )
        run = store.read_run(db, run_id)
        assert run.status is RunStatus.FINISHED, run.error


def facts(db, run_id, settings):
    """Return all that must be equal: logs, rates, counters, acts, table and final weights."""
    history, directory = store.read_history(db, run_id), settings.run_dir(run_id)
    weights = {}
    with h5py.File(_extracted(directory / FINAL_MODEL)) as file:
        file.visititems(lambda name, item: weights.update({name: _bytes(item)}))
    return (
        [(e.epoch, e.logs, e.learning_rate, e.learning_rate_after) for e in history.epochs],
        [epoch.callbacks for epoch in history.epochs],
        [(e.kind, e.epoch) for e in history.events if e.kind is not EventKind.RESUMED],
        (directory / "log.csv").read_text(),
        weights,
    )


def _extracted(model):
    import io
    import zipfile

    with zipfile.ZipFile(model) as archive:
        return io.BytesIO(archive.read("model.weights.h5"))


def _bytes(item):
    return item[()].tobytes() if isinstance(item, h5py.Dataset) else None


def test_a_cluster_that_loses_machines_loses_nothing_and_trains_as_one_machine(cluster, db, alone):
    status, said = cluster.check("3")
    assert status == 0, said
    assert said.count(f": {TRAINS}, CPU") == 3
    assert "3 workers, 0 problems." in said

    submit = cluster.app()
    runs = create(db, submit)
    for run_id in runs:
        until(lambda run_id=run_id: has_epochs(db, run_id, 3), within_s=300, what="three epochs")
    # All three train at once. One machine loses its power, another one falls silent.
    send(cluster.workers[0], signal.SIGKILL)
    send(cluster.workers[1], signal.SIGSTOP)
    wait_for_end(db, runs)
    send(cluster.workers[1], signal.SIGCONT)

    resumed = {
        run_id: [e for e in store.read_events(db, run_id) if e.kind is EventKind.RESUMED]
        for run_id in runs
    }
    assert sorted(len(each) for each in resumed.values()) == [0, 1, 1]
    assert all(event.epoch >= 1 for events in resumed.values() for event in events)

    own = alone.settings()
    local, submit_here = store.Store(own.store_url), alone.app()
    again = create(local, submit_here)
    wait_for_end(local, again)
    for there, here in zip(runs, again, strict=True):
        assert facts(db, there, cluster.settings()) == facts(local, here, own)

    # A sweep on the two that are left and one that joins; one of them is lost meanwhile.
    cluster.workers.append(cluster.worker())
    cluster.check("3")
    sweep = start_sweep(db, submit)
    until(lambda: at_work(db, sweep) >= 2, within_s=300, what="two branches at work")
    send(cluster.workers[2], signal.SIGKILL)
    wait_for_sweep(db, sweep)
    same = start_sweep(local, submit_here)
    wait_for_sweep(local, same)
    assert curves(db, sweep) == curves(local, same)
    assert len(curves(db, sweep)) == SWEPT.run_count
    local.close()
