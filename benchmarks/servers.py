"""Streamlit's server with one script, on a free port of the loopback interface."""

import socket
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

import psutil

from benchmarks import processes
from benchmarks.waiting import until

_START_LIMIT_S = 60.0


@dataclass(frozen=True)
class Server:
    """A server that was started, whether or not it answers yet.

    Attributes:
        url: Where it will answer.
        process: The server's own process.
        started_s: When it was started, by `time.perf_counter`.
        log: What it prints.
    """

    url: str
    process: psutil.Popen
    started_s: float
    log: IO[bytes]

    def wait(self) -> None:
        """Return as soon as the server answers.

        Raises:
            RuntimeError: If it ends instead.
            TimeoutError: If it does not within a minute.
        """
        until(self._answers, within_s=_START_LIMIT_S, what=f"an answer from {self.url}")

    def _answers(self) -> bool:
        if not self.process.is_running() or self.process.poll() is not None:
            self.log.seek(0)
            raise RuntimeError(f"The server ended at once: {self.log.read().decode()[-2000:]}")
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=5):  # noqa: S310 - our own loopback address
                return True
        except (urllib.error.URLError, OSError):
            return False


@contextmanager
def serving(script: str, *arguments: str, environment: Mapping[str, str]) -> Iterator[Server]:
    """Start a server, and end it with all that it started however the block ends.

    Args:
        script: The script's path in the project.
        *arguments: The script's own.
        environment: All of its environment variables.
    """
    port = _free_port()
    command = (sys.executable, "-m", "streamlit", "run", script)
    options = (f"--server.port={port}", "--server.address=127.0.0.1", "--", *arguments)
    with tempfile.TemporaryFile() as log:
        began = time.perf_counter()
        with processes.started(
            (*command, *options), environment=environment, output=log
        ) as process:
            yield Server(f"http://127.0.0.1:{port}", process, began, log)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
