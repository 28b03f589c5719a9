"""A thread that writes beside the training, which never waits for a disk or a lock."""

import threading
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Background(ABC):
    """A thread of its own that ends, with all that was left to it, when its block does.

    Args:
        name: The thread's name.
    """

    def __init__(self, name: str) -> None:
        self._thread = threading.Thread(target=self._write_all, name=name, daemon=True)

    def __enter__(self) -> Self:
        """Start writing."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Write what is left, and end."""
        self._close()
        self._thread.join()

    @abstractmethod
    def _write_all(self) -> None:
        """Write what comes until it is closed and nothing is left."""

    @abstractmethod
    def _close(self) -> None:
        """Leave word that nothing more comes."""
