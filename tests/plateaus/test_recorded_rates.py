import numpy as np
import pytest

from core.plateaus.recorded_rates import DEFAULT_RATE, RecordedRates

NAN = np.nan


def test_rates_that_were_not_logged_are_taken_to_stay_at_the_start():
    rates = RecordedRates.of(None, 3)
    assert rates.values.tolist() == [DEFAULT_RATE] * 3
    assert not rates.logged
    assert not rates.changes


def test_a_silent_epoch_keeps_the_rate_before_it():
    rates = RecordedRates.of(np.array([NAN, NAN, 0.1, NAN]), 4, start=0.5)
    assert rates.values.tolist() == [0.5, 0.5, 0.1, 0.1]
    assert rates.logged
    assert rates.changes


def test_the_logged_start_is_not_the_persons_to_choose():
    assert RecordedRates.of(np.array([0.2, 0.2]), 2, start=0.9).start == 0.2


def test_first_epoch_at_another_rate_is_found():
    rates = RecordedRates.of(np.array([0.1, 0.1, 0.1]), 3)
    assert rates.first_other(np.array([0.1, 0.1, 0.01, 0.01])) == 2
    assert rates.first_other(np.array([0.1, 0.1, 0.1, 0.01])) == 3


@pytest.mark.parametrize(("printed", "first"), [(True, 2), (False, 0)])
def test_a_rate_rounded_by_the_console_is_the_same_rate(printed, first):
    rates = RecordedRates.of(np.array([0.0123, 0.0123]), 2, printed=printed)
    assert rates.first_other(np.array([0.01234, 0.01234])) == first


def test_a_float32_rate_is_the_same_rate():
    rates = RecordedRates.of(np.array([0.001, 0.0003]), 2)
    assert rates.first_other(np.array([0.001, 0.0003], dtype=np.float32)) == 2
