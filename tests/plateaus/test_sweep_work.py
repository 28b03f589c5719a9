"""The bounds of a sweep's work, held against trainings whose curves answer the rate."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.plateaus.arrays import Curves
from core.plateaus.early_stopping import EarlyStoppingRule, EarlyStoppingSettings
from core.plateaus.recorded_rates import RecordedRates
from core.plateaus.reduce_lr import ReduceLROnPlateauRule, ReduceLROnPlateauSettings
from core.plateaus.sweep_work import KnownCurve, estimate_work
from core.specs.callbacks import EarlyStopping, LearningRateScheduler, ReduceLROnPlateau
from core.specs.run import RunSpec, TrainingSpec

EPOCHS = 9
# As the optimizer holds it, so that a rate that stays is the same number.
RATE = float(np.float32(0.001))


def run(*callbacks):
    return RunSpec(training=TrainingSpec(epochs=EPOCHS, learning_rate=RATE), callbacks=callbacks)


def train(spec, seed):
    """Return the val_loss and the rate of each epoch: the loss of an epoch follows its rates."""
    steps = [step_of(callback) for callback in spec.callbacks]
    rates, losses = [RATE], []
    for epoch in range(EPOCHS):
        losses.append(random.Random(repr((seed, rates))).choice([0.5, 0.4, 0.3, 0.2, 0.1]))
        told = [step(epoch, np.array([[losses[-1]]])) for step in steps]
        if True in told:
            break
        rates.append(next((rate for rate in told if rate), RATE))
    return losses, rates[: len(losses)]


def step_of(callback):
    """Return what ends an epoch of a callback: the next rate, or whether training stops."""
    values = callback.model_dump(exclude={"kind", "monitor", "verbose", "mode"})
    if isinstance(callback, EarlyStopping):
        stopping = EarlyStoppingRule(EarlyStoppingSettings.of(**values), 1, mode="min")
        return lambda epoch, value: bool(stopping.step(epoch, value)[0, 0])
    chosen = ReduceLROnPlateauSettings.of(**values)
    reducing = ReduceLROnPlateauRule(chosen, 1, learning_rate=RATE, mode="min")

    def step(_, value):
        reducing.step(value)
        return float(reducing.learning_rate[0, 0])

    return step


def least_possible(specs, seed):
    rates = [train(spec, seed)[1] for spec in specs]
    return sum(len({tuple(r[: e + 1]) for r in rates if len(r) > e}) for e in range(EPOCHS))


def known_from(spec, seed):
    losses, rates = train(spec, seed)
    recorded = RecordedRates.of(np.array(rates), len(rates))
    return KnownCurve({"val_loss": Curves.of(losses)}, recorded)


REDUCING = st.builds(
    ReduceLROnPlateau,
    factor=st.sampled_from([0.1, 0.5]),
    patience=st.integers(0, 5),
    cooldown=st.integers(0, 3),
    min_delta=st.sampled_from([0.0, 0.15]),
    min_lr=st.sampled_from([0.0, 0.0004]),
)
STOPPING = st.builds(
    EarlyStopping,
    patience=st.integers(0, 6),
    min_delta=st.sampled_from([0.0, 0.15]),
    baseline=st.none() | st.just(0.15),
    start_from_epoch=st.integers(0, 3),
)
SPECS = st.builds(run, REDUCING, STOPPING) | st.builds(run, REDUCING) | st.builds(run, STOPPING)


@settings(max_examples=60, deadline=None)
@given(st.lists(SPECS, min_size=1, max_size=6), SPECS, st.integers(0, 99), st.booleans())
def test_what_is_trained_lies_between_the_bounds(specs, other, seed, with_a_curve):
    known = known_from(other, seed) if with_a_curve else None
    work = estimate_work(specs, seeds=1, known=known)
    assert work.least <= least_possible(specs, seed) <= work.most <= work.reported


@settings(max_examples=30, deadline=None)
@given(st.lists(SPECS, min_size=1, max_size=6), SPECS, st.integers(0, 99))
def test_a_known_curve_never_widens_the_bounds(specs, other, seed):
    blind = estimate_work(specs, seeds=3)
    seeing = estimate_work(specs, seeds=3, known=known_from(other, seed))
    assert blind.least <= seeing.least
    assert seeing.most <= blind.most


def test_a_steadily_falling_loss_keeps_all_settings_together():
    falling = KnownCurve(
        {"val_loss": Curves.of(np.linspace(1, 0.1, EPOCHS))},
        RecordedRates.of(np.full(EPOCHS, RATE), EPOCHS),
    )
    specs = [run(ReduceLROnPlateau(patience=patience)) for patience in (1, 2, 3)]
    work = estimate_work(specs, seeds=2, known=falling)
    assert (work.least, work.most, work.runs, work.reported) == (18, 18, 6, 54)


def test_settings_of_early_stopping_cost_no_more_than_the_longest():
    specs = [run(EarlyStopping(patience=patience)) for patience in range(1, 9)]
    assert estimate_work(specs, seeds=1).most == EPOCHS


def test_without_a_curve_a_patience_bounds_the_first_parting():
    work = estimate_work([run(ReduceLROnPlateau(patience=p)) for p in (2, 6)], seeds=1)
    # Three epochs together; then the first may go alone.
    assert (work.least, work.most) == (EPOCHS, 3 + 2 * 6)


@pytest.mark.parametrize(("decay", "trained"), [((0.5, 0.25), 5 + 2 * 4), ((0.5, 0.5), EPOCHS)])
def test_plans_part_where_their_rates_do(decay, trained):
    plans = [LearningRateScheduler(decay_rate=rate, decay_epochs=5) for rate in decay]
    work = estimate_work([run(plan) for plan in plans], seeds=1)
    assert (work.least, work.most) == (trained, trained)
