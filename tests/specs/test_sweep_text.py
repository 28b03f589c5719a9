import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.specs.sweep_text import read_list, read_values, write_list, write_values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("2, 3, 4, 6", (2, 3, 4, 6)),
        ("0.1,0.30,.5", (0.1, 0.3, 0.5)),
        ("1e-4", (1e-4,)),
        ("2 to 6", (2, 3, 4, 5, 6)),
        ("2 to 6 step 2, 9", (2, 4, 6, 9)),
        ("2 to 7 step 2", (2, 4, 6)),
        ("0.1 to 0.3 step 0.1", (0.1, 0.2, 0.3)),
        ("0.1 to 0.5 count 3", (0.1, 0.3, 0.5)),
        ("1e-5 to 1e-2 count 4 log", (1e-5, 1e-4, 1e-3, 1e-2)),
        ("true, false, none", (True, False, None)),
        ("min, 'max', auto", ("min", "max", "auto")),
        ("2, 2.0, 2", (2.0,)),
        ("1, true", (1, True)),
    ],
)
def test_values_are_read_as_a_person_writes_them(text, values):
    read = read_values(text)
    assert read == values
    assert [isinstance(value, bool) for value in read] == [isinstance(v, bool) for v in values]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (" , ", "No value is given"),
        ("6 to 2", "must rise by a step greater than 0, got '6 to 2'"),
        ("2 to 6 step 0", "must rise by a step greater than 0"),
        ("0 to 1 step 0.001", "50 values at most, got 1001"),
        ("0 to 1 count 1.5", "whole number from 2 to 50"),
        ("0 to 1 count 3 log", "ends greater than 0"),
        ("1 to 2 step 1 log", "need a count"),
        ("1 to 30, 40 to 70", "50 values at most, got 61"),
        ("0 to 1 step 1e-320", "50 values at most, got more than can be counted"),
        ("0 to 1e999", "must be finite, got '0 to 1e999'"),
        ("1e999 to 1e999", "must be finite"),
        ("0 to 1 step 1e999", "must be finite"),
        ("0 to 1e999 count 3", "must be finite"),
    ],
)
def test_what_cannot_be_counted_out_is_refused_with_the_reason(text, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        read_values(text)


_VALUES = st.lists(
    st.integers(-999, 999)
    | st.floats(-1e6, 1e6, allow_subnormal=False).map(lambda value: float(f"{value:.6g}"))
    | st.sampled_from([True, False, None, "auto", "val_loss"]),
    min_size=1,
    max_size=8,
)


@given(_VALUES)
def test_what_is_written_is_read_back(values):
    read = read_values(write_values(values))
    assert read == read_values(write_values(read))
    assert set(map(repr, read)) <= set(map(repr, values)) | {
        repr(int(v)) for v in values if isinstance(v, float) and v.is_integer()
    }


@pytest.mark.parametrize("mark", [", ", ";", "\t"])
def test_a_list_is_pasted_from_a_spreadsheet(mark):
    text = "\n".join(
        ["", mark.join(["patience", "factor"]), "", mark.join(["2", "0.1"]), "3" + mark + "0.3", ""]
    )
    assert read_list(text) == (("patience", "factor"), ((2, 0.1), (3, 0.3)))


def test_a_setting_that_stands_twice_in_a_list_counts_once():
    names, settings = read_list("patience\n2\n3\n2")
    assert settings == ((2,), (3,))
    assert read_list(write_list(names, settings)) == (names, settings)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("patience", "names of its parameters in the first line"),
        ("patience, factor\n2, 0.1\n3", "Line 3 must have 2 values"),
    ],
)
def test_a_list_with_a_wrong_line_is_refused_with_its_number(text, words):
    with pytest.raises(ValueError, match=words):
        read_list(text)
