"""What the order of the callbacks changes is said, and only that."""

from itertools import permutations

import pytest

from core.specs.callbacks import CALLBACKS
from core.specs.order import order_notes

RATE = "ReduceLROnPlateau"


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (["CSVLogger", RATE], "CSVLogger stands before ReduceLROnPlateau: its table has no column"),
        ([RATE, "CSVLogger"], "CSVLogger stands after ReduceLROnPlateau: its table has a column"),
        (["CSVLogger", "LearningRateScheduler"], "before LearningRateScheduler: its table has no"),
        (["LambdaCallback", RATE], "on_epoch_end prints no `learning_rate`"),
        ([RATE, "LambdaCallback"], "on_epoch_end prints the `learning_rate`"),
        (["TensorBoard", RATE], "the rate that an epoch trained with"),
        ([RATE, "TensorBoard"], "each drop comes one epoch early"),
        (["ModelCheckpoint", "SwapEMAWeights"], "the trained weights, not their average"),
        (["SwapEMAWeights", "ModelCheckpoint"], "with swap_on_epoch, it saves the averaged"),
        (["BackupAndRestore", RATE], "from before its reduction"),
        ([RATE, "BackupAndRestore"], "holds the reduced rate"),
    ],
)
def test_two_callbacks_that_meet_are_told_what_their_order_does(order, words):
    (note,) = order_notes(order)
    assert words in note


def test_the_first_that_writes_the_rate_counts():
    order = ["LearningRateScheduler", "CSVLogger", RATE]
    assert order_notes(order) == order_notes(order[:2])


def test_where_the_order_changes_nothing_nothing_is_said():
    for order in permutations([RATE, "EarlyStopping", "ModelCheckpoint", "TerminateOnNaN"]):
        assert order_notes(order) == ()


def test_all_callbacks_are_told_in_any_direction():
    names = [callback.__name__ for callback in CALLBACKS]
    for order in (names, names[::-1]):
        notes = order_notes(order)
        assert len(notes) == 6
        assert all(note.endswith(".") for note in notes)
