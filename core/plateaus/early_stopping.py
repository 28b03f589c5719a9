"""EarlyStopping: its settings and its rule, one step an epoch, for many at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from core.plateaus.arrays import (
    BoolArray,
    FloatArray,
    IntArray,
    side_by_side,
    whole_numbers,
)
from core.plateaus.best import Float32Best, as_compared, held_best
from core.plateaus.directions import Direction, Semantics


@dataclass(frozen=True, eq=False)
class EarlyStoppingSettings:
    """Settings side by side, each array of shape (settings,).

    Attributes:
        min_delta: An improvement must be larger, in the units of the metric; the sign is dropped.
        patience: Epochs without improvement before the stop; 0 and less act as 1.
        baseline: `wait` restarts only above it; read where `has_baseline`.
        has_baseline: False where Keras's `baseline` is None.
        restore_best_weights: Whether training ends with the weights of `best_epoch`.
        start_from_epoch: Epochs before it, counted from 0, are left out altogether.
    """

    min_delta: FloatArray
    patience: IntArray
    baseline: FloatArray
    has_baseline: BoolArray
    restore_best_weights: BoolArray
    start_from_epoch: IntArray

    @classmethod
    def of(
        cls,
        *,
        min_delta: ArrayLike = 0.0,
        patience: ArrayLike = 0,
        baseline: float | Sequence[float | None] | None = None,
        restore_best_weights: ArrayLike = False,
        start_from_epoch: ArrayLike = 0,
    ) -> Self:
        """Put single values and lists of one length side by side, with Keras's defaults.

        Raises:
            ValueError: If epochs are not whole, or lengths differ.
        """
        baselines = baseline if isinstance(baseline, Sequence) else [baseline]
        fields = side_by_side(
            min_delta=min_delta,
            patience=patience,
            baseline=[0.0 if given is None else given for given in baselines],
            has_baseline=[given is not None for given in baselines],
            restore_best_weights=restore_best_weights,
            start_from_epoch=start_from_epoch,
        )
        return cls(
            min_delta=fields["min_delta"].astype(np.float64),
            patience=whole_numbers("patience", fields["patience"]),
            baseline=fields["baseline"].astype(np.float64),
            has_baseline=fields["has_baseline"],
            restore_best_weights=fields["restore_best_weights"].astype(np.bool_),
            start_from_epoch=whole_numbers("start_from_epoch", fields["start_from_epoch"]),
        )

    def __len__(self) -> int:
        return len(self.patience)

    def part(self, block: slice) -> Self:
        """The settings of one block."""
        return type(self)(
            min_delta=self.min_delta[block],
            patience=self.patience[block],
            baseline=self.baseline[block],
            has_baseline=self.has_baseline[block],
            restore_best_weights=self.restore_best_weights[block],
            start_from_epoch=self.start_from_epoch[block],
        )


class EarlyStoppingRule:
    """The state of many callbacks, one for each row (curve or seed) and setting.

    All arrays have the shape (rows, settings).

    Attributes:
        wait: Keras's attribute of that name, as are the next two.
        stopped_epoch: 0 until the stop; no training stops in its first epoch.
        best_epoch: 0 until an epoch is best.
        holds_weights: Whether `best_weights` holds those of `best_epoch`.
        running: False after the stop; then nothing changes any more.

    Source: `EarlyStopping.on_epoch_end`, Keras 3.15; the same in 3.10.
    """

    def __init__(
        self,
        settings: EarlyStoppingSettings,
        rows: int,
        *,
        mode: Direction,
        semantics: Semantics = "keras-3.15",
        best: ArrayLike | None = None,
    ) -> None:
        """Start a training; the arguments are those of `ReduceLROnPlateauRule`.

        Raises:
            ValueError: If `best` is given to a release that forgets it, or PyTorch is asked for.
        """
        if semantics == "pytorch":
            raise ValueError(
                "PyTorch has no EarlyStopping to replay; choose one of the Keras releases."
            )
        shape = (rows, len(settings))
        self._settings = settings
        self._sign = -1.0 if mode == "max" else 1.0
        self._best = Float32Best(shape, settings.min_delta, held_best(best, mode, semantics))
        with np.errstate(over="ignore"):
            self._baseline = as_compared(self._sign * settings.baseline)
        self.wait = np.zeros(shape, dtype=np.int64)
        self.stopped_epoch = np.zeros(shape, dtype=np.int64)
        self.best_epoch = np.zeros(shape, dtype=np.int64)
        self.holds_weights = np.zeros(shape, dtype=np.bool_)
        self.running = np.ones(shape, dtype=np.bool_)

    @property
    def best(self) -> FloatArray:
        """The best value so far, shape (rows, settings); NaN where Keras has None."""
        return self._sign * self._best.value

    @property
    def improved(self) -> BoolArray:
        """Whether the last step improved on the best, shape (rows, settings)."""
        return self._best.improved

    @np.errstate(over="ignore", invalid="ignore")
    def step(self, epoch: int, value: FloatArray, present: BoolArray | None = None) -> BoolArray:
        """End an epoch.

        Args:
            epoch: Its number, from 0.
            value: The metric, shape broadcastable to (rows, settings).
            present: Which have it, shape broadcastable likewise; None: all.

        Returns:
            Where training stops with this epoch, shape (rows, settings).
        """
        counted = self.running & (epoch >= self._settings.start_from_epoch)
        if present is not None:
            counted &= present
        self._hold_first_weights(epoch, counted)
        self.wait += counted
        improved = self._best.update(self._sign * value, counted)
        self.best_epoch[improved] = epoch
        beats_baseline = self._best.beats(self._baseline) | ~self._settings.has_baseline
        self.wait[improved & beats_baseline] = 0
        stopped = counted & ~improved & (self.wait >= self._settings.patience) & (epoch > 0)
        self.stopped_epoch[stopped] = epoch
        self.running &= ~stopped
        return stopped

    def _hold_first_weights(self, epoch: int, counted: BoolArray) -> None:
        """Keep the weights of the first epoch that counts, best or not."""
        first = counted & self._settings.restore_best_weights & ~self.holds_weights
        self.best_epoch[first] = epoch
        self.holds_weights |= first
