"""One value against the best before it, in words."""

import math
from dataclasses import dataclass

from core.plateaus.arrays import BoolArray, FloatArray
from core.plateaus.digits import compared, plain, reaches
from core.plateaus.directions import Direction


@dataclass(frozen=True)
class Margin:
    """By how much the best has to be beaten.

    Attributes:
        size: In the units of the metric, or a share of the best.
        relative: Whether it is a share.
        mode: Which way is better.
    """

    size: float
    relative: bool
    mode: Direction

    def told(self, value: str, best: str, *, beaten: bool) -> str:
        """Say the margin, nothing if there is none.

        A value that beats the best by the margin and no more does not count as beating it.

        Args:
            value: As it is shown before it.
            best: Likewise.
            beaten: The verdict of the rule.
        """
        if self.size == 0:
            return ""
        size = f"{100 * self.size:g} %" if self.relative else f"{self.size:g}"
        is_tie = reaches(value, best, margin=self.size, relative=self.relative, mode=self.mode)
        return f" by more than {size}" if beaten or is_tie else f" by {size}"


@dataclass(frozen=True, eq=False)
class ComparedCurve:
    """One setting on one curve: what was compared in each epoch; arrays of shape (epochs,).

    Attributes:
        monitor: The metric's name.
        values: The curve.
        present: Where the epoch has the metric.
        counted: Where the callback compared it.
        improved: Where it beat the best, or was the first.
        best_before: Before the epoch; NaN before the first value.
        margin: By how much the best has to be beaten.
    """

    monitor: str
    values: FloatArray
    present: BoolArray
    counted: BoolArray
    improved: BoolArray
    best_before: FloatArray
    margin: Margin

    def value(self, epoch: int) -> float | None:
        """The metric; None where the epoch lacks it."""
        return float(self.values[epoch]) if self.present[epoch] else None

    def best(self, epoch: int) -> float | None:
        """The best before the epoch; None if there was none yet."""
        best = float(self.best_before[epoch])
        unknown = self.improved[epoch] or not self.improved[:epoch].any()
        return None if math.isnan(best) and unknown else best

    def told(self, epoch: int) -> str:
        """Say who beat whom in an epoch that was compared."""
        value, best = float(self.values[epoch]), float(self.best_before[epoch])
        beaten = bool(self.improved[epoch])
        if beaten and not math.isfinite(best) and not self.counted[:epoch].any():
            return self._first_told(value)
        if math.isnan(best):
            return f"{self.monitor} {plain(value)} cannot beat the best, which is NaN"
        if math.isnan(value):
            return f"{self.monitor} is NaN, no improvement on {plain(best)}"
        margin = self.margin
        shown_value, shown_best, agrees = compared(
            value,
            best,
            beaten=beaten,
            margin=margin.size,
            relative=margin.relative,
            mode=margin.mode,
        )
        verb = "beat" if beaten else "did not beat"
        rounded = "" if agrees else " (compared as float32)"
        by = margin.told(shown_value, shown_best, beaten=beaten)
        return f"{self.monitor} {shown_value} {verb} {shown_best}{by}{rounded}"

    def _first_told(self, value: float) -> str:
        if math.isnan(value):
            return f"{self.monitor} is NaN, as the first value the best, and cannot be beaten"
        return f"{self.monitor} {plain(value)} is the first value and the best so far"
