import json
import math

import numpy as np
import pytest

from core.curves import history
from core.curves.history import read_history
from core.curves.recorded import UnreadableCurves


def one(text):
    (training,) = read_history(text)
    return training


def test_json_as_python_writes_it_with_nan_and_infinity():
    logs = {"loss": [0.9, math.nan, math.inf, -math.inf], "val_loss": [1, 2, 3, None]}
    recorded = one(json.dumps(logs))
    np.testing.assert_array_equal(recorded.columns["loss"], logs["loss"])
    assert recorded.present["val_loss"].tolist() == [True, True, True, False]
    assert recorded.source == "history"
    assert recorded.epochs.tolist() == [1, 2, 3, 4]


def test_dict_as_python_prints_it():
    logs = {
        "loss": [np.float64(0.25), float("nan"), -math.inf],
        "it's": [np.float32(0.5), None, 1e-7],
        'say "val"': np.array([1.0, 2.0, 3.5], dtype=np.float32),
    }
    recorded = one(repr(logs))
    np.testing.assert_array_equal(recorded.columns["loss"], [0.25, np.nan, -np.inf])
    np.testing.assert_array_equal(recorded.columns["it's"], [0.5, np.nan, 1e-7])
    np.testing.assert_array_equal(recorded.columns['say "val"'], [1.0, 2.0, 3.5])


def test_assignment_is_taken_for_what_it_assigns():
    recorded = one("h.history = {\n  'loss': [1.0, 2.0,],\n  # the end\n}".replace("# the end", ""))
    assert recorded.columns["loss"].tolist() == [1.0, 2.0]


def test_dict_inside_history_is_found():
    assert len(one('{"params": {"epochs": 2}, "history": {"loss": [1, 2]}}')) == 2


def test_frame_that_pandas_writes_as_json_is_read():
    recorded = one('{"loss": {"0": 0.9, "1": 0.8}, "lr": {"0": 0.1, "1": 0.1}}')
    assert recorded.columns["loss"].tolist() == [0.9, 0.8]
    assert recorded.learning_rate == "lr"


def test_numbers_that_were_written_as_text_are_numbers():
    assert one('{"loss": ["0.5", "NaN"]}').present["loss"].all()


def test_list_of_epochs_numbers_them():
    assert one('{"epoch": [4, 5], "loss": [1, 2]}').epochs.tolist() == [4, 5]


def test_shorter_list_is_placed_where_validation_freq_logs_it():
    recorded = one('{"loss": [6, 5, 4, 3, 2], "val_loss": [0.5, 0.3]}')
    np.testing.assert_array_equal(recorded.columns["val_loss"], [np.nan, 0.5, np.nan, 0.3, np.nan])
    assert list(recorded.columns) == ["loss", "val_loss"]
    assert "`validation_freq=2`" in recorded.notes[0]


def test_list_that_fits_no_epochs_is_left_out():
    recorded = one('{"loss": [5, 4, 3, 2, 1], "val_loss": [1, 2, 3], "empty": []}')
    assert list(recorded.columns) == ["loss"]
    assert len(recorded.notes) == 2


def test_list_that_fits_the_epochs_in_two_ways_is_left_out():
    recorded = one('{"loss": [9, 8, 7, 6, 5, 4, 3, 2, 1, 0], "val_loss": [1, 2]}')
    assert list(recorded.columns) == ["loss"]
    assert "nothing says which these are" in recorded.notes[0]


def test_what_is_not_numbers_is_left_out_and_named():
    recorded = one('{"loss": [1, 2], "names": ["a", "b"], "flag": [true, 1], "n": 3}')
    assert list(recorded.columns) == ["loss"]
    assert recorded.notes[0].startswith("'names' was left out: its value 1 is 'a'")
    assert recorded.notes[1].startswith("'flag' was left out: its value 1 is 'True'")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{'loss': [1, 2,\n 3, oops]}", "^Line 2 cannot be read"),
        ("h = {'loss': __import__('os').system('true')}", "^Line 1 cannot be read"),
        ("{'loss': [1 + 1]}", "cannot be read"),
        ("{'loss': (1, 2)}", "cannot be read"),
        ("{}", "holds no list of numbers"),
        ('{"loss": []}', "holds no list of numbers"),
        ("[1, 2]", "not a dict"),
        ('{"loss": [' + "9" * 5000 + "]}", "too long to be a metric"),
        ('{"loss": ' + "[" * 5000 + "}", "nested too deep"),
        ('{"loss": ' + "[" * 10_001 + "}", "more than 10,000 brackets"),
    ],
)
def test_what_is_no_history_is_told_in_one_sentence(text, told):
    with pytest.raises(UnreadableCurves, match=told):
        read_history(text)


def test_names_inside_strings_stay_as_they_are():
    recorded = one("{'nan (inf), None': [1.0], \"array(None)\": [nan]}")
    assert set(recorded.columns) == {"nan (inf), None", "array(None)"}


def test_history_opens_like_a_dict():
    assert history.is_history(" \n{")
    assert history.is_history("hist.history = {'loss'")
    assert not history.is_history("epoch,loss\n")
