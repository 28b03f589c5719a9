"""What a worker was asked for, and what came back."""

import threading
import time
from typing import Any


class Answer:
    """A question to a worker and, once there is one, its answer; read from any thread.

    It is given once: with a result, or with a sentence on why there is none. What
    comes after that is dropped.

    Args:
        job: A job of `core.engine.jobs`.
        arguments: What it is called with, plain values.
        timeout_s: How long to wait for it, in seconds, the time in the queue included.
    """

    def __init__(self, job: str, arguments: tuple[Any, ...], timeout_s: float) -> None:
        self.job, self.arguments, self.timeout_s = job, arguments, timeout_s
        self.asked_s = time.monotonic()
        self._result: Any = None
        self._error = ""
        self._lock, self._done = threading.Lock(), threading.Event()

    @property
    def done(self) -> bool:
        """Whether there is a result or an error."""
        return self._done.is_set()

    @property
    def result(self) -> Any:
        """What the job returned; None while it is not done, or if it failed."""
        return self._result

    @property
    def error(self) -> str:
        """Why there is no result, a sentence for the person who asked; "" if nothing is wrong."""
        return self._error

    @property
    def late(self) -> bool:
        """Whether its time is over."""
        return not self.done and time.monotonic() - self.asked_s > self.timeout_s

    def wait(self, timeout_s: float) -> bool:
        """Wait for it up to some seconds, and tell whether it is done."""
        return self._done.wait(timeout_s)

    def give(self, result: Any = None, *, error: str = "") -> None:
        """Give the answer, unless it was given before."""
        with self._lock:
            if not self.done:
                self._result, self._error = result, error
                self._done.set()
