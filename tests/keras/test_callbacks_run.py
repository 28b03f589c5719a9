"""Every callback of the catalogue, at work in real trainings."""

import csv
import json
import math

import numpy as np
import pytest

from core import store
from core.curves import log_dirs
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
    TerminateOnNaN,
)
from core.specs.schedules import rates
from core.store import EventKind, RunStatus

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.keras

NO_METRIC = "UserWarning: Learning rate reduction is conditioned on metric `val_acc`"
STEPS = LearningRateScheduler(schedule="step", decay_rate=0.5, decay_epochs=2)


def events_of(db, run, kind):
    return [event for event in store.read_events(db, run.id) if event.kind is kind]


def rows_of(file, **how):
    with file.open(newline="") as opened:
        return list(csv.DictReader(opened, **how))


@pytest.mark.parametrize("schedule", ["one_cycle", "table"])
def test_every_epoch_trains_with_the_rate_of_the_preview(db, train, schedule):
    plan = LearningRateScheduler(schedule=schedule, warmup_epochs=1, table="2: 0.01, 4: 0.002")
    run, _ = train(plan, learning_rate=0.004)
    assert run.status is RunStatus.FINISHED
    epochs = store.read_epochs(db, run.id)
    planned = rates(plan, 0.004, 4)
    assert [epoch.learning_rate for epoch in epochs] == pytest.approx(planned)
    assert [epoch.logs["learning_rate"] for epoch in epochs] == pytest.approx(planned)


def test_a_rate_that_was_set_is_an_event_at_the_start_of_its_epoch(db, train):
    run, _ = train(STEPS, learning_rate=0.004)
    (change,) = events_of(db, run, EventKind.LEARNING_RATE_SET)
    assert (change.epoch, change.detail["by"]) == (2, "LearningRateScheduler")
    assert (change.detail["from"], change.detail["to"]) == pytest.approx((0.004, 0.002))
    assert not events_of(db, run, EventKind.LEARNING_RATE_REDUCED)


def test_a_warm_up_is_an_event_of_the_first_epoch(db, train):
    run, _ = train(LearningRateScheduler(schedule="warmup", warmup_epochs=1), epochs=1)
    (change,) = events_of(db, run, EventKind.LEARNING_RATE_SET)
    assert (change.epoch, change.detail["from"]) == (0, pytest.approx(0.001))
    assert change.detail["to"] == pytest.approx(0.0005)


def test_a_warning_stands_in_the_console_of_every_run_and_once(db, train):
    for _ in range(2):
        with pytest.warns(UserWarning, match="conditioned on metric `val_acc`"):
            run, _ = train(ReduceLROnPlateau(monitor="val_acc", mode="max", patience=1), epochs=3)
        lines = store.read_console(db, run.id)
        assert sum(line.startswith(NO_METRIC) for line in lines) == 1


def test_a_scheduler_takes_back_every_reduction(db, train):
    reducing = ReduceLROnPlateau(monitor="loss", factor=0.1, patience=1, min_delta=10)
    run, _ = train(LearningRateScheduler(schedule="constant"), reducing, epochs=3)
    drops = events_of(db, run, EventKind.LEARNING_RATE_REDUCED)
    restored = events_of(db, run, EventKind.LEARNING_RATE_SET)
    assert [event.epoch for event in drops] == [1, 2]
    assert [event.epoch for event in restored] == [2]
    assert restored[0].detail["to"] == drops[0].detail["from"]
    assert {epoch.learning_rate for epoch in store.read_epochs(db, run.id)} == {
        drops[0].detail["from"]
    }


def test_the_csv_file_holds_the_history(db, train):
    run, directory = train(STEPS, CSVLogger(filename="log.tsv", separator="\t"), epochs=2)
    rows = rows_of(directory / "log.tsv", delimiter="\t")
    epochs = store.read_epochs(db, run.id)
    assert [int(row.pop("epoch")) for row in rows] == [0, 1]
    assert [{k: float(v) for k, v in row.items()} for row in rows] == [e.logs for e in epochs]


def test_a_csv_file_before_the_reduction_lacks_the_rate(train):
    _, directory = train(CSVLogger(), ReduceLROnPlateau(), epochs=1)
    assert "learning_rate" not in rows_of(directory / "log.csv")[0]


def test_terminate_on_nan_ends_the_run_and_keeps_the_broken_epoch(db, train):
    run, _ = train(TerminateOnNaN(), learning_rate=1e9, optimizer="sgd", batch_size=8, epochs=5)
    assert run.status is RunStatus.DIVERGED
    epochs = store.read_epochs(db, run.id)
    assert [e.callbacks[0]["fired"] for e in epochs] == [False] * (len(epochs) - 1) + [True]
    assert not math.isfinite(epochs[-1].logs["loss"])
    assert len(epochs) < 5
    assert len(events_of(db, run, EventKind.NAN)) == 1


def test_terminate_on_nan_with_an_error_is_a_run_that_diverged(db, train):
    run, directory = train(
        TerminateOnNaN(raise_error=True), learning_rate=1e9, optimizer="sgd", batch_size=8
    )
    assert (run.status, run.error) == (RunStatus.DIVERGED, "")
    (broken,) = events_of(db, run, EventKind.NAN)
    assert broken.detail["metric"] == "loss"
    # Keras raises inside the epoch: it is in no history, and no model is handed back.
    assert broken.epoch == len(store.read_epochs(db, run.id))
    assert not (directory / "final.keras").exists()


def test_a_backup_is_kept_until_the_training_ends(train):
    _, directory = train(BackupAndRestore(backup_dir="one", delete_checkpoint=False), epochs=2)
    about = json.loads((directory / "one" / "training_metadata.json").read_text())
    assert about["epoch"] == 2
    assert (directory / "one" / "latest.weights.h5").is_file()
    _, directory = train(BackupAndRestore(backup_dir="two"), epochs=1)
    assert not (directory / "two").exists()


def test_a_backup_without_a_frequency_is_saved_after_every_batch(train):
    _, directory = train(
        BackupAndRestore(save_freq=False, delete_checkpoint=False), epochs=1, batch_size=16
    )
    about = json.loads((directory / "backup" / "training_metadata.json").read_text())
    assert about == {"epoch": 0, "batch": 2}


def test_averaged_weights_are_validated_and_handed_back(db, train):
    plain, plain_directory = train(epochs=2)
    averaged, directory = train(SwapEMAWeights(), epochs=2)
    assert averaged.status is RunStatus.FINISHED
    logs = [store.read_epochs(db, run.id)[-1].logs for run in (plain, averaged)]
    # The training is the same; only what is validated, and kept, is the average.
    assert logs[0]["loss"] == pytest.approx(logs[1]["loss"], rel=1e-5)
    assert logs[0]["val_loss"] != pytest.approx(logs[1]["val_loss"], rel=1e-3)
    model = keras.models.load_model(directory / "final.keras")
    last = keras.models.load_model(plain_directory / "final.keras")
    assert model.optimizer.use_ema
    average = model.optimizer._model_variables_moving_average
    for ours, kept in zip(model.trainable_variables, average, strict=True):
        np.testing.assert_array_equal(ours, kept)
    assert any(
        not np.allclose(ours, theirs)
        for ours, theirs in zip(model.get_weights(), last.get_weights(), strict=True)
    )


def test_a_run_stopped_by_hand_hands_back_the_averaged_weights_too(train, monkeypatch):
    recorder = pytest.importorskip("core.training.recorder")
    written = recorder.Recorder.on_test_batch_begin

    # Pressed while the averages stand in the model.
    def press_stop(self, batch, logs=None):
        self._journal.stop_requested.set()
        written(self, batch, logs)

    monkeypatch.setattr(recorder.Recorder, "on_test_batch_begin", press_stop)
    run, directory = train(SwapEMAWeights(), epochs=5)
    assert run.status is RunStatus.STOPPED
    model = keras.models.load_model(directory / "final.keras")
    average = model.optimizer._model_variables_moving_average
    for ours, kept in zip(model.trainable_variables, average, strict=True):
        np.testing.assert_array_equal(ours, kept)


def test_chosen_hooks_print_a_line_each_with_what_keras_hands_over(db, train):
    hooks = dict.fromkeys(LambdaCallback.keras_parameters(), True)
    run, _ = train(LambdaCallback(**hooks), epochs=2, batch_size=24, verbose=1)
    lines = [line for line in store.read_console(db, run.id) if line.startswith("on_")]
    batches = [f"on_train_batch_{half}({batch}," for batch in (0, 1) for half in ("begin", "end")]
    epoch = [
        ["on_epoch_begin(0,", "on_epoch_begin(1,"],
        batches,
        ["on_epoch_end(0,", "on_epoch_end(1,"],
    ]
    expected = ["on_train_begin({})"]
    for number in (0, 1):
        expected += [epoch[0][number], *epoch[1], epoch[2][number]]
    expected += ["on_train_end({"]
    assert [line.startswith(start) for line, start in zip(lines, expected, strict=True)] == [
        True
    ] * len(expected)
    last = store.read_epochs(db, run.id)[-1].logs
    assert f"'val_loss': {last['val_loss']:.4g}" in lines[-1]


def test_hooks_that_were_not_chosen_are_silent(db, train):
    run, _ = train(LambdaCallback(on_train_end=True), epochs=1, verbose=0)
    (line,) = store.read_console(db, run.id)
    assert line.startswith("on_train_end(")


def test_printed_hooks_end_before_they_flood_the_page(capsys):
    hooks = pytest.importorskip("core.training.printed_hooks")
    printed = hooks.PrintedHooks()
    one, other = printed.printer_of("one"), printed.printer_of("other")
    for batch in range(hooks.MOST_LINES):
        one(batch, logs={})
        other(batch, logs={})
    lines = capsys.readouterr().out.split("\n")[1:]
    assert len([line for line in lines if line.startswith(("one(", "other("))]) == hooks.MOST_LINES
    assert "left out" in lines[-2]


def test_terminate_on_nan_does_not_pass_for_early_stopping(db, train):
    run, _ = train(
        TerminateOnNaN(), EarlyStopping(monitor="loss", patience=50), learning_rate=1e9,
        optimizer="sgd", batch_size=8, epochs=5,
    )  # fmt: skip
    assert not events_of(db, run, EventKind.EARLY_STOP)


def rates_in(log_dir):
    """Return the rates that TensorBoard drew, by epoch."""
    (file,) = (log_dir / "train").glob("events.*")
    (curves,) = log_dirs.read_event_file(file.read_bytes(), name="train/events")
    return [float(value) for value in curves.columns["learning_rate"]]


def test_tensorboard_after_the_reduction_draws_each_drop_one_epoch_early(train):
    dropping = ReduceLROnPlateau(monitor="loss", factor=0.1, patience=1, min_delta=10)
    _, before = train(TensorBoard(), dropping, epochs=3)
    _, after = train(dropping, TensorBoard(), epochs=3)
    assert rates_in(before / "logs") == pytest.approx([1e-3, 1e-3, 1e-4])
    assert rates_in(after / "logs") == pytest.approx([1e-3, 1e-4, 1e-5])


@pytest.mark.parametrize(("is_before", "kept"), [(True, 1e-3), (False, 1e-4)])
def test_a_backup_holds_the_rate_as_the_callbacks_before_it_left_it(train, is_before, kept):
    backup = BackupAndRestore(delete_checkpoint=False)
    dropping = ReduceLROnPlateau(monitor="loss", factor=0.1, patience=1, min_delta=10)
    order = (backup, dropping) if is_before else (dropping, backup)
    _, directory = train(*order, epochs=2)
    h5py = pytest.importorskip("h5py")
    with h5py.File(directory / "backup" / "latest.weights.h5") as file:
        scalars = [float(v[()]) for v in file["optimizer/vars"].values() if v.shape == ()]
    assert any(value == pytest.approx(kept) for value in scalars)
    assert not any(value == pytest.approx(kept / 10) for value in scalars)


@pytest.mark.parametrize("is_before", [True, False])
def test_a_checkpoint_holds_the_average_only_after_the_swap(train, is_before):
    saving = ModelCheckpoint(filepath="{epoch}.keras")
    swapping = SwapEMAWeights(swap_on_epoch=True)
    order = (saving, swapping) if is_before else (swapping, saving)
    _, directory = train(*order, epochs=2)
    _, plain = train(saving, epochs=2)
    saved, trained = (
        keras.models.load_model(place / "1.keras").get_weights() for place in (directory, plain)
    )
    same = all(np.allclose(a, b, atol=1e-6) for a, b in zip(saved, trained, strict=True))
    assert same is is_before
