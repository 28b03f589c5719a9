"""The real TensorBoard program, on loopback, one for each of the runs opened last."""

import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from core.engine import tether

_START_LIMIT_S = 60.0
# Each takes some 200 MB.
_MOST = 2


class TensorBoardServers:
    """Starts TensorBoard for directories of logs.

    The newest few go on; all of them end with the app.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[Path, tuple[subprocess.Popen[str], str]] = {}

    def open(self, log_dir: Path) -> str:
        """Return the address of a TensorBoard that shows `log_dir`, after starting it if needed.

        Raises:
            RuntimeError: If it does not answer within a minute.
        """
        with self._lock:
            process, url = self._running.pop(log_dir, None) or _start(log_dir)
            if process.poll() is not None:
                process, url = _start(log_dir)
            self._running[log_dir] = process, url
            surplus = [self._running.pop(each) for each in [*self._running][:-_MOST]]
        for superseded, _ in surplus:
            tether.end(superseded)
        _wait_for(url, process)
        return url

    def address(self, log_dir: Path) -> str:
        """Return the address at which `log_dir` is shown by now, "" if it is not."""
        with self._lock:
            process, url = self._running.get(log_dir, (None, ""))
        return url if process is not None and process.poll() is None else ""


def _start(log_dir: Path) -> tuple[subprocess.Popen[str], str]:
    port = _free_port()
    process = tether.start("core.engine.tether", sys.executable, *_arguments(log_dir, port))
    return process, f"http://127.0.0.1:{port}"


def _arguments(log_dir: Path, port: int) -> tuple[str, ...]:
    program = ("-m", "tensorboard.main", "--logdir", str(log_dir))
    return (*program, "--host", "127.0.0.1", "--port", str(port))


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_for(url: str, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + _START_LIMIT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own loopback address
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError("TensorBoard did not start: run `tensorboard --logdir` on the run's logs.")
