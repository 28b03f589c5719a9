"""The rates of every plan."""

import math
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.specs.callbacks import LearningRateScheduler
from core.specs.callbacks.learning_rate_scheduler import ScheduleKind
from core.specs.schedules import SETTINGS_OF, rate_at, rates, unused_settings
from tests.specs.run_specs import CALLBACKS

any_plan = st.builds(LearningRateScheduler, **CALLBACKS[LearningRateScheduler])


def planned(schedule, *, rate=1.0, epochs=8, **settings):
    plan = LearningRateScheduler(schedule=schedule, **settings)
    return pytest.approx(list(rates(plan, rate, epochs)))


def test_a_constant_plan_keeps_the_rate():
    assert planned("constant", rate=0.01, epochs=3) == [0.01] * 3


def test_steps_multiply_the_rate_every_few_epochs():
    assert planned("step", decay_rate=0.5, decay_epochs=3) == [1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25]


def test_an_exponential_plan_meets_the_steps_where_they_begin():
    smooth = LearningRateScheduler(schedule="exponential", decay_rate=0.1, decay_epochs=4)
    steps = smooth.model_copy(update={"schedule": "step"})
    for epoch in range(0, 20, 4):
        assert rate_at(smooth, epoch, 1.0, 20) == pytest.approx(rate_at(steps, epoch, 1.0, 20))
    assert rate_at(smooth, 1, 1.0, 20) == pytest.approx(10**-0.25)


def test_a_cosine_is_halfway_in_the_middle_and_ends_above_its_floor():
    plan = LearningRateScheduler(schedule="cosine", alpha=0.1)
    curve = rates(plan, 2.0, 10)
    assert curve[0] == 2.0
    assert curve[5] == pytest.approx(2 * 0.55)
    assert 0.2 < curve[9] < 0.3


def test_a_warm_up_rises_in_equal_steps_and_never_from_zero():
    curve = rates(LearningRateScheduler(schedule="warmup", warmup_epochs=3), 1.0, 10)
    assert curve[:4] == pytest.approx((0.25, 0.5, 0.75, 1.0))
    assert list(curve[3:]) == sorted(curve[3:], reverse=True)


def test_one_cycle_starts_at_a_share_and_peaks_after_the_warm_up():
    curve = rates(
        LearningRateScheduler(schedule="one_cycle", warmup_epochs=4, div_factor=25), 1.0, 12
    )
    assert curve[0] == pytest.approx(0.04)
    assert curve[2] == pytest.approx(0.52)
    assert max(curve) == curve[4] == 1.0


def test_a_table_holds_each_rate_until_the_next():
    assert planned("table", rate=0.1, epochs=4, table="2: 5, 4: 2") == [0.1, 5, 5, 2]


@given(any_plan, st.floats(1e-9, 1e9), st.integers(1, 500))
def test_every_epoch_has_a_rate_that_is_a_finite_float(plan, rate, epochs):
    for planned_rate in rates(plan, rate, epochs):
        assert type(planned_rate) is float
        assert math.isfinite(planned_rate)
        assert planned_rate >= 0


@given(any_plan, st.floats(1e-6, 1), st.integers(1, 40))
def test_no_plan_but_a_table_goes_above_the_trainings_rate(plan, rate, epochs):
    if plan.schedule != "table":
        assert max(rates(plan, rate, epochs)) <= rate * (1 + 1e-12)


@given(any_plan, st.sampled_from(sorted(LearningRateScheduler.own_settings)), st.data())
def test_a_setting_that_a_plan_does_not_read_changes_nothing(plan, name, data):
    other = data.draw(CALLBACKS[LearningRateScheduler][name])
    changed = plan.model_copy(update={name: other})
    if name in unused_settings(plan.schedule):
        assert rates(changed, 1.0, 20) == rates(plan, 1.0, 20)
    else:
        assert name in SETTINGS_OF[plan.schedule]


def test_every_plan_has_its_settings_named():
    assert set(SETTINGS_OF) == set(get_args(ScheduleKind))
    assert set().union(*SETTINGS_OF.values()) == LearningRateScheduler.own_settings


def test_a_table_that_is_not_used_need_not_be_readable():
    assert LearningRateScheduler(schedule="step", table="x").table == "x"
    with pytest.raises(ValueError, match="table"):
        LearningRateScheduler(schedule="table", table="x")
