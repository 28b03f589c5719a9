"""A sweep gives each setting the run it would have had alone, to the last bit."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import data, store
from core.specs.callbacks import (
    CSVLogger,
    EarlyStopping,
    LambdaCallback,
    LearningRateScheduler,
    ModelCheckpoint,
    ReduceLROnPlateau,
    TerminateOnNaN,
)
from core.specs.run import RunSpec, TrainingSpec
from core.specs.sweep import Axis, SweepSpec
from core.store import EventKind, RunStatus

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.keras

OWNER = "o"


LIFE = {EventKind.STOPPED, EventKind.FAILED, EventKind.RESUMED}


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

    def train_until(self, sweep_id, epoch, batch, *, how=Killed):
        """Train, and be interrupted before a batch; a killed worker leaves all as it is."""
        from core.training import team

        begun = team.Team.on_train_batch_begin

        def interrupt(this, number, logs=None):
            if (this.members[0].recorder._epoch, number) == (epoch, batch):
                raise how
            begun(this, number, logs)

        with self.monkeypatch.context() as patch:
            patch.setattr(team.Team, "on_train_batch_begin", interrupt)
            try:
                self.train(sweep_id, "of the dead")
            except Killed:
                assert store.requeue_branches(self.db, "of the dead") == 1

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
                if e.kind not in LIFE
            ],
            [each.tobytes() for each in weights],
        )

    def all_facts(self, sweep_id):
        return [self.facts(run) for run in store.read_sweep_runs(self.db, sweep_id)]

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
def lab(db, tmp_path, tiny_scans, monkeypatch, shallow_net):
    monkeypatch.setenv("PLATEAU_HOME", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", db.url)
    monkeypatch.setattr(data, "load", lambda *_, **__: tiny_scans)
    return Lab(db, tmp_path, monkeypatch)


REDUCING = ReduceLROnPlateau(monitor="loss", factor=0.5, patience=1, min_delta=0.2)
FACTORS = Axis(callback=0, parameter="factor", values=(0.1, 0.5))
PATIENCE = Axis(callback=0, parameter="patience", values=(1, 2, 9))


def test_runs_on_an_accelerator_keep_what_one_check_found_which_changes_none_of_them(
    lab, monkeypatch
):
    from core.training import branches, exactness

    tried, check = [], exactness.goes_on_exactly
    monkeypatch.setattr(branches, "on_accelerator", lambda: True)
    monkeypatch.setattr(exactness, "goes_on_exactly", lambda *of: tried.append(of) or check(*of))
    sweep_id = lab.create(REDUCING, axes=(FACTORS,), epochs=3)
    assert lab.train(sweep_id).status is RunStatus.FINISHED
    assert len(tried) == 1
    assert [r.goes_on_exactly for r in store.read_sweep_runs(lab.db, sweep_id)] == [True, True]
    lab.require_exact(sweep_id)


def test_settings_part_where_their_callbacks_first_act_differently(lab):
    sweep_id = lab.create(REDUCING, axes=(FACTORS, PATIENCE))
    assert lab.train(sweep_id).status is RunStatus.FINISHED
    ledger = store.read_ledger(lab.db, sweep_id)
    assert ledger.epochs_reported == 30
    assert ledger.epochs_trained == lab.distinct_states(sweep_id) < 30
    lab.require_exact(sweep_id)


def test_settings_that_only_stop_earlier_are_read_off_the_longest(lab):
    every = (
        EarlyStopping(monitor="loss", min_delta=10, restore_best_weights=True),
        ModelCheckpoint(filepath="{epoch}.keras", monitor="loss", save_best_only=True),
        CSVLogger(),
        LambdaCallback(on_epoch_end=True),
    )
    sweep_id = lab.create(
        *every,
        axes=(
            Axis(callback=0, parameter="patience", values=(1, 3)),
            Axis(callback=0, parameter="restore_best_weights", values=(True, False)),
        ),
    )
    lab.train(sweep_id)
    assert len(store.read_branches(lab.db, sweep_id)) == 1
    ledger = store.read_ledger(lab.db, sweep_id)
    assert (ledger.epochs_trained, ledger.epochs_reported) == (4, 12)
    lab.require_exact(sweep_id)
    for run in store.read_sweep_runs(lab.db, sweep_id):
        directory, epochs = lab.home / "runs" / run.id, len(store.read_epochs(lab.db, run.id))
        assert len((directory / "log.csv").read_text().splitlines()) == 1 + epochs
        assert (directory / "1.keras").exists()


@pytest.mark.small_cnn
def test_each_seed_is_a_training_of_its_own(lab):
    sweep_id = lab.create(REDUCING, axes=(FACTORS,), seeds=(0, 5), epochs=3)
    lab.train(sweep_id)
    assert {branch.seed for branch in store.read_branches(lab.db, sweep_id)} == {0, 5}
    assert store.read_ledger(lab.db, sweep_id).epochs_trained == lab.distinct_states(sweep_id)
    lab.require_exact(sweep_id)


def test_plans_part_before_the_first_epoch_and_a_plan_hides_what_it_undoes(lab):
    # The plan sets the rate anew at each epoch's beginning, whatever was reduced at the last end.
    plan = LearningRateScheduler(schedule="step", decay_epochs=2)
    axes = (FACTORS, Axis(callback=1, parameter="schedule", values=("constant", "warmup")))
    sweep_id = lab.create(REDUCING, plan, axes=axes, epochs=3)
    lab.train(sweep_id)
    shared = {branch.settings: branch.epochs for branch in store.read_branches(lab.db, sweep_id)}
    assert shared == {(0, 2): 3, (1, 3): 3}
    lab.require_exact(sweep_id)


@pytest.mark.parametrize("raise_error", [False, True])
def test_a_training_that_diverges_ends_all_that_share_it(lab, raise_error):
    nan = TerminateOnNaN(raise_error=raise_error)
    sweep_id = lab.create(
        REDUCING, nan, axes=(FACTORS,), learning_rate=1e9, optimizer="sgd", epochs=3
    )
    assert lab.train(sweep_id).status is RunStatus.FINISHED
    runs = store.read_sweep_runs(lab.db, sweep_id)
    assert {run.status for run in runs} == {RunStatus.DIVERGED}
    lab.require_exact(sweep_id)


def test_a_setting_that_fails_takes_no_other_along(lab):
    # Keras cannot tell the direction of a name it does not know, and raises an error.
    metrics = Axis(callback=0, parameter="monitor", values=("loss", "val_dice"))
    sweep_id = lab.create(REDUCING, axes=(metrics,), epochs=3)
    assert lab.train(sweep_id).status is RunStatus.FINISHED
    good, bad = store.read_sweep_runs(lab.db, sweep_id)
    assert (good.status, bad.status) == (RunStatus.FINISHED, RunStatus.FAILED)
    alone = lab.alone(bad)
    assert bad.error == alone.error
    assert lab.facts(bad) == lab.facts(alone)
    assert len(store.read_epochs(lab.db, good.id)) == 3


def test_what_a_setting_raises_at_a_batch_takes_no_other_along(lab):
    # `val_loss` is not in the logs of a batch.
    saving = ModelCheckpoint(filepath="m{val_loss:.2f}.keras")
    every = Axis(callback=0, parameter="save_freq", values=("epoch", 2))
    sweep_id = lab.create(saving, axes=(every,), epochs=2)
    assert lab.train(sweep_id).status is RunStatus.FINISHED
    good, bad = store.read_sweep_runs(lab.db, sweep_id)
    assert (good.status, bad.status) == (RunStatus.FINISHED, RunStatus.FAILED)
    assert "Failed to format this callback filepath" in bad.error
    assert "Failed to format this callback filepath" in lab.alone(bad).error
    assert len(store.read_epochs(lab.db, good.id)) == 2


def test_seeds_of_a_sweep_have_the_same_scans(lab, tiny_scans):
    from core.training.recorder import StopRequested

    sweep_id = lab.create(REDUCING, axes=(FACTORS,), seeds=(0, 1), epochs=2)
    lab.train_until(sweep_id, 1, 1, how=StopRequested)
    store.resume_sweep(lab.db, sweep_id, owner=OWNER)
    others = replace(tiny_scans, validation=np.roll(tiny_scans.validation, 16))
    with lab.monkeypatch.context() as patch:
        patch.setattr(data, "load", lambda *_, **__: others)
        lab.train(sweep_id)
    runs = store.read_sweep_runs(lab.db, sweep_id)
    assert {run.status for run in runs} == {RunStatus.FAILED}
    assert all("have changed since" in run.error for run in runs)
    store.resume_sweep(lab.db, sweep_id, owner=OWNER)
    assert lab.train(sweep_id).status is RunStatus.FINISHED


@pytest.fixture
def whole(lab):
    """A sweep that was never interrupted."""
    sweep_id = lab.create(*WATCHED, axes=(FACTORS, PATIENCE))
    lab.train(sweep_id)
    return sweep_id


WATCHED = (REDUCING, EarlyStopping(monitor="loss", patience=3, restore_best_weights=True))


def require_same(lab, sweep_id, whole):
    assert store.read_sweep(lab.db, sweep_id).status is RunStatus.FINISHED
    assert lab.all_facts(sweep_id) == lab.all_facts(whole)
    ledgers = [store.read_ledger(lab.db, each) for each in (sweep_id, whole)]
    assert ledgers[0].epochs_trained == ledgers[1].epochs_trained


def test_a_sweep_whose_workers_are_killed_goes_on_where_each_branch_was(lab, whole):
    sweep_id = lab.create(*WATCHED, axes=(FACTORS, PATIENCE))
    for epoch, batch in ((0, 1), (1, 2), (3, 0), (4, 1), (4, 2)):
        lab.train_until(sweep_id, epoch, batch)
    lab.train(sweep_id)
    require_same(lab, sweep_id, whole)


def test_a_stopped_sweep_keeps_what_is_done_and_is_resumed(lab, whole):
    from core.training.recorder import StopRequested

    sweep_id = lab.create(*WATCHED, axes=(FACTORS, PATIENCE))
    lab.train_until(sweep_id, 3, 1, how=StopRequested)
    assert store.read_sweep(lab.db, sweep_id).status is RunStatus.STOPPED
    kept = store.read_ledger(lab.db, sweep_id).epochs_trained
    assert kept >= 3
    store.resume_sweep(lab.db, sweep_id, owner=OWNER)
    lab.train(sweep_id)
    require_same(lab, sweep_id, whole)


def test_a_worker_that_was_taken_for_dead_writes_no_file(lab):
    from core.training import team

    sweep_id = lab.create(REDUCING, CSVLogger(), axes=(FACTORS,), epochs=4)
    begun = team.Team.on_test_batch_begin

    def take_for_dead(this, batch, logs=None):
        begun(this, batch, logs)
        if this.members[0].recorder._epoch == 1:
            store.requeue_branches(lab.db, "of the dead")

    with lab.monkeypatch.context() as patch:
        patch.setattr(team.Team, "on_test_batch_begin", take_for_dead)
        patch.setattr(store, "claim_branch", claim_once(store.claim_branch))
        lab.train(sweep_id, "of the dead")
    for run in store.read_sweep_runs(lab.db, sweep_id):
        table = (lab.home / "runs" / run.id / "log.csv").read_text().splitlines()
        assert [line.split(",")[0] for line in table] == ["epoch", "0"]
    assert store.waiting_and_at_work(lab.db, sweep_id) == (1, 0)
    assert lab.train(sweep_id).status is RunStatus.FINISHED
    lab.require_exact(sweep_id)


def claim_once(claim):
    """Return a claim that finds nothing the second time."""
    left = [claim]
    return lambda *arguments, **named: left.pop()(*arguments, **named) if left else None


def test_what_is_lost_with_a_state_is_trained_again(lab, whole):
    sweep_id = lab.create(*WATCHED, axes=(FACTORS, PATIENCE))
    lab.train_until(sweep_id, 3, 1)
    for file in (lab.home / "states").rglob("*.safetensors"):
        file.write_bytes(file.read_bytes()[:-1])
    lab.train(sweep_id)
    assert lab.all_facts(sweep_id) == lab.all_facts(whole)
    notes = [note for run in store.read_sweep_runs(lab.db, sweep_id) for note in run.notes]
    assert any("damaged" in note for note in notes)


def test_a_full_disk_ends_the_branch_that_must_part_and_it_is_resumed(lab, whole):
    from core.store import StateFiles

    written = []

    def write(this, name, data):
        written.append(name)
        if len(written) > 1:
            raise OSError(28, "No space left on device")
        StateFiles._write(this, name, data)

    sweep_id = lab.create(*WATCHED, axes=(FACTORS, PATIENCE))
    with lab.monkeypatch.context() as patch:
        patch.setattr(StateFiles, "_write", StateFiles.write, raising=False)
        patch.setattr(StateFiles, "write", write)
        sweep = lab.train(sweep_id)
    assert sweep.status is RunStatus.FAILED
    assert sweep.error == (
        "A file could not be written (No space left on device). Free some space, and resume the "
        "sweep."
    )
    notes = store.read_sweep_runs(lab.db, sweep_id)[0].notes
    assert any("could not be saved" in note for note in notes)
    store.resume_sweep(lab.db, sweep_id, owner=OWNER)
    lab.train(sweep_id)
    require_same(lab, sweep_id, whole)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a device that is full")
@pytest.mark.parametrize(
    ("writes", "file"),
    [(CSVLogger(), "log.csv"), (ModelCheckpoint(filepath="m.keras", save_freq=2), "m.keras")],
)
def test_a_full_disk_is_no_settings_fault_and_the_sweep_is_resumed(lab, writes, file):
    sweep_id = lab.create(REDUCING, writes, axes=(FACTORS,), epochs=1)
    full = lab.home / "runs" / store.read_sweep_runs(lab.db, sweep_id)[1].id / file
    full.parent.mkdir(parents=True)
    full.symlink_to("/dev/full")
    sweep = lab.train(sweep_id)
    assert sweep.status is RunStatus.FAILED
    assert "No space left on device" in sweep.error
    assert "resume the sweep" in sweep.error
    full.unlink(missing_ok=True)
    store.resume_sweep(lab.db, sweep_id, owner=OWNER)
    assert lab.train(sweep_id).status is RunStatus.FINISHED
    runs = store.read_sweep_runs(lab.db, sweep_id)
    assert {run.status for run in runs} == {RunStatus.FINISHED}


def test_nothing_of_a_sweep_that_has_finished_stays_on_the_disk_but_its_runs(lab, whole):
    assert not list((lab.home / "states").rglob("*.safetensors"))
    unused = store.delete_sweep(lab.db, whole, owner=OWNER)
    assert unused == []
    assert store.read_sweeps(lab.db, OWNER) == []


AXES = {
    "ReduceLROnPlateau": {
        "monitor": st.sampled_from(["loss", "val_loss", "val_accuracy"]),
        "factor": st.sampled_from([0.1, 0.5, 0.9]),
        "patience": st.integers(0, 2),
        "cooldown": st.integers(0, 2),
        "min_delta": st.sampled_from([0.0, 0.05, 10.0]),
        "min_lr": st.sampled_from([0.0, 0.0005]),
    },
    "EarlyStopping": {
        "monitor": st.sampled_from(["loss", "val_loss"]),
        "patience": st.integers(1, 3),
        "min_delta": st.sampled_from([0.0, 0.05, 10.0]),
        "restore_best_weights": st.booleans(),
        "start_from_epoch": st.integers(0, 2),
        "baseline": st.none() | st.just(0.1),
    },
    "LearningRateScheduler": {
        "schedule": st.sampled_from(["constant", "exponential", "one_cycle"]),
        "decay_rate": st.sampled_from([0.5, 0.9]),
    },
}
PLACES = [(place, name) for place, (_, names) in enumerate(AXES.items()) for name in names]
one_setting = st.tuples(*[values for names in AXES.values() for values in names.values()])


@pytest.mark.timeout(900)  # It trains some twenty times.
@settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    listed=st.lists(one_setting, min_size=2, max_size=3, unique=True),
    planned=st.booleans(),
    optimizer=st.sampled_from(["adam", "sgd", "rmsprop"]),
)
def test_whatever_the_settings_each_run_is_what_it_is_alone(lab, listed, planned, optimizer):
    kinds = [ReduceLROnPlateau(), EarlyStopping(), LearningRateScheduler()][: 2 + planned]
    places = [each for each in PLACES if each[0] < len(kinds)]
    values = dict.fromkeys(each[: len(places)] for each in listed)
    sweep_id = lab.create(
        *kinds,
        axes=tuple(Axis(callback=place, parameter=name) for place, name in places),
        listed=tuple(values),
        epochs=4,
        optimizer=optimizer,
    )
    assert lab.train(sweep_id).status is RunStatus.FINISHED
    assert store.read_ledger(lab.db, sweep_id).epochs_trained == lab.distinct_states(sweep_id)
    lab.require_exact(sweep_id)
