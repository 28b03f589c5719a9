"""What recorded curves were found to say: the numbers behind an advice."""

from dataclasses import dataclass

from core.plateaus.directions import Direction
from core.plateaus.plateau import Plateau


@dataclass(frozen=True)
class ReductionAdvice:
    """Settings for ReduceLROnPlateau.

    Attributes:
        patience: One more than `longest_wait`.
        min_delta: The noise, rounded.
        longest_wait: Epochs without improvement while the curve still improved; the median, where
            there are several curves.
        first_reduced: The epoch of the first reduction on each curve, from 0; None for never.
        too_early: On how many curves that is before the plateau.
    """

    patience: int
    min_delta: float
    longest_wait: int
    first_reduced: tuple[int | None, ...]
    too_early: int


@dataclass(frozen=True)
class StoppingAdvice:
    """Settings for EarlyStopping with `restore_best_weights=True`.

    Attributes:
        patience: The smallest that misses no more than chance, in the median of the curves.
        min_delta: The noise, rounded.
        epochs_saved: On each curve.
        missed: By how much the best value of each curve is better than the one kept; >= 0.
    """

    patience: int
    min_delta: float
    epochs_saved: tuple[int, ...]
    missed: tuple[float, ...]


@dataclass(frozen=True)
class Stability:
    """How far several curves agree; each pair holds the smallest and the largest.

    Attributes:
        with_plateau: Curves that have one; what follows is of those.
        starts: First epochs of the plateaus, from 0.
        noises: Standard deviations within a plateau.
        patiences: What each curve by itself asks of ReduceLROnPlateau.
        level_spread: Standard deviation of the plateaus' levels from curve to curve.
        agrees: Whether all have a plateau, begun near in time and with like noise.
    """

    with_plateau: int
    starts: tuple[int, int]
    noises: tuple[float, float]
    patiences: tuple[int, int]
    level_spread: float
    agrees: bool


@dataclass(frozen=True)
class Evidence:
    """Everything an advice rests on, for C curves of E epochs.

    Attributes:
        monitor: The metric's name.
        mode: Which way it is better.
        numbers: The E epochs' numbers, as shown.
        plateaus: One for each curve.
        noise: Median of the plateaus' noise, at least `resolution`; None without a plateau.
        resolution: Changes that are lost in the digits of the recording; 0 where none are.
        own_min_delta: The person's own.
        own_patience: The person's own.
        own_first_reduced: Where the person's ReduceLROnPlateau first fires on each curve, from 0.
        own_improvements: Epochs on the plateaus that it takes for improvements.
        advised_improvements: The same with the advised `min_delta`.
        first_change: The first epoch with another learning rate than before, from 0.
        not_finite: Values that are NaN or infinite.
        first_is_nan: Whether a curve begins with NaN.
        training_improves: Whether the metric in training goes on improving where the curves rest
            from the first epoch or get worse; None where that is not recorded, or they differ.
        reduction: Settings for ReduceLROnPlateau; None without a curve that improves and then
            rests, or where one begins with NaN.
        stopping: Settings for EarlyStopping; None likewise, and where none saves an epoch without
            a loss.
        stability: None for fewer than two curves with a plateau.
    """

    monitor: str
    mode: Direction
    numbers: tuple[int, ...]
    plateaus: tuple[Plateau, ...]
    noise: float | None
    resolution: float
    own_min_delta: float
    own_patience: int
    own_first_reduced: tuple[int | None, ...]
    own_improvements: int
    advised_improvements: int
    first_change: int | None
    not_finite: int
    first_is_nan: bool
    training_improves: bool | None
    reduction: ReductionAdvice | None
    stopping: StoppingAdvice | None
    stability: Stability | None

    @property
    def epochs(self) -> int:
        """E, the number of epochs."""
        return len(self.numbers)

    @property
    def never_improves(self) -> bool:
        """Whether no curve improves by more than its noise, not even at its beginning."""
        return all(plateau.start == 0 for plateau in self.plateaus)

    @property
    def plateau_epochs(self) -> int:
        """Epochs behind the first, on all plateaus."""
        return sum(max(0, plateau.epochs - 1) for plateau in self.plateaus)
