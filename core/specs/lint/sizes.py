"""Rules on sizes: factor and min_delta."""

import math
from collections.abc import Iterator

from core.specs.callbacks import EarlyStopping, LearningRateScheduler, ReduceLROnPlateau
from core.specs.lint.findings import (
    Case,
    Finding,
    count_epochs,
    keras_source,
    tensorflow_issue,
)

# Its docstring: "Models often benefit from reducing the learning rate by a factor of 2-10".
_REDUCING = keras_source("reduce_lr_on_plateau.py")

_NEAR_ONE = 0.9
_FROZEN = 1e-3
# What a model that guesses among four classes pays, and so all that a loss can fall.
_GUESSING = math.log(4)


def factor_near_one(case: Case) -> Iterator[Finding]:
    """Find a factor whose reductions nobody notices."""
    reducing = case.find(ReduceLROnPlateau)
    if reducing is None or reducing.factor <= _NEAR_ONE:
        return
    needed = math.ceil(math.log(0.1) / math.log(reducing.factor))
    waited = needed * max(1, reducing.patience)
    yield Finding(
        rule="factor_near_one",
        severity="warning",
        key="ReduceLROnPlateau.factor",
        sentence=f"It takes {needed} reductions by {reducing.factor:g} to reach a tenth of the "
        f"rate, that is {waited} epochs without improvement; this run has "
        f"{count_epochs(case.epochs)}.",
        evidence=_REDUCING,
        remedy="Take a factor from 0.1 to 0.5.",
        fix={"ReduceLROnPlateau.factor": 0.5},
    )


def factor_freezes(case: Case) -> Iterator[Finding]:
    """Find a factor whose second reduction ends all learning."""
    reducing = case.find(ReduceLROnPlateau)
    if reducing is None:
        return
    start = case.spec.training.learning_rate
    once = max(start * reducing.factor, reducing.min_lr)
    twice = max(once * reducing.factor, reducing.min_lr)
    if twice < _FROZEN * start:
        yield Finding(
            rule="factor_freezes",
            severity="warning",
            key="ReduceLROnPlateau.factor",
            sentence=f"The first reduction takes the rate from {start:.3g} to {once:.3g}, the "
            f"second to {twice:.3g}: hardly anything is learned after it.",
            evidence=_REDUCING,
            remedy="Take a factor from 0.1 to 0.5, or a min_lr that still learns.",
            fix={"ReduceLROnPlateau.factor": 0.3},
        )


def min_lr_above_rate(case: Case) -> Iterator[Finding]:
    """Find a lower limit that the rate is never above."""
    reducing, start = case.find(ReduceLROnPlateau), case.spec.training.learning_rate
    if reducing is None or case.find(LearningRateScheduler) or reducing.min_lr < start:
        return
    yield Finding(
        rule="min_lr_above_rate",
        severity="warning",
        key="ReduceLROnPlateau.min_lr",
        sentence=f"The rate starts at {start:.3g} and may not fall below {reducing.min_lr:.3g}: it "
        "is never reduced, and the wait goes on growing.",
        evidence=_REDUCING,
        remedy="Take a min_lr well below the learning rate, or 0 for no lower limit.",
        fix={"ReduceLROnPlateau.min_lr": 0.0},
    )


def min_delta_too_large(case: Case) -> Iterator[Finding]:
    """Find a min_delta that no improvement can reach."""
    for callback in _with_min_delta(case):
        is_loss = callback.monitor.endswith("loss")
        most = _GUESSING if is_loss else 1.0
        if callback.min_delta >= most:
            bound = (
                f"a model that guesses among four classes starts at a loss near {most:.2f}: hardly "
                "any epoch after the first can count as better."
                if is_loss
                else f"`{callback.monitor}` lies between 0 and 1: no epoch after the first can "
                "count as better."
            )
            yield Finding(
                rule="min_delta_too_large",
                severity="warning",
                key=f"{callback.kind}.min_delta",
                sentence=f"A min_delta of {callback.min_delta:g} is absolute, not a share, and "
                f"{bound}",
                evidence=tensorflow_issue(33675),
                remedy="Take the smallest change you care about, such as 0.001.",
                fix={f"{callback.kind}.min_delta": 0.001},
            )


def min_delta_below_noise(case: Case) -> Iterator[Finding]:
    """Find a min_delta that chance alone beats."""
    for callback in _with_min_delta(case):
        noise = case.noise.get(callback.monitor, 0.0)
        if math.isfinite(noise) and callback.min_delta < noise:
            yield Finding(
                rule="min_delta_below_noise",
                severity="warning",
                key=f"{callback.kind}.min_delta",
                sentence=f"The noise of `{callback.monitor}` on the plateau is ±{noise:.2g}: a "
                f"min_delta of {callback.min_delta:g} counts noise as progress, and the waiting "
                "starts over.",
                evidence=keras_source("monitor_callback.py"),
                remedy="Take a min_delta as large as the noise, or more patience.",
                fix={f"{callback.kind}.min_delta": _rounded_up(noise)},
            )


def _with_min_delta(case: Case) -> list[ReduceLROnPlateau | EarlyStopping]:
    return [c for c in case.spec.callbacks if isinstance(c, ReduceLROnPlateau | EarlyStopping)]


def _rounded_up(noise: float) -> float:
    """Return the noise with two digits, no less than it is."""
    digit = 10.0 ** (math.floor(math.log10(noise)) - 1)
    shown = float(f"{math.ceil(noise / digit) * digit:.2g}")
    return max(shown, noise)
