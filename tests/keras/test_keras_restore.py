"""What Keras's own BackupAndRestore brings back, and what it loses, with the real callback."""

import numpy as np
import pytest

from core import store
from core.charts.keras_restore import acts_told, as_keras_would, loss_told
from core.specs.callbacks import EarlyStopping, ReduceLROnPlateau
from core.specs.run import RunSpec, TrainingSpec
from core.store import EventKind, RunStatus
from tests.keras.test_continuation import OWNER, lab

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.keras
__all__ = ["lab"]

# Nothing beats the first best: the rate drops at epochs 2, 5, 8 … of a run left alone.
REDUCING = ReduceLROnPlateau(monitor="loss", factor=0.5, patience=3, min_delta=10)


def restored_by_keras(lab, parent, *, after_epoch):
    spec = as_keras_would(store.read_run(lab.db, parent).spec)
    child = store.create_fork(
        lab.db, parent, spec, after_epoch=after_epoch, owner=OWNER, keras_restore=True
    )
    assert lab.train(child).status is RunStatus.FINISHED
    return child


def drops(lab, run_id):
    return [
        event.epoch
        for event in store.read_events(lab.db, run_id)
        if event.kind is EventKind.LEARNING_RATE_REDUCED
    ]


def test_the_backup_holds_all_but_random_generators_and_callbacks(lab, tiny_scans, tmp_path):
    from core.training import batches, run
    from core.training.keras_restore import write_backup
    from core.training.state import copy_variables, take

    spec = as_keras_would(RunSpec(training=TrainingSpec(batch_size=16)))
    model = run.build_model(spec.training, tiny_scans)
    scans = batches.ScanBatches(tiny_scans, validation=False, batch_size=16)
    model.fit(scans, epochs=2, verbose=0)
    before = take(model, [], epoch=1, trunk="")
    write_backup(spec, tmp_path, run.build_model(spec.training, tiny_scans), before)
    restored = run.build_model(spec.training, tiny_scans)
    callback = keras.callbacks.BackupAndRestore(str(tmp_path / "backup"))
    callback.set_model(restored)
    callback.on_train_begin()
    assert restored._initial_epoch == 2
    after = copy_variables(restored)
    lost = {
        name
        for name, value in before.variables.items()
        if value.tobytes() != after[name].tobytes() and not name.startswith("metrics/")
    }
    assert lost == {name for name in after if "seed_generator" in name}
    assert lost


def test_the_callbacks_memory_is_lost_and_the_rate_drops_later(lab):
    exact = lab.straight(REDUCING, epochs=7)
    child = restored_by_keras(lab, exact, after_epoch=1)
    parent, history = store.read_history(lab.db, exact), store.read_history(lab.db, child)
    assert [epoch.epoch for epoch in store.read_epochs(lab.db, child)] == [2, 3, 4, 5, 6]
    assert drops(lab, exact) == [3, 6]
    assert drops(lab, child) == [5]
    own = store.read_epochs(lab.db, child)
    (told,) = loss_told(store.read_run(lab.db, child).spec, parent.epochs, own, after_epoch=1)
    assert told.startswith("ReduceLROnPlateau had wait 1 of 3 and best ")
    assert "BackupAndRestore kept neither: after epoch 3 it has wait 0 of 3" in told
    assert "and wait 2 of 3" in told
    assert acts_told(parent.events, history.events, after_epoch=1) == [
        "The exact run reduced the rate after epochs 4, 7, the restored one after epoch 6."
    ]


def test_the_rate_that_was_reduced_before_is_brought_back(lab):
    exact = lab.straight(REDUCING, epochs=6)
    child = restored_by_keras(lab, exact, after_epoch=4)
    (epoch,) = store.read_epochs(lab.db, child)
    assert epoch.learning_rate == pytest.approx(0.0005)


def test_a_run_that_keras_brought_back_is_itself_resumed_exactly(lab):
    exact = lab.straight(REDUCING, epochs=6)
    whole = restored_by_keras(lab, exact, after_epoch=1)
    spec = store.read_run(lab.db, whole).spec
    killed = store.create_fork(lab.db, exact, spec, after_epoch=1, owner=OWNER, keras_restore=True)
    lab.train_until(killed, epoch=4, batch=1)
    lab.train(killed)
    assert lab.facts(killed) == lab.facts(whole)


def test_a_fork_of_a_run_that_stopped_early_goes_on_with_more_patience(lab):
    stopping = EarlyStopping(monitor="loss", patience=1, min_delta=10)
    parent = lab.straight(stopping, epochs=6)
    assert len(store.read_epochs(lab.db, parent)) == 2
    patient = stopping.model_copy(update={"patience": 3})
    whole = lab.straight(patient, epochs=6)
    spec = store.read_run(lab.db, whole).spec
    child = store.create_fork(lab.db, parent, spec, after_epoch=1, owner=OWNER)
    assert lab.train(child).status is RunStatus.FINISHED
    assert [epoch.epoch for epoch in store.read_epochs(lab.db, child)] == [2, 3]
    ours, theirs = lab.facts(child), lab.facts(whole)
    assert ours[0] == theirs[0]
    assert ours[3] == theirs[3]


def test_a_model_that_was_brought_back_begins_every_later_fit_at_the_backup(tmp_path):
    def fit(model, epochs, *callbacks):
        return model.fit(
            np.zeros((8, 1)), np.zeros((8, 1)), epochs=epochs, verbose=0, callbacks=callbacks
        ).epoch

    def new_model():
        model = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        return model

    backup = keras.callbacks.BackupAndRestore(str(tmp_path), delete_checkpoint=False)
    assert fit(new_model(), 3, backup) == [0, 1, 2]
    restored = new_model()
    assert fit(restored, 3, backup) == []
    assert fit(restored, 6) == [3, 4, 5]
