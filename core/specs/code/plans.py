"""The plans of LearningRateScheduler as source; a test compares their rates."""

from collections.abc import Callable

from core.specs.callbacks import LearningRateScheduler
from core.specs.callbacks.learning_rate_scheduler import ScheduleKind
from core.specs.code.layout import bracketed
from core.specs.rate_table import read_table

_HALF_WAVE = '''\
def half_wave(start, end, share):
    """Return the height of a half cosine wave, a share of it gone."""
    return end + (start - end) * (1 + math.cos(math.pi * share)) / 2


'''
_HEAD = '''\
def schedule(epoch, lr):
    """Return the rate of an epoch, counted from 0, whatever the rate was before."""
'''
_AFTER_WARMUP = """\
    share = (epoch - {warmup}) / (EPOCHS - {warmup})
    return LEARNING_RATE * half_wave(1.0, {alpha}, share)
"""


def needs_math(plan: LearningRateScheduler) -> bool:
    """Tell whether the source of a plan uses the module `math`."""
    return plan.schedule in ("cosine", "warmup", "one_cycle")


def plan_code(plan: LearningRateScheduler) -> str:
    """Return the source of `schedule(epoch, lr)`; it needs LEARNING_RATE and EPOCHS."""
    return _PLANS[plan.schedule](plan)


def _constant(_: LearningRateScheduler) -> str:
    return f"{_HEAD}    return LEARNING_RATE\n"


def _step(plan: LearningRateScheduler) -> str:
    power = f"{plan.decay_rate!r} ** (epoch // {plan.decay_epochs})"
    return f"{_HEAD}    return LEARNING_RATE * {power}\n"


def _exponential(plan: LearningRateScheduler) -> str:
    power = f"{plan.decay_rate!r} ** (epoch / {plan.decay_epochs})"
    return f"{_HEAD}    return LEARNING_RATE * {power}\n"


def _cosine(plan: LearningRateScheduler) -> str:
    wave = f"half_wave(1.0, {plan.alpha!r}, epoch / EPOCHS)"
    return f"{_HALF_WAVE}{_HEAD}    return LEARNING_RATE * {wave}\n"


def _warmup(plan: LearningRateScheduler) -> str:
    warmup = plan.warmup_epochs
    rise = f"LEARNING_RATE * (epoch + 1) / {warmup + 1}"
    return f"{_HALF_WAVE}{_HEAD}{_rising(plan, rise)}"


def _one_cycle(plan: LearningRateScheduler) -> str:
    warmup = plan.warmup_epochs
    rise = f"LEARNING_RATE * half_wave(1 / {plan.div_factor!r}, 1.0, epoch / {warmup})"
    return f"{_HALF_WAVE}{_HEAD}{_rising(plan, rise)}"


def _rising(plan: LearningRateScheduler, rise: str) -> str:
    warmup = plan.warmup_epochs
    before = f"    if epoch < {warmup}:\n        return {rise}\n" if warmup else ""
    return before + _AFTER_WARMUP.format(warmup=warmup, alpha=repr(plan.alpha))


def _table(plan: LearningRateScheduler) -> str:
    rows = [f"({epoch}, {rate!r})" for epoch, rate in read_table(plan.table)]
    table = bracketed("RATES = [", rows, "]")
    return (
        f"# Epochs, counted from 0, each with the rate from there on.\n{table}\n\n\n{_HEAD}"
        "    rate = LEARNING_RATE\n"
        "    for start, listed in RATES:\n"
        "        if epoch >= start:\n"
        "            rate = listed\n"
        "    return rate\n"
    )


_PLANS: dict[ScheduleKind, Callable[[LearningRateScheduler], str]] = {
    "constant": _constant,
    "step": _step,
    "exponential": _exponential,
    "cosine": _cosine,
    "warmup": _warmup,
    "one_cycle": _one_cycle,
    "table": _table,
}
