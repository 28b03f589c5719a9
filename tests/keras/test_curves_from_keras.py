"""What is read beside what the installed Keras and TensorBoard logged."""

import contextlib
import io
import json
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.curves import read_curves, read_trainings

pytestmark = pytest.mark.keras

EPOCHS = 4
METRICS = ("loss", "mae", "val_loss", "val_mae")
SEPARATORS = {"comma.csv": ",", "semicolon.csv": ";", "tab.tsv": "\t"}


@dataclass(frozen=True)
class Logged:
    """One training and all that it left.

    Attributes:
        history: Keras's own record of it.
        printed: What went to the console.
        directory: Where its files are.
    """

    history: dict[str, list[float]]
    printed: str
    directory: Path


@pytest.fixture(scope="module")
def keras():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import keras
    return keras


@pytest.fixture(scope="module")
def fit(keras, tmp_path_factory):
    """Train a weight for a few epochs, with every way of logging on."""

    def run(*, rate: float = 0.01, **arguments: Any) -> Logged:
        directory = tmp_path_factory.mktemp("logged")
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        model.compile(keras.optimizers.SGD(rate), loss="mse", metrics=["mae"])
        inputs = np.random.default_rng(0).normal(size=(24, 2)).astype(np.float32)
        targets = inputs.sum(axis=1, keepdims=True)
        callbacks = [
            keras.callbacks.ReduceLROnPlateau(
                monitor="loss", min_delta=1e3, patience=1, factor=0.5, verbose=1
            ),
            *(
                keras.callbacks.CSVLogger(str(directory / name), separator=separator)
                for name, separator in SEPARATORS.items()
            ),
            keras.callbacks.TensorBoard(str(directory / "logs")),
        ]
        printed = io.StringIO()
        with warnings.catch_warnings(), contextlib.redirect_stdout(printed):
            warnings.simplefilter("ignore")
            history = model.fit(
                inputs,
                targets,
                validation_data=(inputs, targets + 1),
                batch_size=4,
                callbacks=callbacks,
                **({"epochs": EPOCHS} | arguments),
            )
        return Logged(history.history, printed.getvalue(), directory)

    return run


@pytest.fixture(scope="module")
def logged(fit):
    return fit(verbose=1)


def zipped(directory):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(directory.rglob("*")):
            archive.write(path, path.relative_to(directory.parent))
    return buffer.getvalue()


def assert_same(recorded, history, *, rtol=0.0, atol=0.0):
    assert recorded.epochs.tolist() == list(range(1, EPOCHS + 1))
    for metric in METRICS:
        np.testing.assert_allclose(
            recorded.columns[metric], history[metric], rtol=rtol, atol=atol, err_msg=metric
        )


@pytest.mark.parametrize("name", SEPARATORS)
def test_csv_logger_file_holds_the_history_to_the_last_bit(logged, name):
    recorded = read_curves((logged.directory / name).read_bytes(), name=name)
    assert recorded.source == "csv_logger"
    assert recorded.notes == ()
    assert_same(recorded, logged.history)
    assert recorded.rates.tolist() == logged.history["learning_rate"]


@pytest.mark.parametrize("write", [json.dumps, repr, str])
def test_history_holds_itself_as_json_and_as_printed(logged, write):
    recorded = read_curves(write(logged.history))
    assert recorded.source == "history"
    assert_same(recorded, logged.history)
    assert recorded.rates.tolist() == logged.history["learning_rate"]


def test_log_directory_of_tensorboard_holds_the_history_as_float32(logged):
    recorded = read_curves(zipped(logged.directory / "logs"))
    assert recorded.source == "tensorboard"
    assert_same(recorded, logged.history, rtol=1e-7)
    # TensorBoard stands behind ReduceLROnPlateau here, and logs the rate of the next epoch.
    after = [*logged.history["learning_rate"][1:], recorded.rates[-1]]
    np.testing.assert_allclose(recorded.rates, after)
    assert any("one epoch early" in note for note in recorded.notes)


@pytest.mark.parametrize(("part", "prefix"), [("train", ""), ("validation", "val_")])
def test_event_file_alone_holds_its_half(logged, part, prefix):
    (path,) = (logged.directory / "logs" / part).glob("events.out.tfevents.*")
    recorded = read_curves(path.read_bytes(), name=path.name)
    np.testing.assert_allclose(
        recorded.columns[f"{prefix}mae"], logged.history[f"{prefix}mae"], rtol=1e-7
    )
    assert not any(name.startswith("val_") != bool(prefix) for name in recorded.metrics)


@pytest.mark.parametrize("verbose", [1, 2])
def test_console_shows_the_history_to_four_digits(fit, verbose):
    logged = fit(verbose=verbose)
    assert "ReduceLROnPlateau reducing" in logged.printed
    recorded = read_curves(logged.printed)
    assert recorded.source == "console"
    assert_same(recorded, logged.history, atol=5.01e-5)
    np.testing.assert_allclose(recorded.rates, logged.history["learning_rate"], atol=5.01e-5)


def test_console_of_two_trainings_and_an_evaluation(logged):
    evaluation = "12/12 ━━━━━━━━━━━━━━━━━━━━ 0s 2ms/step - loss: 9.0000 - mae: 9.0000\n"
    trainings = read_trainings(logged.printed + evaluation + logged.printed)
    assert len(trainings) == 2
    for recorded in trainings:
        assert_same(recorded, logged.history, atol=5.01e-5)


def test_validation_in_every_second_epoch_is_placed_alike_by_all(fit):
    logged = fit(verbose=2, validation_freq=2)
    brought = {
        "csv": (logged.directory / "comma.csv").read_bytes(),
        "json": json.dumps(logged.history),
        "console": logged.printed,
        "tensorboard": zipped(logged.directory / "logs"),
    }
    for kind, data in brought.items():
        recorded = read_curves(data)
        assert recorded.present["val_loss"].tolist() == [False, True, False, True], kind
        assert recorded.present["loss"].all(), kind
        np.testing.assert_allclose(
            recorded.columns["val_loss"][1::2], logged.history["val_loss"], atol=5.01e-5
        )


def test_nan_is_a_value_in_all(fit):
    logged = fit(verbose=1, rate=1e30)
    assert np.isnan(logged.history["loss"][-1])
    brought = [
        (logged.directory / "comma.csv").read_bytes(),
        json.dumps(logged.history),
        repr(logged.history),
        logged.printed,
        zipped(logged.directory / "logs"),
    ]
    for data in brought:
        recorded = read_curves(data)
        assert recorded.present["loss"].all()
        np.testing.assert_array_equal(
            np.isnan(recorded.columns["loss"]), np.isnan(logged.history["loss"])
        )


def test_fits_of_one_epoch_in_a_loop_are_epochs_of_one_training(fit):
    one = fit(verbose=1, epochs=1)
    assert "Epoch 1/1" not in one.printed
    assert read_curves(one.printed * 3).epochs.tolist() == [1, 2, 3]
