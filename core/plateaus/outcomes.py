"""What came of a simulated setting: bands over the seeds, and the numbers that sum it up."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.plateaus.arrays import BoolArray, FloatArray, IntArray
from core.plateaus.simulate import Simulation

# The middle 80 % of the seeds.
LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9


@dataclass(frozen=True, eq=False)
class Band:
    """A quantity over the epochs: the middle of the seeds; arrays of shape (epochs,).

    Attributes:
        low: Below it lies a tenth of the seeds.
        middle: The median.
        high: Above it lies a tenth of the seeds.
    """

    low: FloatArray
    middle: FloatArray
    high: FloatArray


@dataclass(frozen=True)
class Floor:
    """Where the loss stood when a reduction came, as the median over the seeds.

    Attributes:
        rate: Before the reduction.
        loss: At its epoch.
    """

    rate: float
    loss: float


@dataclass(frozen=True, eq=False)
class Outcome:
    """One of the settings of a simulation of N seeds over E epochs.

    Attributes:
        letter: Its name.
        val_loss: Shape (N, E); after the stop, the loss of the model that was kept, and infinite
            where it diverged.
        learning_rate: Shape (N, E).
        reductions: How many each seed had, shape (N,).
        floors: The loss at each reduction that at least half of the seeds had.
        stopped_epochs: Of the seeds that EarlyStopping stopped, counted from 0.
        final_loss: Of the model that each seed leaves behind, shape (N,).
        final_rate: Of the last epoch that each seed ran, shape (N,).
    """

    letter: str
    val_loss: FloatArray
    learning_rate: FloatArray
    reductions: IntArray
    floors: tuple[Floor, ...]
    stopped_epochs: FloatArray
    final_loss: FloatArray
    final_rate: FloatArray

    @property
    def seeds(self) -> int:
        """N."""
        return len(self.final_loss)

    @property
    def diverged(self) -> int:
        """The number of seeds whose loss ran away."""
        return int((~np.isfinite(self.final_loss)).sum())

    @property
    def start_rate(self) -> float:
        """The rate of the first epoch."""
        return float(self.learning_rate[0, 0])

    @cached_property
    def end_rate(self) -> float:
        """The rate of the last epoch that was run; the median."""
        return middle_of(self.final_rate)

    @cached_property
    def end_loss(self) -> float:
        """The loss of the model that is left; the median, infinite if half diverged."""
        return middle_of(self.final_loss)

    @property
    def stopped(self) -> bool:
        """Whether EarlyStopping stopped more than half of the seeds."""
        return 2 * len(self.stopped_epochs) > self.seeds

    @cached_property
    def drawn_epochs(self) -> int:
        """How many epochs more than half of the seeds ran."""
        if not self.stopped:
            return self.val_loss.shape[1]
        # The seeds that were not stopped ran longer than all others.
        ends = np.sort(self.stopped_epochs)
        return int(ends[self.seeds // 2]) + 1

    @cached_property
    def loss_band(self) -> Band:
        """The loss over the epochs that are drawn."""
        return _band(self.val_loss[:, : self.drawn_epochs])

    @cached_property
    def rate_band(self) -> Band:
        """The rate over the epochs that are drawn."""
        return _band(self.learning_rate[:, : self.drawn_epochs])

    def share_lost(self, start: int, end: int) -> float:
        """Return by which share the median loss fell between two epochs, counted from 0."""
        before, after = float(self.loss_band.middle[start]), float(self.loss_band.middle[end])
        return 1 - after / before if math.isfinite(before) and before else 0.0


def outcomes_of(simulation: Simulation, letters: tuple[str, ...]) -> tuple[Outcome, ...]:
    """Sum up each of the settings of a simulation, which bear these names."""
    return tuple(_outcome(simulation, setting, letter) for setting, letter in enumerate(letters))


def middle_of(values: FloatArray) -> float:
    """Return the median of the seeds, the upper of two; NaN counts as infinite."""
    return float(_sorted(values[:, None])[len(values) // 2, 0])


def _outcome(simulation: Simulation, setting: int, letter: str) -> Outcome:
    ran = simulation.ran[setting]
    final = simulation.final_loss[setting]
    rates = simulation.learning_rate[setting].astype(np.float64)
    loss = np.array(simulation.val_loss[setting], dtype=np.float64)
    np.copyto(loss, final[:, None], where=~ran)
    loss[np.isnan(loss)] = np.inf
    stopped = simulation.stopped_epoch[setting]
    last = ran.sum(axis=1) - 1
    return Outcome(
        letter=letter,
        val_loss=loss,
        learning_rate=rates,
        reductions=simulation.reduced[setting].sum(axis=1),
        floors=_floors(simulation, setting),
        stopped_epochs=stopped[stopped > 0].astype(np.float64),
        final_loss=final,
        final_rate=np.take_along_axis(rates, last[:, None], axis=1)[:, 0],
    )


def _floors(simulation: Simulation, setting: int) -> tuple[Floor, ...]:
    reduced = simulation.reduced[setting]
    number: IntArray = np.where(reduced, reduced.cumsum(axis=1), 0)
    losses, rates = simulation.val_loss[setting], simulation.learning_rate[setting]
    floors: list[Floor] = []
    for count in range(1, int(number.max(initial=0)) + 1):
        now: BoolArray = number == count
        if 2 * int(now.sum()) < len(reduced):
            break
        floors.append(Floor(float(np.median(rates[now])), middle_of(losses[now])))
    return tuple(floors)


def _band(values: FloatArray) -> Band:
    """Take elements, not means of two: infinite ones have none."""
    ranked = _sorted(values)
    seeds = len(ranked)
    low, middle, high = (
        ranked[min(int(share * seeds), seeds - 1)] for share in (LOW, MIDDLE, HIGH)
    )
    return Band(low, middle, high)


def _sorted(values: FloatArray) -> FloatArray:
    """Order the seeds, of shape (N, …), in each epoch."""
    return np.sort(np.where(np.isnan(values), np.inf, values), axis=0)
