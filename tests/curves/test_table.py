import math

import numpy as np
import pytest

from core.curves import table, trainings
from core.curves.recorded import UnreadableCurves
from core.curves.table import read_table


def one(text, **options):
    (training,) = read_table(text, **options)
    return training


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_csv_logger_file_is_read_with_any_separator(separator, newline):
    lines = ["epoch,accuracy,loss,val_accuracy,val_loss", "0,0.5,1.2,0.4,1.5", "1,0.6,1.0,0.5,nan"]
    recorded = one(newline.join(lines).replace(",", separator))
    assert recorded.source == "csv_logger"
    assert recorded.epochs.tolist() == [1, 2]
    assert list(recorded.columns) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    np.testing.assert_array_equal(recorded.columns["val_loss"], [1.5, math.nan])
    assert recorded.present["val_loss"].all()


def test_na_is_missing_and_nan_is_a_value():
    recorded = one("epoch,loss,val_loss\n0,inf,NA\n1,-inf,0.5\n2,nan,\n")
    assert recorded.present["val_loss"].tolist() == [False, True, False]
    assert recorded.present["loss"].all()
    np.testing.assert_array_equal(recorded.columns["loss"], [math.inf, -math.inf, math.nan])


def test_columns_that_keras_adds_without_values_are_named_and_dropped():
    recorded = one("epoch,loss,val_loss\n0,0.5,NA\n1,0.4,NA\n")
    assert recorded.source == "csv_logger"
    assert list(recorded.columns) == ["loss"]
    assert recorded.notes == ("Left out, since they hold no value: 'val_loss'.",)


def test_index_that_pandas_writes_counts_epochs():
    recorded = one(",loss,val_loss\n0,0.5,0.6\n1,0.4,0.5\n")
    assert recorded.source == "table"
    assert recorded.epochs.tolist() == [1, 2]


def test_index_beside_a_column_of_epochs_is_no_metric():
    recorded = one(",epoch,loss,val_loss\n0,4,0.5,0.6\n1,5,0.4,0.5\n")
    assert list(recorded.columns) == ["loss", "val_loss"]
    assert recorded.epochs.tolist() == [4, 5]


def test_epochs_that_begin_with_one_stay_as_they_are():
    assert one("Epoch;Score\n1;0.5\n2;0.6").epochs.tolist() == [1, 2]


def test_csv_logger_resumed_at_a_later_epoch_counts_from_zero():
    recorded = one("epoch,accuracy,loss\n10,0.5,1.0\n11,0.6,0.9\n")
    assert recorded.epochs.tolist() == [11, 12]
    assert any("CSVLogger counts from 0" in note for note in recorded.notes)


def test_person_chooses_the_column_that_counts():
    recorded = one("round,loss\n3,0.5\n4,0.4\n", epoch="round")
    assert recorded.epochs.tolist() == [3, 4]
    with pytest.raises(UnreadableCurves, match="choose one of 'round', 'loss'"):
        read_table("round,loss\n3,0.5\n", epoch="turn")


def test_without_a_counter_each_line_is_an_epoch():
    assert one("loss\n0.5\n0.4\n0.3").epochs.tolist() == [1, 2, 3]


def test_counter_that_is_not_whole_gives_way_to_the_order():
    recorded = one("epoch,loss\n0.5,1\n1.5,2\n")
    assert recorded.epochs.tolist() == [1, 2]
    assert "does not count epochs in whole numbers" in recorded.notes[0]


def test_rows_of_one_epoch_are_put_together():
    # Lightning writes training and validation in rows of their own.
    recorded = one("epoch,step,train_loss,val_loss\n0,9,,0.7\n0,9,0.8,\n1,19,,0.5\n1,19,0.6,\n")
    assert recorded.columns["train_loss"].tolist() == [0.8, 0.6]
    assert recorded.columns["val_loss"].tolist() == [0.7, 0.5]


def test_appended_training_is_a_training_of_its_own():
    first, second = read_table("epoch,loss\n0,0.9\n1,0.8\n0,0.7\n1,0.6\n2,0.5\n")
    assert first.columns["loss"].tolist() == [0.9, 0.8]
    assert second.columns["loss"].tolist() == [0.7, 0.6, 0.5]


def test_header_that_stands_again_starts_again():
    first, second = read_table("loss\n0.9\n0.8\nloss\n0.7\n")
    assert (first.epochs.tolist(), second.epochs.tolist()) == ([1, 2], [1])


def test_epochs_logged_again_after_a_backup_replace_the_first():
    recorded = one("epoch,loss\n0,0.9\n1,0.8\n2,0.7\n3,0.6\n1,0.85\n2,0.75\n")
    assert recorded.columns["loss"].tolist() == [0.9, 0.85, 0.75]
    assert "goes back to epoch 2 in line 6" in recorded.notes[0]


def test_fits_of_one_epoch_in_a_loop_are_counted():
    recorded = one("epoch,loss\n0,0.9\n0,0.8\n0,0.7\n")
    assert recorded.epochs.tolist() == [1, 2, 3]


def test_gaps_between_epochs_are_told():
    assert one("epoch,loss\n1,0.9\n2,0.8\n7,0.7\n").notes == (
        "Epoch 2 is followed by 7: a replay cannot count what lies between.",
    )


def test_column_of_text_is_left_out_with_its_line():
    recorded = one('epoch,loss,rates\n0,0.5,1\n1,0.4,"[1, 2]"\n')
    assert list(recorded.columns) == ["loss"]
    assert recorded.notes == (
        "The column 'rates' was left out: line 3 holds '[1, 2]', which is not a number.",
    )


def test_decimal_commas_are_read_and_told():
    recorded = one("epoch;loss;val_loss\n1;0,5;-1,5e-3\n2;0,25;1\n")
    assert recorded.columns["loss"].tolist() == [0.5, 0.25]
    assert recorded.columns["val_loss"].tolist() == [-0.0015, 1.0]
    assert recorded.notes == ("Commas inside numbers were read as decimal points.",)


def test_quotes_and_blank_lines_do_not_shift_line_numbers():
    with pytest.raises(UnreadableCurves) as caught:
        read_table('"a, b",loss\n\n1,2\n\n3,4,5\n')
    assert caught.value.line == 5
    assert str(caught.value).startswith("Line 5 has 3 values where the header names 2 columns")


def test_last_line_cut_off_is_forgiven():
    recorded = one("epoch,loss,val_loss\n0,0.5,0.6\n1,0.")
    assert len(recorded) == 1
    assert recorded.notes == ("Line 3, the last, is cut off and was left out.",)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("0,0.5\n1,0.4\n", "Line 1 must name the columns"),
        ("nan,inf\n1,0.4\n", "Line 1 must name the columns"),
        ("loss,loss\n1,2\n", "Line 1 names the column 'loss' twice"),
        ("epoch,loss\n", "no line with values"),
        ("epoch\n1\n2\n", "No column of this table holds numbers"),
        ("name,text\na,b\n", "No column of this table holds numbers"),
        ("epoch,loss\n0,NA\n", "No epoch here has a number"),
        ("", "no line of text"),
        ('a,"b\n' + "x" * 200_000, "is not part of a table"),
    ],
)
def test_what_is_no_table_is_told_in_one_sentence(text, told):
    with pytest.raises(UnreadableCurves, match=told):
        read_table(text)


def test_sizes_are_capped(monkeypatch):
    monkeypatch.setattr(table, "MAX_EPOCHS", 3)
    monkeypatch.setattr(table, "MAX_VALUES", 4)
    monkeypatch.setattr(trainings, "MAX_COLUMNS", 3)
    with pytest.raises(UnreadableCurves, match="Line 4 is one too many: at most 4 values"):
        read_table("a,b\n" + "1,2\n" * 3)
    with pytest.raises(UnreadableCurves, match="Line 5 is one too many: at most 3"):
        read_table("loss\n" + "1\n" * 9)
    with pytest.raises(UnreadableCurves, match="At most 3 metrics"):
        read_table("a,b,c,d\n1,2,3,4\n")
