"""What is known of the learning rate a curve was recorded at, and where a replay leaves it."""

from dataclasses import dataclass

import numpy as np

from core.plateaus.arrays import BoolArray, FloatArray

DEFAULT_RATE = 0.001
"""Where nothing else is known: the default of Adam and most other optimizers of Keras."""

# Rates that passed through float32 or six printed digits are still the same.
_RELATIVE = 1e-4

# The console prints four digits behind the point, of rates above 0.001.
_PRINTED, _PRINTED_FROM = 5.01e-5, 1e-3


@dataclass(frozen=True, eq=False)
class RecordedRates:
    """The learning rate of each recorded epoch.

    Attributes:
        start: In the first epoch.
        values: In each epoch, shape (epochs,); where the recording is silent, what it was before.
        logged: Whether the recording holds any rate at all; if not, `values` stays at `start`.
        printed: Whether they were rounded for a console.
        planned: Whether a plan, such as a LearningRateScheduler's, set each of them anew,
            whatever a reduction had left.
    """

    start: float
    values: FloatArray
    logged: bool
    printed: bool = False
    planned: bool = False

    @classmethod
    def of(
        cls,
        rates: FloatArray | None,
        epochs: int,
        *,
        start: float = DEFAULT_RATE,
        printed: bool = False,
        planned: bool = False,
    ) -> "RecordedRates":
        """Fill in what was not logged.

        Args:
            rates: As logged, shape (epochs,), NaN where unknown; None if not at all.
            epochs: How many were recorded.
            start: Taken for the first epoch where it was not logged.
            printed: Whether they were rounded for a console.
            planned: Whether a plan set each of them anew.
        """
        known = np.full(epochs, np.nan) if rates is None else rates.astype(np.float64)
        first = float(known[0]) if np.isfinite(known[0]) else start
        filled = known.copy()
        filled[0] = first
        at = np.maximum.accumulate(np.where(np.isfinite(filled), np.arange(epochs), 0))
        logged = bool(np.isfinite(known).any())
        return cls(first, filled[at], logged, printed, planned)

    @property
    def changes(self) -> bool:
        """Whether the rate of the recording changes at all."""
        return bool(self._differ(self.values[1:], self.values[:-1]).any())

    def first_other(self, used: FloatArray) -> int:
        """Tell the first epoch, from 0, that a replay would have trained at another rate.

        What was recorded from there on is no evidence for the replay.

        Args:
            used: The rate of each epoch of the replay, shape (epochs,) or longer.

        Returns:
            The number of epochs where there is no such epoch.
        """
        other = self._differ(used[: len(self.values)], self.values)
        return int(other.argmax()) if other.any() else len(self.values)

    def _differ(self, rates: FloatArray, recorded: FloatArray) -> BoolArray:
        tolerance = _RELATIVE * np.abs(recorded)
        if self.printed:
            rounded = np.where(np.abs(recorded) > _PRINTED_FROM, _PRINTED, 0.0)
            tolerance = np.maximum(tolerance, rounded)
        return np.abs(rates - recorded) > tolerance
