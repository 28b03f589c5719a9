"""ReduceLROnPlateau: its settings and its rule, one step an epoch, for many at once."""

from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.plateaus.arrays import (
    BoolArray,
    FloatArray,
    IntArray,
    side_by_side,
    whole_numbers,
)
from core.plateaus.best import BestSoFar, Float32Best, Float64Best, RelativeBest, held_best
from core.plateaus.directions import Direction, Semantics

ThresholdMode = Literal["rel", "abs"]

RateArray = NDArray[np.float32 | np.float64]

_NEVER = -(2**30)


@dataclass(frozen=True, eq=False)
class ReduceLROnPlateauSettings:
    """Settings side by side, each array of shape (settings,).

    Attributes:
        factor: A reduction multiplies the rate by it; < 1, and 0 or less is accepted, as in Keras.
        patience: Epochs without improvement before a reduction; 0 acts as 1 in Keras.
        min_delta: An improvement must be larger, in the units of the metric; its sign is
            dropped from Keras 3.11 on. PyTorch's `threshold`.
        cooldown: Epochs after a reduction before `wait` counts again; 1 acts as 0 in Keras.
        min_lr: The rate never goes below it.
        threshold_mode: PyTorch only: whether `min_delta` is a share of the best or absolute.
        eps: PyTorch only: smaller reductions are left out.
    """

    factor: FloatArray
    patience: IntArray
    min_delta: FloatArray
    cooldown: IntArray
    min_lr: FloatArray
    threshold_mode: ThresholdMode = "rel"
    eps: float = 1e-8

    @classmethod
    def of(
        cls,
        *,
        factor: ArrayLike = 0.1,
        patience: ArrayLike = 10,
        min_delta: ArrayLike = 1e-4,
        cooldown: ArrayLike = 0,
        min_lr: ArrayLike = 0.0,
        threshold_mode: ThresholdMode = "rel",
        eps: float = 1e-8,
    ) -> Self:
        """Put single values and lists of one length side by side, with Keras's defaults.

        Raises:
            ValueError: If a factor is 1 or more, epochs are not whole, or lengths differ.
        """
        fields = side_by_side(
            factor=factor, patience=patience, min_delta=min_delta, cooldown=cooldown, min_lr=min_lr
        )
        if (fields["factor"] >= 1).any():
            raise ValueError(
                f"`factor` must be less than 1, got {fields['factor'].max()}. For a constant "
                "rate, set `patience` to at least the number of epochs."
            )
        return cls(
            factor=fields["factor"].astype(np.float64),
            patience=whole_numbers("patience", fields["patience"]),
            min_delta=fields["min_delta"].astype(np.float64),
            cooldown=whole_numbers("cooldown", fields["cooldown"]),
            min_lr=fields["min_lr"].astype(np.float64),
            threshold_mode=threshold_mode,
            eps=eps,
        )

    def __len__(self) -> int:
        return len(self.factor)

    def part(self, block: slice) -> Self:
        """The settings of one block."""
        return type(self)(
            factor=self.factor[block],
            patience=self.patience[block],
            min_delta=self.min_delta[block],
            cooldown=self.cooldown[block],
            min_lr=self.min_lr[block],
            threshold_mode=self.threshold_mode,
            eps=self.eps,
        )


class ReduceLROnPlateauRule:
    """The state of many callbacks, one for each row (curve or seed) and setting.

    `wait` and the cooldown are one count here: a cooldown is a wait that starts below zero. It
    rises by one an epoch, an improvement takes it back to zero at most, and it reaches the
    patience only from above zero. Keras lowers `cooldown_counter` before it looks at the epoch,
    so that a cooldown of n starts at -(n - 1), and 1 acts as 0; in PyTorch it starts at -n.

    Attributes:
        learning_rate: The rate from here on, shape (rows, settings); float32 as the optimizer's
            variable in Keras, float64 in PyTorch.
        reduced: Whether the last step lowered it, same shape.

    Source: `ReduceLROnPlateau.on_epoch_end`, Keras 3.15 and 3.10;
    `torch.optim.lr_scheduler.ReduceLROnPlateau.step`, PyTorch 2.
    """

    def __init__(
        self,
        settings: ReduceLROnPlateauSettings,
        rows: int,
        *,
        learning_rate: ArrayLike,
        mode: Direction,
        semantics: Semantics = "keras-3.15",
        best: ArrayLike | None = None,
    ) -> None:
        """Start a training.

        Args:
            settings: One column each.
            rows: Curves or seeds.
            learning_rate: At the start, shape broadcastable to (rows, settings).
            mode: Which way the metric is better.
            semantics: Whose rules.
            best: What a callback used before still holds, shape broadcastable to
                (rows, settings); under "keras-3.11" only.

        Raises:
            ValueError: If `best` is given under other rules, or PyTorch a negative patience.
        """
        shape = (rows, len(settings))
        self._settings = settings
        self._sign = -1.0 if mode == "max" else 1.0
        self._best = _best_so_far(settings, shape, mode, semantics, best)
        self._in_pytorch = semantics == "pytorch"
        self._limit, self._restart = _limit_and_restart(settings, semantics)
        self._count = np.zeros(shape, dtype=np.int32)
        self._restarted = np.empty(shape, dtype=np.int32)
        self._steps = np.zeros(shape, dtype=np.int32)
        self._restarted_at = np.full(shape, _NEVER, dtype=np.int32)
        self.learning_rate: RateArray = np.empty(shape, dtype=rate_dtype(semantics))
        self.learning_rate[...] = learning_rate
        self.reduced = np.zeros(shape, dtype=np.bool_)

    @property
    def wait(self) -> IntArray:
        """Epochs without improvement so far, shape (rows, settings)."""
        return np.maximum(self._count, 0).astype(np.int64)

    @property
    def best(self) -> FloatArray:
        """The best value so far, shape (rows, settings); NaN where Keras has None."""
        return self._sign * self._best.value

    @property
    def improved(self) -> BoolArray:
        """Whether the last step improved, shape (rows, settings)."""
        return self._best.improved

    @property
    def cooldown_counter(self) -> IntArray:
        """Epochs of cooldown left, shape (rows, settings)."""
        cooldown = self._settings.cooldown
        left = np.maximum(cooldown - (self._steps - self._restarted_at), 0)
        # Neither Keras nor PyTorch counts a negative cooldown any further.
        return np.where((cooldown < 0) & (self._restarted_at != _NEVER), cooldown, left)

    @np.errstate(over="ignore", invalid="ignore")
    def step(self, value: FloatArray, present: BoolArray | None = None) -> BoolArray:
        """End an epoch.

        Args:
            value: The metric, shape broadcastable to (rows, settings).
            present: Which have it, shape broadcastable likewise; None: all. The others stay as
                they are.

        Returns:
            `reduced`, valid until the next step.
        """
        improved = self._best.update(self._sign * value, present)
        counted = np.True_ if present is None else present
        self._steps += counted
        self._count += counted
        if improved.any():
            np.minimum(self._count, 0, out=self._restarted)
            np.copyto(self._count, self._restarted, where=improved)
        due = np.greater_equal(self._count, self._limit, out=self.reduced)
        if present is not None:
            due &= present
        self._reduce(np.flatnonzero(due))
        return self.reduced

    def _reduce(self, due: IntArray) -> None:
        """Lower the rates at the flat indices `due`, where there is room above `min_lr`."""
        column = due % len(self._settings)
        rates = self.learning_rate.ravel()
        old = rates[due].astype(np.float64)
        floor = self._settings.min_lr[column]
        new = old * self._settings.factor[column]
        # `max(new, floor)` of Python, which keeps a NaN in the first place only.
        new = np.where(floor > new, floor, new)
        if self._in_pytorch:
            lowered = old - new > self._settings.eps
        else:
            lowered = old > floor.astype(np.float32)
        rates[due] = np.where(lowered, new, old)
        self.reduced.ravel()[due] = lowered
        # PyTorch starts again even where the rate stays.
        restarts = np.True_ if self._in_pytorch else lowered
        count, restarted_at = self._count.ravel(), self._restarted_at.ravel()
        count[due] = np.where(restarts, self._restart[column], count[due])
        restarted_at[due] = np.where(restarts, self._steps.ravel()[due], restarted_at[due])


def rate_dtype(semantics: Semantics) -> type[np.float32 | np.float64]:
    """The type of the learning rate: the optimizer's variable, or PyTorch's Python float."""
    return np.float64 if semantics == "pytorch" else np.float32


def _best_so_far(
    settings: ReduceLROnPlateauSettings,
    shape: tuple[int, int],
    mode: Direction,
    semantics: Semantics,
    best: ArrayLike | None,
) -> BestSoFar:
    """The comparison of the release, empty or holding `best`."""
    held = held_best(best, mode, semantics)
    if semantics in {"keras-3.15", "keras-3.11"}:
        return Float32Best(shape, settings.min_delta, held)
    if semantics == "pytorch" and settings.threshold_mode == "rel":
        threshold = -settings.min_delta if mode == "min" else settings.min_delta
        return RelativeBest(shape, 1.0 + threshold, np.inf)
    return Float64Best(shape, settings.min_delta, np.inf)


def _limit_and_restart(
    settings: ReduceLROnPlateauSettings, semantics: Semantics
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The count that is due for a reduction and the one after it, each of shape (settings,)."""
    if semantics != "pytorch":
        limit, restart = np.maximum(settings.patience, 1), 1 - np.maximum(settings.cooldown, 1)
    elif (settings.patience < 0).any():
        raise ValueError(
            "`patience` must be 0 or more under PyTorch's rules, got "
            f"{settings.patience.min()}: it would lower the rate in every epoch. Try 0."
        )
    else:
        limit, restart = settings.patience + 1, -np.maximum(settings.cooldown, 0)
    return _as_count(limit), _as_count(restart)


def _as_count(epochs: IntArray) -> NDArray[np.int32]:
    """Epochs as int32; no curve is longer than 2**30."""
    return np.clip(epochs, -(2**30), 2**30).astype(np.int32)
