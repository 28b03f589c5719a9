"""The best value so far, and what counts as beating it: one class for each way of comparing.

    BestSoFar
    ├── Float32Best    Keras 3.11 and later, and EarlyStopping of 3.10
    ├── Float64Best    ReduceLROnPlateau and ModelCheckpoint of Keras 3.10, PyTorch "abs"
    └── RelativeBest   PyTorch "rel"

Values come turned so that lower is better. Turning is exact: rounding is symmetric about zero, so
`-value + min_delta < -best` says the same as `value - min_delta > best`.
"""

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import ArrayLike

from core.plateaus.arrays import BoolArray, Float32Array, FloatArray
from core.plateaus.directions import Direction, Semantics

_SMALLEST_NORMAL = np.finfo(np.float32).smallest_normal


class BestSoFar(ABC):
    """The `best` of many callbacks at once, updated in place.

    Attributes:
        value: Shape (rows, settings), float64; NaN where Keras still has None.
        improved: Which were beaten in the last call of `update`, shape (rows, settings).
    """

    def __init__(self, shape: tuple[int, int], initial: FloatArray | float | None) -> None:
        """Start from `initial`, shape broadcastable to `shape`; None takes the first value."""
        self.value = np.empty(shape)
        self.value[...] = np.nan if initial is None else initial
        self.improved = np.zeros(shape, dtype=np.bool_)
        self._unseen = np.ones(shape, dtype=np.bool_) if initial is None else None

    def update(self, value: FloatArray, counted: BoolArray | None = None) -> BoolArray:
        """Take each value that beats the best before it, or is the first.

        Args:
            value: Of one epoch, shape broadcastable to (rows, settings).
            counted: Where to compare at all, shape broadcastable likewise; None: everywhere.

        Returns:
            `improved`, valid until the next call.
        """
        self._beats(value)
        if self._unseen is not None:
            self.improved |= self._unseen
        if counted is not None:
            self.improved &= counted
        if self._unseen is not None:
            self._unseen &= ~self.improved
            self._unseen = self._unseen if self._unseen.any() else None
        if self.improved.any():
            self._take(value)
        return self.improved

    def _take(self, value: FloatArray) -> None:
        np.copyto(self.value, value, where=self.improved)

    @abstractmethod
    def _beats(self, value: FloatArray) -> None:
        """Write into `improved` where `value` beats the best; NaN beats and loses to nothing."""


class Float32Best(BestSoFar):
    """Compares `value + min_delta < best` after rounding both sides to float32.

    The sum is one of Python floats, in float64; `keras.ops.less` then turns each side into a
    float32 tensor. Source: `MonitorCallback._is_improvement`, Keras 3.15.
    """

    def __init__(
        self, shape: tuple[int, int], min_delta: FloatArray, initial: FloatArray | float | None
    ) -> None:
        """Take `min_delta`, shape (settings,), for its size; Keras drops the sign."""
        super().__init__(shape, initial)
        self._min_delta = np.abs(min_delta)
        self._sum = np.empty(shape)
        self._candidate = np.empty(shape, dtype=np.float32)
        self._reference = as_compared(self.value)

    def _beats(self, value: FloatArray) -> None:
        np.add(value, self._min_delta, out=self._sum)
        as_compared(self._sum, out=self._candidate)
        np.less(self._candidate, self._reference, out=self.improved)

    def _take(self, value: FloatArray) -> None:
        super()._take(value)
        np.copyto(self._reference, as_compared(value), where=self.improved)

    def beats(self, threshold: Float32Array) -> BoolArray:
        """Where the value last given to `update` beats `threshold`, shape (settings,)."""
        return np.less(self._candidate, threshold)


class Float64Best(BestSoFar):
    """Compares `value < best - min_delta` in float64, `min_delta` with its sign."""

    def __init__(
        self, shape: tuple[int, int], min_delta: FloatArray, initial: FloatArray | float
    ) -> None:
        """Take `min_delta`, shape (settings,)."""
        super().__init__(shape, initial)
        self._min_delta = min_delta

    def _beats(self, value: FloatArray) -> None:
        np.less(value, self.value - self._min_delta, out=self.improved)


class RelativeBest(BestSoFar):
    """Compares `value < best * scale` in float64; `scale` is 1 - threshold, or 1 + threshold."""

    def __init__(
        self, shape: tuple[int, int], scale: FloatArray, initial: FloatArray | float
    ) -> None:
        """Take `scale`, shape (settings,)."""
        super().__init__(shape, initial)
        self._scale = scale

    def _beats(self, value: FloatArray) -> None:
        np.less(value, self.value * self._scale, out=self.improved)


def as_compared(values: FloatArray, out: Float32Array | None = None) -> Float32Array:
    """Round to what `keras.ops.less` compares on TensorFlow: float32, subnormal numbers as 0.

    Beyond the range of float32 lies infinity; TensorFlow refuses such Python floats.
    """
    compared = np.empty(values.shape, dtype=np.float32) if out is None else out
    np.copyto(compared, values, casting="same_kind")
    tiny = np.abs(compared) < _SMALLEST_NORMAL
    if tiny.any():
        compared[tiny] = 0.0
    return compared


def held_best(best: ArrayLike | None, mode: Direction, semantics: Semantics) -> FloatArray | None:
    """What a reused callback still holds, turned so that lower is better.

    Raises:
        ValueError: If the release forgets it when `fit` begins.
    """
    if best is None:
        return None
    if semantics != "keras-3.11":
        raise ValueError(
            f"`best` must be None under {semantics!r}, got {np.ravel(best)[0]}: the callback "
            "starts every training afresh. Only Keras 3.11.3 to 3.14 keep it; use 'keras-3.11'."
        )
    held = np.asarray(best, dtype=np.float64)
    return -held if mode == "max" else held
