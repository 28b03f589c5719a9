"""The benchmarks' list and their line; the figures themselves are for a quiet machine."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import __main__ as program
from benchmarks.catalogue import BENCHMARKS
from benchmarks.report import Measurement

ROOT = Path(__file__).parents[1]


def test_the_list_has_a_line_for_each_benchmark():
    listed = subprocess.run(
        [sys.executable, "-m", "benchmarks"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    assert [line.split()[0] for line in listed] == list(BENCHMARKS)
    assert all(line.endswith("?") for line in listed)


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_has_a_file_and_a_row_in_the_measurements(name):
    assert (ROOT / "benchmarks" / f"{name}.py").is_file()
    assert f"`{name}`" in (ROOT / "docs" / "measurements.md").read_text()


def test_the_line_says_name_figure_unit_reference_and_ratio():
    line = json.loads(Measurement("paint", 1.23456, "s", 4.0).line())
    assert line == {
        "name": "paint",
        "figure": 1.235,
        "unit": "s",
        "reference": 4.0,
        "ratio": 0.3086,
    }


def test_an_unknown_name_is_told_what_there_is(capsys):
    assert program.main(["nope"]) == 2
    said = capsys.readouterr()
    assert "got 'nope'" in said.err
    assert "overhead" in said.err
    assert not said.out
