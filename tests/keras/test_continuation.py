"""A training that was interrupted, and one that was not, are the same to the last bit."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import data, store
from core.specs.callbacks import (
    BackupAndRestore,
    CSVLogger,
    EarlyStopping,
    LambdaCallback,
    LearningRateScheduler,
    ModelCheckpoint,
    ReduceLROnPlateau,
    SwapEMAWeights,
    TensorBoard,
)
from core.specs.run import RunSpec, TrainingSpec
from core.store import EventKind, RunStatus
from tests.waiting import until

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.keras

OWNER = "o"
REDUCING = ReduceLROnPlateau(monitor="loss", factor=0.5, patience=2, min_delta=0.02)
WAITING = EarlyStopping(monitor="val_loss", patience=30, restore_best_weights=True)


@pytest.fixture
def lab(db, tmp_path, tiny_scans, monkeypatch, shallow_net):
    """Train as a worker does, and interrupt as often as a test likes."""
    monkeypatch.setenv("PLATEAU_HOME", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", db.url)
    monkeypatch.setattr(data, "load", lambda *_, **__: tiny_scans)
    return Lab(db, tmp_path, monkeypatch)


class Killed(BaseException):
    """What a worker that is killed never gets to handle."""


class Lab:
    def __init__(self, db, home, monkeypatch):
        self.db, self.home, self.monkeypatch = db, home, monkeypatch

    def create(self, *callbacks, epochs=4, **training):
        spec = RunSpec(
            callbacks=callbacks,
            training=TrainingSpec(**{"epochs": epochs, "batch_size": 16, "verbose": 0} | training),
        )
        return store.create_run(self.db, spec, owner=OWNER)

    def train(self, run_id):
        from core.training import run

        run.train_run(run_id)
        return store.read_run(self.db, run_id)

    def train_until(self, run_id, epoch, batch, *, how=Killed):
        """Train, and be interrupted before a batch; a killed worker leaves the run as it is."""
        from core.training import recorder

        begun = recorder.Recorder.on_train_batch_begin

        def interrupt(this, number, logs=None):
            if (this._epoch, number) == (epoch, batch):
                raise how
            begun(this, number, logs)

        with self.monkeypatch.context() as patch:
            patch.setattr(recorder.Recorder, "on_train_batch_begin", interrupt)
            try:
                self.train(run_id)
            except Killed:
                store.requeue_run(self.db, run_id)

    def straight(self, *callbacks, **training):
        run_id = self.create(*callbacks, **training)
        assert self.train(run_id).status is RunStatus.FINISHED
        return run_id

    def facts(self, run_id):
        """Return all that must be equal: logs, rates, counters, acts and the final weights."""
        epochs = store.read_history(self.db, run_id).epochs
        model = keras.models.load_model(self.home / "runs" / run_id / "final.keras")
        return (
            [(e.epoch, e.logs, e.learning_rate, e.learning_rate_after) for e in epochs],
            [e.callbacks for e in epochs],
            [
                (e.kind, e.epoch, e.detail)
                for e in store.read_history(self.db, run_id).events
                if e.kind not in LIFE
            ],
            [weights.tobytes() for weights in model.get_weights()],
        )


LIFE = {
    EventKind.RESUMED,
    EventKind.PAUSED,
    EventKind.CONTINUED,
    EventKind.STOPPED,
    EventKind.FAILED,
    EventKind.FORKED,
    EventKind.FINISHED,
}


@pytest.mark.small_cnn
def test_a_run_that_was_killed_is_the_run_that_was_not(lab):
    every = (
        REDUCING,
        WAITING,
        ModelCheckpoint(filepath="best.keras", monitor="val_loss", save_best_only=True),
        CSVLogger(),
        BackupAndRestore(),
        TensorBoard(write_graph=False),
        LambdaCallback(on_epoch_end=True),
    )
    whole, killed = lab.straight(*every), lab.create(*every)
    lab.train_until(killed, epoch=1, batch=1)
    lab.train_until(killed, epoch=3, batch=2)
    assert lab.train(killed).status is RunStatus.FINISHED
    assert lab.facts(killed) == lab.facts(whole)
    resumed = [e.epoch for e in store.read_events(lab.db, killed) if e.kind is EventKind.RESUMED]
    assert resumed == [0, 2]
    tables = [(lab.home / "runs" / each / "log.csv").read_text() for each in (killed, whole)]
    assert tables[0] == tables[1]
    assert [row["epoch"] for row in csv.DictReader(tables[0].splitlines())] == list("0123")


def test_a_run_does_not_go_on_with_other_scans(lab, tiny_scans):
    from core.training.recorder import StopRequested

    whole, stopped = lab.straight(REDUCING), lab.create(REDUCING)
    lab.train_until(stopped, epoch=2, batch=1, how=StopRequested)
    others = replace(tiny_scans, validation=np.roll(tiny_scans.validation, 16))
    fork = store.create_fork(
        lab.db, stopped, store.read_run(lab.db, stopped).spec, after_epoch=1, owner=OWNER
    )
    store.resume_run(lab.db, stopped, owner=OWNER)
    with lab.monkeypatch.context() as patch:
        patch.setattr(data, "load", lambda *_, **__: others)
        for run_id in (stopped, fork):
            failed = lab.train(run_id)
            assert failed.status is RunStatus.FAILED
            assert "have changed since it was trained" in failed.error
    assert len(store.read_epochs(lab.db, stopped)) == 2
    store.resume_run(lab.db, stopped, owner=OWNER)
    assert lab.train(stopped).status is RunStatus.FINISHED
    assert lab.facts(stopped) == lab.facts(whole)


def test_a_stopped_run_goes_on_as_if_nothing_had_happened(lab):
    from core.training.recorder import StopRequested

    whole, stopped = lab.straight(REDUCING, WAITING), lab.create(REDUCING, WAITING)
    lab.train_until(stopped, epoch=2, batch=1, how=StopRequested)
    assert store.read_run(lab.db, stopped).status is RunStatus.STOPPED
    store.resume_run(lab.db, stopped, owner=OWNER)
    assert lab.train(stopped).status is RunStatus.FINISHED
    assert lab.facts(stopped) == lab.facts(whole)


def test_a_finished_run_goes_on_for_more_epochs(lab):
    whole = lab.straight(REDUCING, WAITING, epochs=4)
    short = lab.straight(REDUCING, WAITING, epochs=2)
    store.resume_run(lab.db, short, owner=OWNER, epochs=4)
    lab.train(short)
    assert lab.facts(short) == lab.facts(whole)


def test_what_was_noted_of_a_run_stands_when_it_goes_on(lab, tiny_scans, monkeypatch):
    noted = replace(tiny_scans, left_out=("a.png: no image.",))
    monkeypatch.setattr(data, "load", lambda *_, **__: noted)
    run_id = lab.straight(epochs=1)
    store.add_note(lab.db, run_id, "Asked for and not done: the learning rate times 0.3.")
    store.resume_run(lab.db, run_id, owner=OWNER, epochs=2)
    assert lab.train(run_id).notes == (
        "a.png: no image.",
        "Asked for and not done: the learning rate times 0.3.",
    )


def test_a_finished_run_with_averaged_weights_goes_on_for_more_epochs(lab):
    swapping = (SwapEMAWeights(swap_on_epoch=True), REDUCING)
    whole, short = lab.straight(*swapping, epochs=4), lab.straight(*swapping, epochs=2)
    store.resume_run(lab.db, short, owner=OWNER, epochs=4)
    lab.train(short)
    assert lab.facts(short) == lab.facts(whole)


def test_a_run_goes_back_to_an_earlier_epoch(lab):
    run_id = lab.straight(REDUCING, WAITING)
    before = lab.facts(run_id)
    store.resume_run(lab.db, run_id, owner=OWNER, after_epoch=1)
    assert len(store.read_epochs(lab.db, run_id)) == 2
    lab.train(run_id)
    assert lab.facts(run_id) == before


def test_a_run_that_is_killed_at_its_very_end_still_ends(lab):
    stopping = EarlyStopping(monitor="loss", patience=1, min_delta=10, restore_best_weights=True)
    from core.training import run

    whole, killed = lab.straight(stopping, epochs=4), lab.create(stopping, epochs=4)
    saved = run.save

    def kill(*_):
        raise Killed

    with lab.monkeypatch.context() as patch:
        patch.setattr(run, "save", kill)
        with pytest.raises(Killed):
            lab.train(killed)
    assert run.save is saved
    store.requeue_run(lab.db, killed)
    assert lab.train(killed).status is RunStatus.FINISHED
    assert lab.facts(killed) == lab.facts(whole)
    assert len(store.read_epochs(lab.db, killed)) == 2


def test_a_paused_run_is_continued(lab):
    whole, paused = lab.straight(REDUCING, WAITING), lab.create(REDUCING, WAITING)
    from core.training import recorder

    ended = recorder.Recorder.on_epoch_end

    def press_pause(this, epoch, logs=None):
        ended(this, epoch, logs)
        if epoch in (0, 1):
            store.request_pause(lab.db, paused, owner=OWNER)
            assert this._journal.pause_requested.wait(30)
        if epoch == 0:  # Taken back before its end.
            store.withdraw_pause(lab.db, paused, owner=OWNER)
            until(
                lambda: not this._journal.pause_requested.is_set(),
                within_s=30,
                what="going on",
            )

    with lab.monkeypatch.context() as patch:
        patch.setattr(recorder.Recorder, "on_epoch_end", press_pause)
        assert lab.train(paused).status is RunStatus.PAUSED
    assert not (lab.home / "runs" / paused / "final.keras").exists()
    store.resume_run(lab.db, paused, owner=OWNER)
    assert lab.train(paused).status is RunStatus.FINISHED
    kinds = [event.kind for event in store.read_events(lab.db, paused)]
    assert kinds.count(EventKind.PAUSED) == kinds.count(EventKind.CONTINUED) == 1
    assert lab.facts(paused) == lab.facts(whole)


def test_a_fork_with_the_same_settings_is_its_parent(lab):
    parent = lab.straight(REDUCING, WAITING, CSVLogger())
    spec = store.read_run(lab.db, parent).spec
    child = store.create_fork(lab.db, parent, spec, after_epoch=1, owner=OWNER)
    assert lab.train(child).status is RunStatus.FINISHED
    assert [epoch.epoch for epoch in store.read_epochs(lab.db, child)] == [2, 3]
    assert lab.facts(child) == lab.facts(parent)
    tables = [(lab.home / "runs" / each / "log.csv").read_text() for each in (child, parent)]
    assert tables[0] == tables[1]


def test_a_fork_whose_logs_have_other_columns_writes_below_the_right_ones(lab):
    parent = lab.straight(REDUCING, CSVLogger(), epochs=3)
    spec = store.read_run(lab.db, parent).spec
    for callbacks, rows in ((CSVLogger(),), 3), ((CSVLogger(separator=";"),), 1):
        without = spec.model_copy(update={"callbacks": callbacks})
        child = store.create_fork(lab.db, parent, without, after_epoch=1, owner=OWNER)
        assert lab.train(child).status is RunStatus.FINISHED
        table = (lab.home / "runs" / child / "log.csv").read_text().splitlines()
        written = list(csv.DictReader(table, delimiter=callbacks[0].separator))
        logs = store.read_history(lab.db, child).epochs[-1].logs
        assert len(written) == rows
        assert {name: float(written[-1][name]) for name in logs} == logs


def test_a_run_that_goes_back_keeps_no_model_of_what_it_forgot(lab):
    saving = ModelCheckpoint(filepath="best.keras", monitor="loss", save_best_only=True)
    whole = lab.straight(saving, WAITING)
    directory = lab.home / "runs" / whole
    facts, best = lab.facts(whole), (directory / "best.keras").stat().st_mtime_ns
    assert store.read_states(lab.db, whole)[-1].epoch == 3
    store.resume_run(lab.db, whole, owner=OWNER, after_epoch=1)
    lab.train_until(whole, epoch=2, batch=1)
    assert not [file.name for file in directory.glob("*.keras") if file.stat().st_mtime_ns >= best]
    assert lab.train(whole).status is RunStatus.FINISHED
    assert lab.facts(whole) == facts


def test_weights_that_were_not_kept_are_not_restored_in_a_fork(lab):
    # Nothing improves by 9: the best epoch is the first, whose weights the parent did not keep.
    waiting = EarlyStopping(monitor="loss", patience=30, min_delta=9.0)
    parent = lab.straight(waiting, epochs=3)
    spec = store.read_run(lab.db, parent).spec
    restoring = waiting.model_copy(update={"patience": 1, "restore_best_weights": True})
    wanted = spec.model_copy(
        update={
            "callbacks": (restoring,),
            "training": spec.training.model_copy(update={"epochs": 6}),
        }
    )
    child = store.create_fork(lab.db, parent, wanted, after_epoch=1, owner=OWNER)
    assert lab.train(child).status is RunStatus.FINISHED
    counted = [epoch.callbacks[0] for epoch in store.read_epochs(lab.db, child)]
    assert [each["wait"] for each in counted] == [0, 1]
    (restored,) = [
        event
        for event in store.read_events(lab.db, child)
        if event.kind is EventKind.WEIGHTS_RESTORED
    ]
    assert restored.detail["from_epoch"] == 2


def test_a_parent_that_goes_back_leaves_its_fork_the_state_it_begins_with(lab):
    parent = lab.straight(REDUCING, epochs=3)
    spec = store.read_run(lab.db, parent).spec
    longer = spec.model_copy(update={"training": spec.training.model_copy(update={"epochs": 4})})
    child = store.create_fork(lab.db, parent, longer, after_epoch=2, owner=OWNER)
    store.resume_run(lab.db, parent, owner=OWNER, after_epoch=0)
    lab.train_until(parent, epoch=1, batch=1)  # It has not done the shared epoch again.
    forked = lab.train(child)
    assert forked.status is RunStatus.FINISHED, forked.error
    assert [epoch.epoch for epoch in store.read_epochs(lab.db, child)] == [3]


def test_a_fork_with_another_rate_differs_from_there_on_and_says_so(lab):
    parent = lab.straight(REDUCING)
    before = store.read_run(lab.db, parent).spec
    training = before.training.model_copy(update={"learning_rate": 0.0001, "epochs": 3})
    spec = before.model_copy(update={"training": training})
    child = store.create_fork(lab.db, parent, spec, after_epoch=1, owner=OWNER)
    lab.train_until(child, epoch=2, batch=1)  # What sets the rate again notes it once.
    lab.train(child)
    (mine, theirs) = (store.read_history(lab.db, each) for each in (child, parent))
    assert [e.logs for e in mine.epochs[:2]] == [e.logs for e in theirs.epochs[:2]]
    assert mine.epochs[2].learning_rate == pytest.approx(0.0001)
    assert mine.epochs[2].logs != theirs.epochs[2].logs
    (forked,) = [e for e in mine.events if e.kind is EventKind.FORKED]
    assert forked.epoch == 1
    assert forked.detail["changed"]["training.learning_rate"] == [0.001, 0.0001]
    (change,) = [e for e in mine.events if e.kind is EventKind.LEARNING_RATE_SET]
    assert (change.epoch, change.detail["by"]) == (1, "fork")


def test_a_fork_keeps_the_patience_that_was_spent(lab):
    patient = ReduceLROnPlateau(monitor="loss", patience=3, min_delta=10)
    parent = lab.straight(patient, epochs=3)  # wait is 2 after its last epoch.
    spec = store.read_run(lab.db, parent).spec
    longer = spec.model_copy(update={"training": spec.training.model_copy(update={"epochs": 5})})
    child = store.create_fork(lab.db, parent, longer, after_epoch=2, owner=OWNER)
    lab.train(child)
    drops = [
        e for e in store.read_events(lab.db, child) if e.kind is EventKind.LEARNING_RATE_REDUCED
    ]
    assert [event.epoch for event in drops] == [3]


def test_the_rate_cut_by_hand_is_an_event_and_is_cut_again_at_the_same_batch(lab):
    def cut(run_id):
        """Have the cut heard by the second batch of the second epoch."""
        from core.training import recorder

        begun = recorder.Recorder.on_train_batch_begin

        def ask(this, number, logs=None):
            asked = store.read_orders(lab.db, run_id, 1).interventions
            done = store.read_done(lab.db, run_id, after_epoch=-1)
            if (this._epoch, number) == (1, 1) and not asked and not done:
                store.multiply_rate(lab.db, run_id, 0.3, owner=OWNER)
                until(this._hand.is_raised, within_s=30, what="the worker to hear of it")
            begun(this, number, logs)

        lab.monkeypatch.setattr(recorder.Recorder, "on_train_batch_begin", ask)

    whole = lab.create(REDUCING)
    cut(whole)
    lab.train(whole)
    (change,) = [
        e for e in store.read_events(lab.db, whole) if e.kind is EventKind.LEARNING_RATE_SET
    ]
    assert (change.epoch, change.detail["batch"], change.detail["by"]) == (1, 1, "hand")
    assert change.detail["to"] == pytest.approx(change.detail["from"] * 0.3)
    # It holds from there on: nothing puts the old rate back.
    assert store.read_epochs(lab.db, whole)[1].learning_rate_after == change.detail["to"]
    before = lab.facts(whole)
    # Back to before the cut: it is done again where it was done.

    store.resume_run(lab.db, whole, owner=OWNER, after_epoch=0)
    lab.train(whole)
    assert lab.facts(whole) == before


def test_callbacks_remember_all_that_changes_in_them(lab, tiny_scans, tmp_path):
    from core.training import batches, callbacks, memory, run

    spec = RunSpec(
        callbacks=(
            ReduceLROnPlateau(monitor="loss", patience=1, min_delta=10, cooldown=3),
            EarlyStopping(monitor="loss", patience=9, min_delta=10),
            ModelCheckpoint(filepath="{epoch}.weights.h5", save_weights_only=True, save_freq=3),
            TensorBoard(write_graph=False),
            LearningRateScheduler(),
            BackupAndRestore(save_freq=3),
            SwapEMAWeights(swap_on_epoch=True),
        )
    )
    # Opened or derived anew by each fit, set at the start of each epoch, or of no consequence.
    anew = {
        "ReduceLROnPlateau": {"monitor_op", "min_delta"},
        "EarlyStopping": {"monitor_op", "min_delta", "best_weights"},
        "ModelCheckpoint": {"monitor_op", "_current_epoch"},
        "TensorBoard": {"_writers", "_train_dir", "_val_dir", "_log_write_dir", "_summary_module"},
    }
    watched = callbacks.build_callbacks(spec, tmp_path)
    before = [dict(vars(callback)) for callback in watched]
    model = run.build_model(spec.training, tiny_scans, use_ema=True)
    model.fit(
        batches.ScanBatches(tiny_scans, validation=False, batch_size=16),
        validation_data=batches.ScanBatches(tiny_scans, validation=True, batch_size=16),
        epochs=2,
        verbose=0,
        callbacks=watched,
    )
    for callback, old in zip(watched, before, strict=True):
        kind = type(callback).__name__
        changed = {
            name
            for name, value in vars(callback).items()
            if name not in {"_model", "params", "validation_data"}
            and not np.array_equal(old.get(name), value)
        }
        known = set(memory.REMEMBERED.get(kind, ())) | anew.get(kind, set())
        assert changed <= known, kind


reducing = st.builds(
    ReduceLROnPlateau,
    monitor=st.sampled_from(["loss", "val_loss", "val_accuracy"]),
    factor=st.sampled_from([0.1, 0.5, 0.9]),
    patience=st.integers(0, 2),
    cooldown=st.integers(0, 2),
    min_delta=st.sampled_from([0.0, 0.05, 10.0]),
    min_lr=st.sampled_from([0.0, 0.0005]),
)
stopping = st.builds(
    EarlyStopping,
    monitor=st.sampled_from(["loss", "val_loss"]),
    patience=st.integers(1, 3),
    min_delta=st.sampled_from([0.0, 0.05, 10.0]),
    restore_best_weights=st.booleans(),
    start_from_epoch=st.integers(0, 2),
    baseline=st.none() | st.just(0.1),
)
planned = st.builds(
    LearningRateScheduler, schedule=st.sampled_from(["exponential", "cosine", "one_cycle"])
)
averaging = st.builds(SwapEMAWeights, swap_on_epoch=st.booleans())
several = st.permutations([reducing, stopping, planned, averaging]).flatmap(
    lambda order: st.integers(1, 3).flatmap(lambda count: st.tuples(*order[:count]))
)


@settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(callbacks=several, epoch=st.integers(0, 2), optimizer=st.sampled_from(["adam", "sgd"]))
def test_whatever_the_callbacks_an_interruption_changes_nothing(lab, callbacks, epoch, optimizer):
    settings_ = {"epochs": 4, "optimizer": optimizer}
    whole = lab.straight(*callbacks, **settings_)
    killed = lab.create(*callbacks, **settings_)
    lab.train_until(killed, epoch=epoch, batch=1)
    lab.train(killed)
    assert lab.facts(killed) == lab.facts(whole)
