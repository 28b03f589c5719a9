"""Seconds of something that is done again and again."""

import time
from collections.abc import Callable
from typing import Any


def rounds(once: Callable[[], Any], count: int) -> list[float]:
    """Return the seconds of each round after the first, which only warms up."""
    took: list[float] = []
    for _ in range(1 + count):
        began = time.perf_counter()
        once()
        took.append(time.perf_counter() - began)
    return took[1:]
