"""What the recorder writes beside what Keras did, in real trainings."""

import math

import numpy as np
import pytest

from core import store
from core.specs.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau, TensorBoard
from core.store import EventKind, RunStatus

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.keras


def events_of(db, run, kind):
    return [event for event in store.read_events(db, run.id) if event.kind is kind]


def test_every_reduction_is_an_event_with_the_rates_of_keras(db, train):
    # Nothing improves by 10, so the rate drops after every second epoch.
    callback = ReduceLROnPlateau(monitor="loss", factor=0.5, patience=2, min_delta=10)
    run, _ = train(callback, epochs=6)
    assert run.status is RunStatus.FINISHED
    epochs = store.read_epochs(db, run.id)
    drops = events_of(db, run, EventKind.LEARNING_RATE_REDUCED)
    assert [event.epoch for event in drops] == [2, 4]
    assert [event.detail["to"] / event.detail["from"] for event in drops] == pytest.approx(
        [0.5] * 2
    )
    # Keras logs the rate before the drop; the epoch's own rate must agree with it.
    assert [e.learning_rate for e in epochs] == pytest.approx(
        [e.logs["learning_rate"] for e in epochs]
    )
    assert [e.callbacks[0]["wait"] for e in epochs] == [0, 1, 2, 1, 2, 1]
    assert [e.callbacks[0]["fired"] for e in epochs] == [False, False, True, False, True, False]


def test_drop_in_the_last_epoch_is_still_reported(db, train):
    run, _ = train(ReduceLROnPlateau(monitor="loss", patience=1, min_delta=10), epochs=2)
    (drop,) = events_of(db, run, EventKind.LEARNING_RATE_REDUCED)
    assert drop.epoch == 1
    last = store.read_epochs(db, run.id)[-1]
    assert last.learning_rate_after == pytest.approx(last.learning_rate * 0.1)


def test_early_stop_and_restored_weights_name_their_epochs(db, train):
    run, _ = train(
        EarlyStopping(monitor="loss", patience=2, min_delta=10, restore_best_weights=True), epochs=9
    )
    (stop,) = events_of(db, run, EventKind.EARLY_STOP)
    assert (stop.epoch, stop.detail["wait"], stop.detail["patience"]) == (2, 2, 2)
    (restored,) = events_of(db, run, EventKind.WEIGHTS_RESTORED)
    assert restored.detail["from_epoch"] == 0
    assert len(store.read_epochs(db, run.id)) == 3
    assert run.status is RunStatus.FINISHED


def test_restored_weights_are_those_of_the_best_epoch(train):
    _, directory = train(
        EarlyStopping(monitor="loss", patience=1, min_delta=10, restore_best_weights=True),
        ModelCheckpoint(filepath="{epoch:02d}.keras"),
        epochs=3,
    )
    final, first = (
        keras.models.load_model(directory / name) for name in ("final.keras", "01.keras")
    )
    for ours, theirs in zip(final.get_weights(), first.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_every_saved_checkpoint_is_an_event(db, train):
    run, directory = train(
        ModelCheckpoint(filepath="best.keras", monitor="loss", save_best_only=True), epochs=3
    )
    saved = events_of(db, run, EventKind.CHECKPOINT_SAVED)
    losses = [epoch.logs["loss"] for epoch in store.read_epochs(db, run.id)]
    improved = [i for i, loss in enumerate(losses) if loss < min([math.inf, *losses[:i]])]
    assert [event.epoch for event in saved] == improved
    assert [event.detail["value"] for event in saved] == [losses[i] for i in improved]
    assert (directory / "best.keras").is_file()


def test_what_was_saved_within_an_epoch_is_an_event_without_the_value_of_its_end(
    db, train, monkeypatch
):
    from core.training import recorder

    # Pressed in the first of two batches: the second epoch has no end.
    ended = recorder.Recorder.on_train_batch_end

    def press_stop(self, batch, logs=None):
        ended(self, batch, logs)
        if self._epoch == 1:
            self._journal.stop_requested.set()

    monkeypatch.setattr(recorder.Recorder, "on_train_batch_end", press_stop)
    run, _ = train(ModelCheckpoint(filepath="{epoch}.keras", monitor="loss", save_freq=1), epochs=2)
    assert run.status is RunStatus.STOPPED
    saved = events_of(db, run, EventKind.CHECKPOINT_SAVED)
    assert [(each.epoch, each.detail["file"], each.detail["value"]) for each in saved] == [
        (0, "1.keras", None),
        (1, "2.keras", None),
    ]


def test_a_training_that_diverges_keeps_its_epochs_and_says_where(db, train):
    run, _ = train(learning_rate=1e9, optimizer="sgd", epochs=2)
    assert run.status is RunStatus.DIVERGED
    assert len(events_of(db, run, EventKind.NAN)) == 1
    epochs = store.read_epochs(db, run.id)
    assert len(epochs) == 2
    assert not math.isfinite(epochs[-1].logs["loss"])


def test_what_keras_raises_fails_the_run_with_its_words(db, train):
    run, _ = train(ReduceLROnPlateau(monitor="no_such_metric"))
    assert run.status is RunStatus.FAILED
    assert "no_such_metric" in run.error
    assert events_of(db, run, EventKind.FAILED)


def test_the_console_shows_what_keras_prints(db, train):
    run, _ = train(ReduceLROnPlateau(monitor="loss", patience=1, min_delta=10, verbose=1), epochs=2)
    lines = store.read_console(db, run.id)
    assert lines[0] == "Epoch 1/2"
    assert any(
        line.startswith("Epoch 2: ReduceLROnPlateau reducing learning rate to 0.00010000000")
        for line in lines
    )
    bars = [line for line in lines if line.startswith("2/2 ")]
    assert len(bars) >= 2
    assert not any(control in line for line in lines for control in "\b\r\x1b")


def test_the_logs_of_tensorboard_are_real_event_files(train):
    run, directory = train(TensorBoard(), epochs=1)
    files = list((directory / "logs").rglob("events.out.tfevents.*"))
    assert {file.parent.name for file in files} == {"train", "validation"}
    assert run.status is RunStatus.FINISHED


def test_a_run_is_the_same_when_it_is_run_again(db, train):
    first, second = (train(epochs=2)[0] for _ in range(2))
    logs = [[e.logs for e in store.read_epochs(db, run.id)] for run in (first, second)]
    assert logs[0] == logs[1]


def test_another_seed_is_another_run(db, train):
    first, second = (train(epochs=1, seed=seed)[0] for seed in (0, 1))
    assert store.read_epochs(db, first.id)[0].logs != store.read_epochs(db, second.id)[0].logs


def test_stop_ends_the_run_at_its_next_batch(db, train, monkeypatch):
    from core.training import recorder

    # Pressed while the first epoch is being written: it is the last one that counts.
    written = recorder.Recorder.on_epoch_end

    def press_stop(self, epoch, logs=None):
        written(self, epoch, logs)
        self._journal.stop_requested.set()

    monkeypatch.setattr(recorder.Recorder, "on_epoch_end", press_stop)
    run, directory = train(epochs=50)
    assert run.status is RunStatus.STOPPED
    assert len(store.read_epochs(db, run.id)) == 1
    assert (directory / "final.keras").is_file()


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision_trains_and_does_not_stay_on(db, train, precision):
    run, _ = train(epochs=1, precision=precision)
    assert run.status is RunStatus.FINISHED, run.error
    run, directory = train(epochs=1)
    assert keras.models.load_model(directory / "final.keras").dtype_policy.name == "float32"


def test_the_run_says_what_it_trained_on(train):
    run, _ = train(epochs=1)
    assert (run.training_scans, run.validation_scans, run.steps_per_epoch) == (48, 16, 2)
    assert "tensorflow" in run.device
