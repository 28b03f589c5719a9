"""Waiting for what another process does."""

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")


def until(
    question: Callable[[], Value], *, within_s: float, what: str, every_s: float = 0.02
) -> Value:
    """Return the first answer that is true.

    Args:
        question: Asked again and again.
        within_s: How long.
        what: What is waited for, for the error.
        every_s: The pause before asking again.

    Raises:
        TimeoutError: If there is none in time.
    """
    deadline = time.monotonic() + within_s
    while not (answer := question()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"Not within {within_s:g} s: {what}.")
        time.sleep(every_s)
    return answer
