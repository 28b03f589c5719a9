"""The processes that read uploads, seen from the app: few, limited, and never trusted."""

import atexit
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from core.scans import freed, wire
from core.scans.images import MAX_PIXELS
from core.scans.limits import IDLE_S, was_too_slow
from core.scans.messages import NONSENSE
from core.scans.turns import Turns
from core.scans.upload import UnreadableScan
from core.scans.wire import BrokenWire, Message

LIMIT_S = 9.5
"""How long a decoder may take over one upload; with its start and its end, 10 s."""

_AT_ONCE = 2
_PATIENCE_S = 30.0
_ROOT = Path(__file__).parents[2]
# A decoder needs no more of the environment, and is given no more: it holds passwords.
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LANG")
# Threads and arenas reserve addresses, which are limited.
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}

_log = logging.getLogger(__name__)


class Decoder:
    """A process that reads uploads of one person.

    Attributes:
        broken: Whether it is dead, or unfit for another upload.
    """

    def __init__(self) -> None:
        self.broken = False
        self._started_s = time.monotonic()
        self._process = _started()

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    @property
    def stale(self) -> bool:
        """Whether it is dead, or about to end by itself for lack of work."""
        age_s = time.monotonic() - self._started_s
        return self._process.poll() is not None or age_s > IDLE_S / 2

    def ask(self, header: dict[str, Any], body: bytes) -> Message:
        """Have it answer one order.

        Raises:
            UnreadableScan: If it dies over it, takes too long or answers nonsense.
        """
        overdue = threading.Event()

        def end_overdue() -> None:
            overdue.set()
            self._process.kill()

        timer = threading.Timer(LIMIT_S, end_overdue)
        timer.start()
        try:
            said, pixels = self._talk(header, body)
            self.broken = bool(said.get("last"))
        except (OSError, BrokenWire) as error:
            self.broken = True
            status = self._end()
            _log.warning("a decoder broke off: %s, exit status %s", type(error).__name__, status)
            late = overdue.is_set() or was_too_slow(status)
            raise UnreadableScan(_late() if late else NONSENSE) from None
        finally:
            timer.cancel()
        return said, pixels

    def close(self) -> None:
        """End the process."""
        self.broken = True
        self._end()

    def _talk(self, header: dict[str, Any], body: bytes) -> Message:
        if self._process.stdin is None or self._process.stdout is None:
            raise BrokenWire("no pipes")
        wire.send(self._process.stdin, header, body)
        return wire.receive(self._process.stdout, longest_body=MAX_PIXELS)

    def _end(self) -> int:
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what was not written yet has no reader
                    pipe.close()
        return self._process.wait()


class Decoders:
    """Hands out decoders, `_AT_ONCE` at a time, and keeps the next one started."""

    def __init__(self) -> None:
        self._turns = Turns(_AT_ONCE)
        self._lock = threading.Lock()
        self._spare: Decoder | None = None
        atexit.register(self.close)

    @property
    def awaited(self) -> bool:
        """Whether somebody waits for one."""
        return self._turns.awaited

    @contextmanager
    def one(self) -> Generator[Decoder]:
        """Lend a fresh decoder, which ends after the block.

        Raises:
            UnreadableScan: If others keep all of them busy, or none can be started.
        """
        if not self._turns.take(within_s=_PATIENCE_S):
            raise UnreadableScan("Many scans are being read just now: try again in a minute.")
        try:
            decoder = self._taken()
            try:
                yield decoder
            finally:
                decoder.close()
        finally:
            self._turns.give_up()
            self.prepare()
            freed.give_back()

    def prepare(self) -> None:
        """Start the next decoder, unless there is one."""
        with self._lock, suppress(OSError):
            if self._spare is not None and self._spare.stale:
                self._spare.close()
                self._spare = None
            if self._spare is None:
                self._spare = Decoder()

    def close(self) -> None:
        """End the decoder that waits."""
        with self._lock:
            if self._spare is not None:
                self._spare.close()
            self._spare = None

    def _taken(self) -> Decoder:
        with self._lock:
            spare, self._spare = self._spare, None
        if spare is not None and not spare.stale:
            return spare
        if spare is not None:
            spare.close()
        try:
            return Decoder()
        except OSError as error:
            _log.exception("no decoder could be started")
            raise UnreadableScan(
                "No process could be started to read the file: try again in a minute."
            ) from error


def _late() -> str:
    return (
        f"Reading the file took more than {LIMIT_S:g} s: "
        "bring a smaller one, or a single scan of it as a PNG."
    )


def _started() -> subprocess.Popen[bytes]:
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-m", "core.scans.child"],
        cwd=_ROOT,
        env={**kept, **_ENVIRONMENT},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # What the libraries complain about quotes the headers.
        stderr=subprocess.DEVNULL,
        # A Ctrl-C in the terminal is the app's to handle.
        start_new_session=True,
    )
