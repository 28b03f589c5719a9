"""Which setting of a sweep to take, and whether its seeds show that it matters."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.charts.compare.seeds import Contrast, Spread, contrast
from core.plateaus.arrays import FloatArray
from core.plateaus.directions import Direction

_FEWEST = 2


@dataclass(frozen=True)
class Held:
    """One setting held against another over the seeds that both have.

    Attributes:
        setting: Which, from 0.
        against: The other.
        contrast: Mean difference, this one less the other, with its interval; None where they
            share fewer than two seeds.
        same: Whether every value is the same: the choice between them makes no difference.
    """

    setting: int
    against: int
    contrast: Contrast | None
    same: bool

    @property
    def differs(self) -> bool:
        """Whether the difference is larger than the noise between seeds explains."""
        return self.contrast is not None and self.contrast.exceeds_noise


@dataclass(frozen=True)
class Choice:
    """What the seeds say of the settings; settings count from 0.

    Attributes:
        order: Those with a value of every seed that any has one of, the best mean first.
        waiting: How many lack some of those seeds; they are left out, since a mean over other
            seeds is no fair match.
        held: The best one held against each other one, in that order.
        seeds: How many the best one has values of.
        ahead: By how much a setting that was picked on all other seeds beat the mean of all
            settings on the one left out, over the seeds; positive is better. None for fewer
            than two seeds, or where values are missing.
    """

    order: tuple[int, ...]
    waiting: int
    held: tuple[Held, ...]
    seeds: int
    ahead: float | None

    @property
    def best(self) -> int:
        """The setting with the best mean."""
        return self.order[0]

    @property
    def worse(self) -> list[int]:
        """The settings that are shown to be worse."""
        return [one.against for one in self.held if one.differs]

    @property
    def same(self) -> list[int]:
        """Those that gave the very same values."""
        return [one.against for one in self.held if one.same]

    @property
    def wants_seeds(self) -> bool:
        """Whether settings differ, and one seed is all that tells of it."""
        return self.seeds == 1 and len(self.same) < len(self.held)

    @property
    def open(self) -> list[int]:
        """Those that cannot be told from the best."""
        decided = {*self.worse, *self.same}
        return [one.against for one in self.held if one.against not in decided]


def choose(
    values: FloatArray, names: Sequence[str], seeds: Sequence[int], mode: Direction
) -> Choice | None:
    """Hold the setting with the best mean against all others, seed by seed.

    The best of many is picked after looking, and its lead is partly luck. So each comparison is
    made as if every pair were compared (`pairs_among`): then it does not matter which was picked.
    Each pair has its own error: settings that part late differ by less than those that part
    early, and one common variance would be wrong for both.

    Args:
        values: One for each setting and seed, shape (settings, seeds); NaN where there is none.
        names: Of the settings.
        seeds: Their numbers.
        mode: Which way is better.

    Returns:
        None if no setting has a value.
    """
    able = ranked(values, mode)
    if not able:
        return None
    most = _count(values[able[0]])
    order = [row for row in able if _count(values[row]) == most]
    pairs = pairs_among(values)
    held = [hold(values, names, seeds, order[0], each, comparisons=pairs) for each in order[1:]]
    waiting = len(values) - len(order)
    return Choice(tuple(order), waiting, tuple(held), most, _ahead(values[order], mode))


def pairs_among(values: FloatArray) -> int:
    """Count the pairs of settings whose values differ: the comparisons that share 5 % (Bonferroni).

    Settings that gave the same values cannot be told apart by chance either, and count once.

    Source: Hsu, "Multiple Comparisons" (1996), chapter 5, all-pairwise comparisons.
    """
    able = values[np.isfinite(values).any(axis=1)]
    different = len({tuple(row) for row in np.nan_to_num(able, nan=np.inf).tolist()})
    return max(1, different * (different - 1) // 2)


def ranked(values: FloatArray, mode: Direction) -> list[int]:
    """Return the settings with a value, the best mean over the seeds first, then by place.

    Those that lack seeds which others have come last: a mean over other seeds is no fair match.

    Args:
        values: Shape (settings, seeds); NaN where there is none.
        mode: Which way is better.
    """
    able = [row for row in range(len(values)) if _count(values[row])]
    sign = -1 if mode == "max" else 1
    return sorted(able, key=lambda row: (-_count(values[row]), sign * mean_of(values[row])))


def mean_of(values: FloatArray) -> float:
    """Return the mean over the seeds that have a value; NaN where none has."""
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if finite.size else math.nan


def _count(values: FloatArray) -> int:
    return int(np.isfinite(values).sum())


def hold(
    values: FloatArray,
    names: Sequence[str],
    seeds: Sequence[int],
    setting: int,
    against: int,
    *,
    comparisons: int,
) -> Held:
    """Hold a setting against another over the seeds that both have.

    Args:
        values: As for `choose`.
        names: Of the settings.
        seeds: Their numbers.
        setting: The one.
        against: The other.
        comparisons: How many are made in all.
    """
    both = np.isfinite(values[setting]) & np.isfinite(values[against])
    differences = values[setting][both] - values[against][both]
    one, other = (
        Spread(names[row], _by_seed(values[row], seeds, both)) for row in (setting, against)
    )
    return Held(
        setting,
        against,
        contrast(one, other, comparisons=comparisons),
        same=bool(differences.size) and not differences.any(),
    )


def _by_seed(values: FloatArray, seeds: Sequence[int], both: FloatArray) -> Mapping[int, float]:
    return {
        seed: float(value) for seed, value, there in zip(seeds, values, both, strict=True) if there
    }


def _ahead(values: FloatArray, mode: Direction) -> float | None:
    settings, seeds = values.shape
    if settings < _FEWEST or seeds < _FEWEST or not np.isfinite(values).all():
        return None
    sign = 1 if mode == "max" else -1
    leads: list[float] = []
    for seed in range(seeds):
        others = np.delete(values, seed, axis=1).mean(axis=1)
        picked = int(np.argmax(sign * others))
        leads.append(sign * float(values[picked, seed] - values[:, seed].mean()))
    return math.fsum(leads) / seeds
