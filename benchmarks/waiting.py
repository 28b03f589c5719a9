"""Waiting for what another process does."""

import time
from collections.abc import Callable

_PAUSE_S = 0.02


def until(condition: Callable[[], object], *, within_s: float, what: str) -> None:
    """Return as soon as a condition holds.

    Raises:
        TimeoutError: If it does not hold in time.
    """
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"Not within {within_s:g} s: {what}.")
        time.sleep(_PAUSE_S)
