"""Whether two settings differ by more than their seeds do."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.charts.compare.lines import Line
from core.charts.compare.table import best_of
from core.plateaus.arrays import FloatArray
from core.plateaus.directions import likely_direction
from core.plateaus.wording import format_metric

_FEWEST = 2
_CONFIDENCE = 0.95
# Keras's metrics are float32: steps of a four-hundredth that are equal differ by that much.
_ROUNDING = 4 * float(np.finfo(np.float32).eps)


@dataclass(frozen=True)
class Spread:
    """The best values of a line's runs.

    Attributes:
        name: Of the line.
        values: By seed, in the units of the metric; runs without a finite value are left out.
    """

    name: str
    values: Mapping[int, float]

    @property
    def mean(self) -> float:
        """Their mean; NaN without any."""
        return float(np.mean(list(self.values.values()))) if self.values else math.nan

    @property
    def deviation(self) -> float | None:
        """Their standard deviation, with n - 1; None for fewer than two."""
        if len(self.values) < _FEWEST:
            return None
        return float(np.std(list(self.values.values()), ddof=1))

    @property
    def text(self) -> str:
        """Mean and deviation: "0.9123 ± 0.0041"."""
        if self.deviation is None:
            return format_metric(self.mean)
        return f"{format_metric(self.mean)} ± {format_metric(self.deviation)}"


@dataclass(frozen=True)
class Contrast:
    """The difference of two lines' means, with what chance between seeds allows.

    Attributes:
        one: The line that is compared.
        other: The line it is held against.
        difference: Mean of `one` less mean of `other`.
        low: Lower end of the interval of the true difference.
        high: Upper end.
        pairs: Seeds that both have, if the interval is of the differences by seed; 0 if it is
            Welch's, of two samples on their own.
    """

    one: str
    other: str
    difference: float
    low: float
    high: float
    pairs: int

    @property
    def tells_noise(self) -> bool:
        """Whether the interval has a width; seeds that agree by chance give it none."""
        return self.high > self.low

    @property
    def exceeds_noise(self) -> bool:
        """Whether the interval tells the noise, and leaves out 0."""
        return self.tells_noise and (self.low > 0 or self.high < 0)


def spread_of(line: Line, metric: str) -> Spread:
    """Return the best values of a line's runs by seed."""
    best = {
        seed: best_of(history, metric)
        for seed, history in zip(line.seeds, line.histories, strict=True)
    }
    return Spread(line.name, {seed: value for seed, value in best.items() if value is not None})


def contrast(one: Spread, other: Spread, *, comparisons: int = 1) -> Contrast | None:
    """Hold two lines against each other; None if one has fewer than two seeds.

    Where both have the same seeds, the differences by seed are taken, which chance they share
    does not enter; else the samples stand for themselves, with their own deviations (Welch).
    Several comparisons share the 5 % of false alarms (Bonferroni).

    Args:
        one: The first line.
        other: The second.
        comparisons: How many are made.
    """
    if min(len(one.values), len(other.values)) < _FEWEST:
        return None
    pairs = 0
    if one.values.keys() == other.values.keys():
        pairs = len(one.values)
        differences = np.array([one.values[seed] - other.values[seed] for seed in one.values])
        error, freedom = float(np.std(differences, ddof=1)) / math.sqrt(pairs), pairs - 1.0
    else:
        error, freedom = _welch(_array(one), _array(other))
    rounding = _ROUNDING * max(map(abs, (*one.values.values(), *other.values.values())))
    difference = one.mean - other.mean
    difference = 0.0 if abs(difference) <= rounding else difference
    reach = 0.0 if error <= rounding else _quantile(freedom, comparisons) * error
    return Contrast(one.name, other.name, difference, difference - reach, difference + reach, pairs)


def contrasts_with(first: Spread, others: Sequence[Spread]) -> list[Contrast]:
    """Hold every line of several seeds against one."""
    able = [spread for spread in others if len(spread.values) >= _FEWEST]
    found = [contrast(spread, first, comparisons=len(able)) for spread in able]
    return [one for one in found if one is not None]


def sentence(found: Contrast, metric: str) -> str:
    """Say in words what a contrast shows; plain text, not escaped."""
    if not found.difference:
        return _same_told(found, metric)
    better = (found.difference > 0) == (likely_direction(metric) == "max")
    size = f"{format_metric(abs(found.difference))} {'better' if better else 'worse'}"
    what = f"“{found.one}” came out {size} in {metric} than “{found.other}”"
    if found.exceeds_noise:
        return f"{what}: more than the noise between seeds ({_interval_told(found)})."
    if not found.tells_noise:
        return (
            f"{what}, the same for every seed: so few seeds do not show how large chance is. "
            "Train more of them."
        )
    return (
        f"{what}, which is not more than the noise between seeds explains "
        f"({_interval_told(found)}). It may mean nothing."
    )


def _same_told(found: Contrast, metric: str) -> str:
    what = f"“{found.one}” and “{found.other}” came out the same in {metric}"
    if not found.tells_noise:
        return (
            f"{what} for every seed: on these runs, what tells their settings apart makes no "
            "difference to it."
        )
    return f"{what} on average; single seeds differ ({_interval_told(found)})."


def _interval_told(found: Contrast) -> str:
    how = f"paired by {found.pairs} seeds" if found.pairs else "seeds not paired"
    return f"95 % interval {format_metric(found.low)} to {format_metric(found.high)}, {how}"


def _array(spread: Spread) -> FloatArray:
    return np.array(list(spread.values.values()), dtype=np.float64)


def _welch(one: FloatArray, other: FloatArray) -> tuple[float, float]:
    """Return the standard error of the difference of two means, and its degrees of freedom."""
    parts = [float(np.var(sample, ddof=1)) / len(sample) for sample in (one, other)]
    total = sum(parts)
    if not total:
        return 0.0, 1.0
    each = zip(parts, (one, other), strict=True)
    return math.sqrt(total), total**2 / sum(part**2 / (len(s) - 1) for part, s in each)


def _quantile(freedom: float, comparisons: int) -> float:
    # Imported here: it takes a third of a second, and only groups of seeds need it.
    from scipy.special import stdtrit  # noqa: PLC0415 # pyright: ignore[reportMissingTypeStubs]

    return float(stdtrit(freedom, 1 - (1 - _CONFIDENCE) / (2 * comparisons)))
