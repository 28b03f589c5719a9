"""Tables of rates are read as they are typed, or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.specs.rate_table import MAX_ROWS, read_table


def test_epochs_count_from_one_on_the_page_and_from_zero_inside():
    assert read_table("1: 0.001, 10: 3e-4") == ((0, 0.001), (9, 0.0003))


@pytest.mark.parametrize("text", ["1:1;5:2", "1: 1\n5: 2", " 1 : 1 , 5 : 2 , "])
def test_semicolons_line_breaks_and_a_last_comma_will_do(text):
    assert read_table(text) == ((0, 1.0), (4, 2.0))


@pytest.mark.parametrize(
    "text",
    ["", "1", "1: 0", "0: 1", "1: -1", "1: inf", "1: nan", "2: 1, 2: 2", "1: 1e10", "1: 1, x",
     "1: 1_0", "-1: 1", "1: 1,, 2: 2", "1: ." , "1: 1, " * (MAX_ROWS + 1), "9" * 5000],
)  # fmt: skip
def test_what_is_no_table_is_refused(text):
    with pytest.raises(ValueError):
        read_table(text)


@given(st.text(max_size=60) | st.text("0123456789:,. e-", max_size=60))
def test_any_text_is_read_or_refused(text):
    try:
        table = read_table(text)
    except ValueError:
        return
    assert all(epoch >= 0 and 0 < rate <= 1e9 for epoch, rate in table)
    assert [epoch for epoch, _ in table] == sorted({epoch for epoch, _ in table})
