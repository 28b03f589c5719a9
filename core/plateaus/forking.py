"""From which epoch a replayed setting can be trained for real, exactly as from scratch."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from core.plateaus.reduce_lr_replay import ReduceLROnPlateauReplay
from core.plateaus.what_if import Replayed

# The counters come from float32, and so do the rules.
_RELATIVE = 1e-6


@dataclass(frozen=True)
class RealFork:
    """Where a recorded run can be forked to train a replayed setting.

    Attributes:
        after: The last epoch that is shared, from 0.
        parts: The epoch, from 0, at whose end the setting first decides otherwise than the run
            did; the number of recorded epochs where it never does.
        exact: Whether the callback has decided and counted the same up to there, so that what
            follows is what a training from scratch would give.
    """

    after: int
    parts: int
    exact: bool


def first_other_decision(replayed: Replayed, acted: Sequence[bool]) -> int:
    """Return the epoch, from 0, at whose end the setting first acts otherwise than the run.

    Args:
        replayed: What the setting does.
        acted: What the run's own callback did at the end of each recorded epoch.

    Returns:
        The number of recorded epochs where it never does.
    """
    # At another rate from an epoch on: that was decided at the end of the one before.
    by_rate = replayed.first_unknown - 1 if replayed.first_unknown < replayed.epochs else None
    told = (bool(replayed.acted[epoch]) for epoch in range(len(replayed.verdicts)))
    pairs = enumerate(zip_longest(told, acted, fillvalue=False))
    by_act = next((epoch for epoch, (ours, own) in pairs if ours != own), None)
    found = [epoch for epoch in (by_rate, by_act) if epoch is not None]
    return min(found, default=replayed.epochs)


def real_forks(
    replayed: Replayed,
    counters: Sequence[Mapping[str, Any] | None],
    kept: Sequence[int],
    parts: int,
) -> tuple[RealFork, ...]:
    """Return every epoch from which a setting can be trained, in order.

    Args:
        replayed: What the setting does.
        counters: What the run's own callback counted after each epoch; None where it has none.
        kept: The epochs, from 0, whose states are kept.
        parts: What `first_other_decision` returned.
    """
    return tuple(
        RealFork(
            epoch, parts, exact=epoch < parts and _counts_alike(replayed, epoch, counters[epoch])
        )
        for epoch in kept
        if epoch < replayed.epochs
    )


def real_fork(forks: Sequence[RealFork]) -> RealFork | None:
    """Return from where a setting is trained best: before its first act, and exactly if it can be.

    None if no state before that act is kept.
    """
    before = [fork for fork in forks if fork.after < fork.parts]
    exact = [fork for fork in before if fork.exact]
    return next(reversed(exact or before), None)


def _counts_alike(replayed: Replayed, epoch: int, counted: Mapping[str, Any] | None) -> bool:
    """Tell whether the run's callback stood after an epoch where the setting's own would stand."""
    if counted is None or epoch >= len(replayed.verdicts):
        return False
    verdict = replayed.verdicts[epoch]
    if counted.get("wait", 0) != verdict.wait or not _equal(counted.get("best"), replayed, epoch):
        return False
    if isinstance(replayed.replay, ReduceLROnPlateauReplay):
        return int(counted.get("cooldown_counter", 0)) == int(replayed.cooldown_counter[epoch])
    return True


def _equal(best: float | None, replayed: Replayed, epoch: int) -> bool:
    ours = float(replayed.best[epoch])
    if best is None:
        return not math.isfinite(ours)
    return math.isclose(best, ours, rel_tol=_RELATIVE) or (math.isnan(best) and math.isnan(ours))
