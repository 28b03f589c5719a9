"""What goes into a replay: curves, the epochs they lack, settings side by side."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]
FloatArray = NDArray[np.float64]
Float32Array = NDArray[np.float32]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

# States of one block of settings: with about ten arrays of four or eight bytes each, 16,384 of
# them stay in the second-level cache of one core (1 MiB) from one epoch to the next.
BLOCK = 16_384


@dataclass(frozen=True, eq=False)
class Curves:
    """One monitored metric, recorded once or over several seeds.

    Attributes:
        values: What `logs[monitor]` held, shape (curves, epochs); anything where absent.
        present: True where `logs` had the metric, shape (curves, epochs).
    """

    values: FloatArray
    present: BoolArray

    @classmethod
    def of(cls, values: ArrayLike, present: ArrayLike | None = None) -> "Curves":
        """Check the arrays and give them their shapes.

        Args:
            values: Shape (curves, epochs), or (epochs,) for one curve.
            present: False where the epoch has no such metric, as with `validation_freq=5`;
                a shape that broadcasts to that of `values`. None: always there. NaN is a value.

        Raises:
            ValueError: If there is no epoch, or the shapes do not fit.
        """
        curves = np.atleast_2d(np.asarray(values, dtype=np.float64))
        if curves.ndim > 2 or curves.size == 0:  # noqa: PLR2004 (curves, epochs)
            raise ValueError(
                f"`curves` must have the shape (curves, epochs) and hold an epoch, got "
                f"{curves.shape}. Pass one row for each recorded curve."
            )
        mask = np.asarray(True if present is None else present, dtype=np.bool_)
        try:
            return cls(curves, np.broadcast_to(mask, curves.shape))
        except ValueError:
            raise ValueError(
                f"`present` must broadcast to the curves' shape {curves.shape}, got {mask.shape}. "
                "Pass one flag an epoch."
            ) from None

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of curves and epochs."""
        curves, epochs = self.values.shape
        return curves, epochs

    def at(self, epoch: int) -> tuple[FloatArray, BoolArray | None]:
        """The values and presence of one epoch, each of shape (curves, 1); None: all present."""
        present = self.present[:, epoch, np.newaxis]
        return self.values[:, epoch, np.newaxis], None if present.all() else present


def blocks(settings: int, curves: int) -> Iterator[slice]:
    """Cut the settings into runs whose states, over all curves, stay in the cache."""
    step = max(1, BLOCK // curves)
    for start in range(0, settings, step):
        yield slice(start, start + step)


def side_by_side(**fields: ArrayLike) -> dict[str, Array]:
    """Broadcast named settings to one shape (settings,).

    Raises:
        ValueError: If their lengths differ, or one has more than one dimension.
    """
    arrays = {name: np.atleast_1d(np.asarray(value)) for name, value in fields.items()}
    lengths = {name: array.shape for name, array in arrays.items() if array.shape != (1,)}
    if any(len(shape) != 1 for shape in lengths.values()) or len(set(lengths.values())) > 1:
        raise ValueError(
            f"Settings side by side must be single values or lists of one length, got {lengths}. "
            "Cross a grid first, with numpy.meshgrid and ravel."
        )
    return dict(zip(arrays, np.broadcast_arrays(*arrays.values()), strict=True))


def whole_numbers(name: str, values: Array) -> IntArray:
    """`values` as int64, or an error that names the setting."""
    if not np.can_cast(values.dtype, np.int64, casting="same_kind"):
        raise ValueError(
            f"`{name}` counts epochs and must be whole numbers, got {values[:4].tolist()}. "
            "Round them first."
        )
    return values.astype(np.int64)
