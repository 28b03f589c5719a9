"""The reader of two printed numbers comes to the verdict that the rule came to."""

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.plateaus.digits import compared, plain, rates, reaches


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0.813, "0.8130"), (math.nan, "NaN"), (-math.inf, "-inf"), (123.0, "123.0"), (0.0, "0.000")],
)
def test_a_number_by_itself_has_four_digits(number, shown):
    assert plain(number) == shown


def test_rates_are_as_short_as_they_may_be():
    assert rates(float(np.float32(1e-3)), float(np.float32(3e-4))) == ("0.001", "0.0003")


def test_rates_that_are_equal_look_equal():
    assert rates(0.1, 0.1) == ("0.1", "0.1")


def test_a_margin_passed_by_less_than_the_last_digit_gets_more_digits():
    shown = compared(0.81404, 0.8130, beaten=True, margin=1e-3, relative=False, mode="max")
    assert shown == ("0.81404", "0.81300", True)


def test_a_share_is_read_as_a_share():
    shown = compared(99.9, 100.0, beaten=False, margin=0.01, relative=True, mode="min")
    assert shown == ("99.90", "100.0", True)


@pytest.mark.parametrize(
    ("value", "best", "mode", "relative", "reached"),
    [
        ("0.7500", "0.5000", "max", False, True),
        ("0.7499", "0.5000", "max", False, False),
        ("0.2500", "0.5000", "min", False, True),
        ("0.2501", "0.5000", "min", False, False),
        ("75.00", "100.0", "min", True, True),
        ("0.7500", "-inf", "max", False, False),
    ],
)
def test_a_value_reaches_a_margin_that_it_is_better_by(value, best, mode, relative, reached):
    assert reaches(value, best, margin=0.25, relative=relative, mode=mode) is reached


finite = st.floats(-10, 10, width=32)


@settings(derandomize=True, deadline=None, max_examples=500)
@given(value=finite, best=finite, margin=st.sampled_from([0.0, 1e-4, 1e-3, 0.1]))
@example(value=0.5, best=float(np.nextafter(np.float32(0.5), np.float32(1))), margin=0.0)
@example(value=float(np.float32(0.7)), best=float(np.float32(0.8)), margin=0.1)
def test_printed_numbers_agree_with_the_verdict_or_say_that_float32_decided(value, best, margin):
    beaten = bool(np.float32(value + margin) < np.float32(best))
    shown_value, shown_best, agrees = compared(
        value, best, beaten=beaten, margin=margin, relative=False, mode="min"
    )
    if value != best:
        assert shown_value != shown_best
    read = Decimal(shown_value) + Decimal(str(margin)) < Decimal(shown_best)
    assert (read == beaten) or not agrees
    assert float(shown_value) == pytest.approx(value, rel=1e-3)
