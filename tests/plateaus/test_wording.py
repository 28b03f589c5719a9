import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.plateaus.wording import count_in_words, format_metric, format_rate


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (0.001, "0.001"),
        (0.00027, "0.00027"),
        (2.7000000000000002e-05, "0.000027"),
        (0.0003000000142492354, "0.0003"),  # 0.0003 as a float32
        (8.1e-06, "8.1e-6"),
        (0.1, "0.1"),
        (1.0, "1"),
        (0.99999, "1"),
        (120.0, "120"),
        (1e9, "1e9"),
        (0.0, "0"),
        (math.inf, "infinity"),
        (math.nan, "NaN"),
    ],
)
def test_rate_is_written_plainly(rate: float, text: str):
    assert format_rate(rate) == text


@given(st.floats(min_value=1e-300, max_value=1e300))
def test_rate_keeps_three_digits(rate: float):
    assert float(format_rate(rate)) == pytest.approx(rate, rel=0.00501)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.84749, "0.8475"),
        (0.85, "0.8500"),
        (1.0, "1.0000"),
        (0.0, "0"),
        (12.3456789, "12.3457"),
        (0.00004, "4e-5"),
        (-0.5, "-0.5000"),
        (1.5e6, "1.5e6"),
        (math.nan, "NaN"),
        (math.inf, "infinity"),
        (-math.inf, "-infinity"),
    ],
)
def test_metric_has_four_decimals_where_they_say_something(value: float, text: str):
    assert format_metric(value) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "no reduction"),
        (1, "one reduction"),
        (3, "three reductions"),
        (10, "ten reductions"),
        (11, "11 reductions"),
    ],
)
def test_small_counts_are_words(count: int, text: str):
    assert count_in_words(count, "reduction") == text
