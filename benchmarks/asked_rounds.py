"""Seconds of something that is done again and again."""

import time
from collections.abc import Callable
from typing import Any


def rounds(once: Callable[[], Any], count: int, *, rest_s: float = 0.0) -> list[float]:
    """Return the seconds of each round after the first, which only warms up.

    Args:
        once: What is done.
        count: Rounds.
        rest_s: Seconds between them: nobody brings ten files a second, one by one, and what is
            made ready for the next one must not be waited for.
    """
    took: list[float] = []
    for _ in range(1 + count):
        time.sleep(rest_s)
        began = time.perf_counter()
        once()
        took.append(time.perf_counter() - began)
    return took[1:]
