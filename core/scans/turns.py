"""Places that are given in the order in which they were asked for."""

import threading
from collections import deque


class Turns:
    """A few places; whoever gives one up and wants it back goes to the end of the queue.

    A semaphore would hand it to whoever asks at the right moment, mostly the same one again.

    Args:
        places: How many there are.
    """

    def __init__(self, places: int) -> None:
        self._free = places
        self._queue: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    @property
    def awaited(self) -> bool:
        """Whether somebody waits."""
        return bool(self._queue)

    def take(self, *, within_s: float) -> bool:
        """Take a place as soon as there is one, and tell whether there was in time."""
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            turn = threading.Event()
            self._queue.append(turn)
        if turn.wait(within_s):
            return True
        with self._lock:
            # It may have come just now.
            if turn.is_set():
                return True
            self._queue.remove(turn)
            return False

    def give_up(self) -> None:
        """Give a place to whoever waits longest."""
        with self._lock:
            if self._queue:
                self._queue.popleft().set()
            else:
                self._free += 1
