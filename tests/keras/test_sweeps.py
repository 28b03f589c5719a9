"""A sweep gives each setting the run it would have had alone, to the last bit."""

import pytest

from core import data, store
from core.specs.callbacks import ReduceLROnPlateau
from core.specs.run import RunSpec, TrainingSpec
from core.specs.sweep import Axis, SweepSpec
from core.store import EventKind, RunStatus

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.keras

OWNER = "o"


class Killed(BaseException):
    """What a worker that is killed never gets to handle."""


class Lab:
    """Trains sweeps as a worker does, and their runs one by one."""

    def __init__(self, db, home, monkeypatch):
        self.db, self.home, self.monkeypatch = db, home, monkeypatch

    def create(self, *callbacks, axes, listed=None, seeds=(0,), **training):
        base = RunSpec(
            callbacks=callbacks,
            training=TrainingSpec(**{"epochs": 5, "batch_size": 16} | training),
        )
        spec = SweepSpec(base=base, axes=axes, listed=listed, seeds=seeds)
        return store.create_sweep(self.db, spec, owner=OWNER).id

    def train(self, sweep_id, task="task"):
        from core.training import branches

        branches.train_branches(sweep_id, task)
        return store.read_sweep(self.db, sweep_id)

    def alone(self, run):
        """Train a run of a sweep from scratch, by itself."""
        from core.training import run as single

        run_id = store.create_run(self.db, run.spec, owner=OWNER)
        single.train_run(run_id)
        return store.read_run(self.db, run_id)

    def facts(self, run):
        """Return all that must be equal: logs, rates, counters, acts and the final weights."""
        epochs = store.read_epochs(self.db, run.id)
        final = self.home / "runs" / run.id / "final.keras"
        weights = keras.models.load_model(final).get_weights() if final.exists() else []
        return (
            run.status,
            [(e.epoch, e.logs, e.learning_rate, e.learning_rate_after) for e in epochs],
            [e.callbacks for e in epochs],
            [
                (e.kind, e.epoch, e.detail)
                for e in store.read_events(self.db, run.id)
                if e.kind not in {EventKind.STOPPED, EventKind.FAILED}
            ],
            [each.tobytes() for each in weights],
        )

    def require_exact(self, sweep_id):
        for run in store.read_sweep_runs(self.db, sweep_id):
            assert self.facts(run) == self.facts(self.alone(run)), run.setting

    def distinct_states(self, sweep_id):
        """Count the states that the finished curves show, without asking the branches."""
        runs = store.read_sweep_runs(self.db, sweep_id)
        curves = store.read_curves(self.db, [run.id for run in runs])
        return len(
            {
                (run.spec.training.seed, *(tuple(e.logs.values()) for e in curves[run.id][: n + 1]))
                for run in runs
                for n in range(len(curves[run.id]))
            }
        )


@pytest.fixture
def lab(db, tmp_path, tiny_scans, monkeypatch):
    monkeypatch.setenv("PLATEAU_HOME", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", db.url)
    monkeypatch.setattr(data, "load", lambda *_, **__: tiny_scans)
    return Lab(db, tmp_path, monkeypatch)


REDUCING = ReduceLROnPlateau(monitor="loss", factor=0.5, patience=1, min_delta=0.2)


def test_settings_part_where_their_callbacks_first_act_differently(lab):
    sweep_id = lab.create(
        REDUCING,
        axes=(
            Axis(callback=0, parameter="factor", values=(0.1, 0.5)),
            Axis(callback=0, parameter="patience", values=(1, 2, 9)),
        ),
    )
    assert lab.train(sweep_id).status is RunStatus.FINISHED
    ledger = store.read_ledger(lab.db, sweep_id)
    assert ledger.epochs_reported == 30
    assert ledger.epochs_trained == lab.distinct_states(sweep_id) < 30
    lab.require_exact(sweep_id)
