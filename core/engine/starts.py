"""Starts of the engine's own workers that failed, and the waiting before the next one."""

import time
from collections.abc import Callable

_FIRST_WAIT_S, _LONGEST_WAIT_S = 5.0, 60.0


class Starts:
    """Knows whether the workers may be started, each time later after starts that failed.

    Args:
        clock: Seconds that never run back.

    Attributes:
        failed: How many starts in a row brought no worker that trains.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.failed = 0
        self._clock, self._next_s = clock, 0.0

    @property
    def is_due(self) -> bool:
        """Whether the wait is over."""
        return self._clock() >= self._next_s

    def note_worker(self) -> None:
        """Take note of a worker that trains."""
        self.failed = 0

    def note_failure(self) -> None:
        """Take note of a start that brought none."""
        wait_s = min(_FIRST_WAIT_S * 2**self.failed, _LONGEST_WAIT_S)
        self.failed, self._next_s = self.failed + 1, self._clock() + wait_s
