"""Each run in a row, and the rows as CSV."""

import csv
import io
import math

import pytest

from core.charts.compare.lines import lines_of
from core.charts.compare.table import COLUMNS, rows_of, table_csv
from core.specs.data import SimulatedScans


def rows(histories, metric="val_accuracy", *, by_seed=False):
    return rows_of(lines_of(histories, by_seed=by_seed), metric)


def test_a_run_is_told_by_its_figures(stored):
    (row,) = rows(stored({"reduced_after": (4, 6)}))
    assert row == {
        "run": "a run",
        "seed": 0,
        "best": 0.91,
        "final": 0.905,
        "gap": pytest.approx(0.05),
        "plateau from": None,
        "plateau epochs": None,
        "reductions": 2,
        "within 1 % of best": 7,
        "best at": 7,
        "epochs": 8,
        "seconds": 16.0,
        "status": "finished",
    }
    assert set(row) < set(COLUMNS)


def test_of_a_loss_lower_is_better(stored):
    (row,) = rows(stored({}), "val_loss")
    assert row["best"] == pytest.approx(0.09)
    assert row["best at"] == 7
    assert row["gap"] == pytest.approx(0.1)


def test_a_plateau_has_a_start_and_a_length(stored):
    noise = (0.001, -0.001, 0.0, 0.002, -0.002)
    values = [0.1, 0.3, 0.5, 0.7] + [0.9 + noise[i % 5] for i in range(20)]
    (row,) = rows(stored({"values": values}))
    assert (row["plateau from"], row["plateau epochs"]) == (5, 20)


def test_within_one_percent_counts_the_epochs_until_then(stored):
    (row,) = rows(stored({"values": [0.5, 0.892, 0.7, 0.9]}))
    assert row["within 1 % of best"] == 2


def test_a_run_of_nan_has_no_figures_and_no_zeros(stored):
    (row,) = rows(stored({"values": [math.nan] * 3}))
    found = [row[name] for name in ("best", "final", "gap", "best at", "within 1 % of best")]
    assert found == [None] * 5


def test_settings_that_differ_stand_in_the_row_as_numbers(stored):
    both = rows(stored({"patience": 2}, {"patience": 10}))
    assert [row["patience"] for row in both] == [2, 10]


def test_settings_called_as_a_column_stand_by_their_full_name(stored):
    both = rows(
        stored(
            {"planned": 8, "scans": SimulatedScans(seed=1)},
            {"planned": 20, "scans": SimulatedScans(seed=2)},
        )
    )
    assert [row["training.epochs"] for row in both] == [8, 20]
    assert [row["scans.seed"] for row in both] == [1, 2]
    assert [(row["epochs"], row["seed"]) for row in both] == [(8, 0), (8, 0)]


def test_a_row_names_its_line_where_lines_hold_several_runs(stored):
    both = rows(stored({"name": "x seed 0"}, {"name": "x seed 1", "seed": 1}), by_seed=True)
    assert [row["line"] for row in both] == ["x", "x"]


def test_the_csv_comes_back_with_every_column(stored):
    table = rows(stored({"patience": 2}, {"patience": 10}))
    read = list(csv.DictReader(io.StringIO(table_csv(table))))
    assert [row["patience"] for row in read] == ["2", "10"]
    assert list(read[0]) == list(table[0])
    assert float(read[0]["best"]) == 0.91


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(first):
    (row,) = csv.DictReader(
        io.StringIO(table_csv([{"run": f"{first}1+1", "gap": -0.5}]), newline="")
    )
    assert row == {"run": f"'{first}1+1", "gap": "-0.5"}


def test_no_run_is_an_empty_table():
    assert table_csv([]).strip() == ""
