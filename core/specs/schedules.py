"""The learning rates that LearningRateScheduler's plans give, epoch by epoch."""

import math
from collections.abc import Callable

from core.specs.callbacks.learning_rate_scheduler import LearningRateScheduler, ScheduleKind
from core.specs.rate_table import read_table

# Which settings each plan reads; the others have no effect on it.
SETTINGS_OF: dict[ScheduleKind, tuple[str, ...]] = {
    "constant": (),
    "step": ("decay_rate", "decay_epochs"),
    "exponential": ("decay_rate", "decay_epochs"),
    "cosine": ("alpha",),
    "warmup": ("warmup_epochs", "alpha"),
    "one_cycle": ("warmup_epochs", "div_factor", "alpha"),
    "table": ("table",),
}


def rate_at(schedule: LearningRateScheduler, epoch: int, rate: float, epochs: int) -> float:
    """Return the learning rate of an epoch.

    It depends on nothing that happened before, so a reduction by another callback is
    overwritten at the next epoch's start, and a resumed training goes on as planned.

    Args:
        schedule: The plan and its settings.
        epoch: From 0 to `epochs` - 1.
        rate: The training's `learning_rate`, which every plan scales.
        epochs: Epochs of the whole training, >= 1.

    Returns:
        A rate >= 0. One that decays long enough underflows to 0, as it would in Keras.
    """
    return _PLANS[schedule.schedule](schedule, epoch, rate, epochs)


def rates(schedule: LearningRateScheduler, rate: float, epochs: int) -> tuple[float, ...]:
    """Return the learning rate of each epoch, shape (epochs,), as a preview shows it."""
    return tuple(rate_at(schedule, epoch, rate, epochs) for epoch in range(epochs))


def unused_settings(schedule: ScheduleKind) -> tuple[str, ...]:
    """Return the settings that a plan does not read, for a form to leave out."""
    return tuple(sorted(LearningRateScheduler.own_settings - set(SETTINGS_OF[schedule])))


def _constant(_: LearningRateScheduler, _epoch: int, rate: float, _epochs: int) -> float:
    return rate


def _step(plan: LearningRateScheduler, epoch: int, rate: float, _: int) -> float:
    # As keras.optimizers.schedules.ExponentialDecay with staircase=True.
    return rate * plan.decay_rate ** (epoch // plan.decay_epochs)


def _exponential(plan: LearningRateScheduler, epoch: int, rate: float, _: int) -> float:
    return rate * plan.decay_rate ** (epoch / plan.decay_epochs)


def _cosine(plan: LearningRateScheduler, epoch: int, rate: float, epochs: int) -> float:
    # As keras.optimizers.schedules.CosineDecay, a step being an epoch.
    return rate * _half_wave(1.0, plan.alpha, epoch / epochs)


def _warmup(plan: LearningRateScheduler, epoch: int, rate: float, epochs: int) -> float:
    warmup = plan.warmup_epochs
    if epoch < warmup:
        # Not from 0: an epoch at rate 0 would learn nothing.
        return rate * (epoch + 1) / (warmup + 1)
    return rate * _half_wave(1.0, plan.alpha, (epoch - warmup) / (epochs - warmup))


def _one_cycle(plan: LearningRateScheduler, epoch: int, rate: float, epochs: int) -> float:
    # As PyTorch's OneCycleLR with anneal_strategy="cos", a step being an epoch.
    warmup = plan.warmup_epochs
    if epoch < warmup:
        return rate * _half_wave(1 / plan.div_factor, 1.0, epoch / warmup)
    return rate * _half_wave(1.0, plan.alpha, (epoch - warmup) / (epochs - warmup))


def _table(plan: LearningRateScheduler, epoch: int, rate: float, _: int) -> float:
    for start, listed in read_table(plan.table):
        if epoch >= start:
            rate = listed
    return rate


def _half_wave(start: float, end: float, share: float) -> float:
    """Return the height of a half cosine wave from `start` to `end`, `share` of it gone."""
    return end + (start - end) * (1 + math.cos(math.pi * share)) / 2


_PLANS: dict[ScheduleKind, Callable[[LearningRateScheduler, int, float, int], float]] = {
    "constant": _constant,
    "step": _step,
    "exponential": _exponential,
    "cosine": _cosine,
    "warmup": _warmup,
    "one_cycle": _one_cycle,
    "table": _table,
}
