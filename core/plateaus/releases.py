"""Where the rules of two releases part on the same curve."""

from typing import Protocol

import numpy as np

from core.plateaus.arrays import BoolArray, IntArray


class Replay(Protocol):
    """Any replay of this package."""

    @property
    def acted(self) -> BoolArray:
        """Whether the callback did anything at the end of the epoch, shape (S, C, E)."""
        ...


def first_epoch_apart(one: Replay, other: Replay) -> IntArray:
    """Tell the first epoch at whose end one callback acts and the other does not.

    Two replays of the same settings and curves under different `semantics` (and the `mode` that
    each release makes of "auto") act alike up to that epoch; the curve is evidence for both until
    then.

    Args:
        one: Shape (S, C, E).
        other: The same callback, settings and curves.

    Returns:
        Epochs from 0, shape (S, C); -1 where they never part.

    Raises:
        ValueError: If the shapes differ.
    """
    if one.acted.shape != other.acted.shape:
        raise ValueError(
            f"Both replays must be of the same settings, curves and epochs, got shapes "
            f"{one.acted.shape} and {other.acted.shape}. Replay the same curves twice."
        )
    apart = one.acted != other.acted
    return np.where(apart.any(axis=-1), apart.argmax(axis=-1), -1)
