import numpy as np
import pytest

from core.curves import console
from core.curves.console import read_console
from core.curves.progress_bars import is_console
from core.curves.recorded import UnreadableCurves

KERAS_3 = """\
Epoch 1/3
50/50 ━━━━━━━━━━━━━━━━━━━━ 3s 45ms/step - accuracy: 0.5000 - loss: 1.2000 - val_accuracy: 0.4 \
- val_loss: 1.5000 - learning_rate: 0.0010
Epoch 2/3
50/50 ━━━━━━━━━━━━━━━━━━━━ 3s 45ms/step - accuracy: 0.6000 - loss: nan - val_accuracy: 0.5 \
- val_loss: 1.2000 - learning_rate: 3.0000e-04
Epoch 3/3
50/50 ━━━━━━━━━━━━━━━━━━━━ 3s 45ms/step - accuracy: 0.7000 - loss: -inf - val_accuracy: 0.6 \
- val_loss: 1.0000e-05 - learning_rate: 3.0000e-04
"""

# TensorFlow 2.12 with Keras 2, verbose=1, in a file: each drawing of the bar on a line.
KERAS_2 = """\
Epoch 1/2

 1/50 [..............................] - ETA: 21s - loss: 2.3026 - accuracy: 0.1250
25/50 [==============>...............] - ETA: 0s - loss: 2.1000 - accuracy: 0.2000
50/50 [==============================] - ETA: 0s - loss: 2.0000 - accuracy: 0.3000
Epoch 1: ReduceLROnPlateau reducing learning rate to 0.0003000000142492354.
50/50 [==============================] - 1s 12ms/step - loss: 2.0000 - accuracy: 0.3000 \
- val_loss: 1.9 - val_accuracy: 0.3100 - lr: 0.0010
Epoch 2/2
50/50 [==============================] - 1s 9ms/step - loss: 1.5000 - accuracy: 0.4000 \
- val_loss: 1.6 - val_accuracy: 0.4100 - lr: 3.0000e-04
"""

KERAS_2_LINES = """\
Epoch 1/2
50/50 - 3s - loss: 1.5000 - accuracy: 0.4000 - val_loss: 1.6000 - 3s/epoch - 62ms/step
Epoch 2/2
50/50 - 1s - loss: 1.2000 - accuracy: 0.5000 - val_loss: 1.4000 - 1s/epoch - 20ms/step
"""

KERAS_2_0_LINES = """\
Train on 60000 samples, validate on 10000 samples
Epoch 1/2
 - 3s - loss: 0.3300 - acc: 0.9000 - val_loss: 0.2000 - val_acc: 0.9300
Epoch 2/2
 - 2s - loss: 0.2300 - acc: 0.9200 - val_loss: 0.1800 - val_acc: 0.9400
"""

SAMPLES = """\
Epoch 1/1
32/60000 [..............................] - ETA: 7:31 - loss: 2.3 - acc: 0.1
60000/60000 [==============================] - 5s 80us/sample - loss: 0.3 - acc: 0.9 - val_acc: 0.8
"""


def one(text):
    (training,) = read_console(text)
    return training


def test_progress_lines_of_keras_3():
    recorded = one(KERAS_3)
    assert recorded.epochs.tolist() == [1, 2, 3]
    assert recorded.metrics == ("accuracy", "loss", "val_accuracy", "val_loss")
    np.testing.assert_array_equal(recorded.columns["loss"], [1.2, np.nan, -np.inf])
    assert recorded.columns["val_loss"].tolist() == [1.5, 1.2, 1e-5]
    assert recorded.rates.tolist() == [0.001, 0.0003, 0.0003]
    assert recorded.source == "console"


def test_progress_lines_of_keras_2_in_a_file():
    recorded = one(KERAS_2)
    assert recorded.epochs.tolist() == [1, 2]
    assert recorded.learning_rate == "lr"
    assert recorded.rates.tolist() == [0.001, 0.0003]
    assert recorded.columns["val_accuracy"].tolist() == [0.31, 0.41]


@pytest.mark.parametrize("text", [KERAS_2_LINES, KERAS_2_0_LINES])
def test_one_line_an_epoch(text):
    assert is_console(text)
    recorded = one(text)
    assert len(recorded) == 2
    assert all(where.all() for where in recorded.present.values())
    assert "val_loss" in recorded.columns


def test_bars_that_count_samples():
    recorded = one(SAMPLES)
    assert recorded.columns["acc"].tolist() == [0.9]
    assert recorded.columns["val_acc"].tolist() == [0.8]


def test_redrawn_and_coloured_as_a_terminal_gets_it():
    steps = "\x1b[1m{}/50\x1b[0m \x1b[32m━━━\x1b[0m\x1b[37m━━\x1b[0m"
    bar = steps + " \x1b[1m3s\x1b[0m 4ms/step - loss: {}"
    redraw = "\b" * 60 + "\r"
    text = "Epoch 1/1\r\n" + redraw.join(
        [bar.format(1, 3.0), bar.format(25, 2.0), bar.format(50, 1.5), bar.format(50, 1.5)]
    )
    assert one(text + " - val_loss: 0.5   \r\n").columns["val_loss"].tolist() == [0.5]


@pytest.mark.parametrize("opening", ["", "\u241b", "\ufffd"])
def test_colours_whose_escape_was_lost_in_copying(opening):
    text = "o[1m50/50o[0m o[32m━━━━o[0mo[37mo[0m o[1m3so[0m 45ms/step - loss: 1.5000".replace(
        "o[", opening + "["
    )
    assert is_console(text)
    assert one(text).columns["loss"].tolist() == [1.5]


def test_title_of_a_terminal_swallows_no_line():
    assert one("\x1b]0;never closed\n" + KERAS_3).epochs.tolist() == [1, 2, 3]


def test_lines_alone_are_counted_as_epochs():
    lines = "\n".join(line for line in KERAS_3.splitlines() if "Epoch" not in line)
    assert one(lines).columns["accuracy"].tolist() == [0.5, 0.6, 0.7]


def test_drawings_without_headers_are_told_apart():
    epoch = (
        " 1/50 ━━ 9s 4ms/step - loss: 9\n50/50 ━━ 9s 4ms/step - loss: {0}\n"
        "50/50 ━━ 9s 4ms/step - loss: {0} - val_loss: 7\n"
    )
    recorded = one(epoch.format(2) + epoch.format(1))
    assert recorded.columns["loss"].tolist() == [2.0, 1.0]
    assert recorded.columns["val_loss"].tolist() == [7.0, 7.0]


def test_rates_are_taken_from_what_reduce_lr_on_plateau_prints():
    recorded = one(
        "Epoch 1/4\n5/5 - 1s - 9ms/step - loss: 1.0\n"
        "Epoch 2/4\n\nEpoch 2: ReduceLROnPlateau reducing learning rate to 0.5.\n"
        "5/5 - 1s - 9ms/step - loss: 1.0\n"
        "Epoch 3/4\n5/5 - 1s - 9ms/step - loss: 1.0\n"
        "Epoch 4/4\n\nEpoch 00004: ReduceLROnPlateau reducing learning rate to 2.5e-01.\n"
        "5/5 - 1s - 9ms/step - loss: 1.0\n"
    )
    np.testing.assert_array_equal(recorded.rates, [np.nan, np.nan, 0.5, 0.5])
    assert list(recorded.columns) == ["loss", "learning_rate"]
    assert any("before its first reduction it is not known" in note for note in recorded.notes)


def test_reduction_in_the_last_epoch_tells_no_rate_of_any_epoch():
    recorded = one(
        "Epoch 1/1\n\nEpoch 1: ReduceLROnPlateau reducing learning rate to 0.5.\n"
        "5/5 - 1s - 9ms/step - loss: 1.0\n"
    )
    assert list(recorded.columns) == ["loss"]
    assert recorded.rates is None


def test_loop_that_counts_from_zero_is_shown_from_one():
    assert one("Epoch 0/2 - loss: 1.0\nEpoch 1/2 - loss: 0.5\n").epochs.tolist() == [1, 2]


def test_rates_are_taken_from_what_learning_rate_scheduler_prints():
    recorded = one(
        "\nEpoch 1: LearningRateScheduler setting learning rate to 0.1.\n"
        "Epoch 1/2\n5/5 - 1s - 9ms/step - loss: 1.0\n"
        "\nEpoch 2: LearningRateScheduler setting learning rate to 0.05.\n"
        "Epoch 2/2\n5/5 - 1s - 9ms/step - loss: 1.0\n"
        "\nEpoch 3: LearningRateScheduler setting learning rate to 0.01.\nEpoch 3/9\n"
    )
    assert recorded.rates.tolist() == [0.1, 0.05]


def test_what_callbacks_say_without_a_finished_epoch_is_no_training():
    said = "\nEpoch 1: LearningRateScheduler setting learning rate to 0.1.\n"
    with pytest.raises(UnreadableCurves, match="No finished epoch"):
        read_console(said + "Epoch 1/1\n2/5 ━━━━ 1s 9ms/step - loss: 1.0\n")


def test_fits_of_one_epoch_with_a_scheduler_that_speaks_are_numbered_in_their_order():
    recorded = one(
        "".join(
            f"\nEpoch 1: LearningRateScheduler setting learning rate to {rate}.\n"
            "Epoch 1/1\n5/5 - 1s - 9ms/step - loss: 1.0\n"
            for rate in (0.1, 0.05, 0.01)
        )
    )
    assert recorded.epochs.tolist() == [1, 2, 3]
    assert recorded.rates.tolist() == [0.1, 0.05, 0.01]


def test_fits_of_one_epoch_with_a_plateau_that_speaks_are_numbered_in_their_order():
    bar = "Epoch 1/1\n5/5 - 1s - 9ms/step - loss: 1.0\n"
    said = "\nEpoch 1: ReduceLROnPlateau reducing learning rate to 0.01.\n"
    recorded = one(bar + bar + said + bar + bar)
    assert recorded.epochs.tolist() == [1, 2, 3, 4]
    np.testing.assert_array_equal(recorded.rates, [np.nan, np.nan, 0.01, 0.01])


def test_unfinished_epoch_is_left_out_with_its_line():
    recorded = one(KERAS_3 + "Epoch 4/9\n20/50 ━━━━ 3s 45ms/step - accuracy: 0.9 - loss: 1.0\n")
    assert len(recorded) == 3
    assert "Left out, since not finished: one epoch, in line 7." in recorded.notes


def test_evaluate_after_fit_is_no_epoch():
    recorded = one(KERAS_3 + "313/313 ━━━━ 1s 2ms/step - accuracy: 0.9 - loss: 9.0\n")
    assert len(recorded) == 3
    assert recorded.columns["accuracy"].tolist() == [0.5, 0.6, 0.7]
    assert any(
        "as what `evaluate` prints: one progress line, in line 7" in n for n in recorded.notes
    )


def test_evaluate_inside_an_epoch_is_no_epoch():
    recorded = one(
        "Epoch 1/1\n49/50 ━━ 3s 45ms/step - loss: 3.0\n10/10 ━━ 0s 5ms/step - loss: 0.1\n"
        "50/50 ━━ 3s 45ms/step - loss: 2.0\n"
    )
    assert recorded.columns["loss"].tolist() == [2.0]


def test_steps_that_are_unknown_at_first():
    recorded = one(
        "Epoch 1/1\n      7/Unknown 3s 45ms/step - loss: 3.0\n50/50 ━━ 3s 45ms/step - loss: 2.0\n"
    )
    assert recorded.columns["loss"].tolist() == [2.0]


def test_folds_one_after_the_other_are_trainings():
    assert [len(training) for training in read_console(KERAS_3 + KERAS_3 + KERAS_2_LINES)] == [
        3,
        3,
        2,
    ]


def test_second_training_that_was_not_finished_is_none():
    text = KERAS_3 + "\nEpoch 1: LearningRateScheduler setting learning rate to 0.1.\nEpoch 1/9\n"
    assert len(read_console(text)) == 1


def test_other_lines_are_passed_over():
    noise = (
        "2024-01-01 10:00:00.123: I tensorflow/core/platform/cpu_feature_guard.cc:182] AVX2\n"
        "Epoch 1: val_loss improved from inf to 1.50000, saving model to a - b: 3.keras\n"
        "Restoring model weights from the end of the best epoch: 2.\n"
        "Epoch 3: early stopping\n"
    )
    assert len(one(noise + KERAS_3 + noise)) == 3


def test_rounding_of_the_console_is_told():
    assert any("four digits" in note for note in one(KERAS_3).notes)


@pytest.mark.parametrize(
    "text", ["hello", "Epoch 1/3\n", "Epoch 1/2\n 3/50 ━━ 3s 4ms/step - loss: 1\n"]
)
def test_text_without_a_finished_epoch_says_what_to_paste(text):
    with pytest.raises(UnreadableCurves, match="No finished epoch stands in this text"):
        read_console(text)


def test_epochs_are_capped(monkeypatch):
    monkeypatch.setattr(console, "MAX_EPOCHS", 2)
    with pytest.raises(UnreadableCurves, match="Line 5 begins one epoch too many: at most 2"):
        read_console(KERAS_3)
