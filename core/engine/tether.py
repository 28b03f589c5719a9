"""Processes that end with the program that started them.

A tethered process holds its standard input as a pipe from its parent. The pipe
closes when the parent ends, however it ends, and the process ends too.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence

_PATIENCE_S = 10.0


def start(
    module: str, *arguments: str, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[str]:
    """Start `python -m module`, which must `wait_for_parent`; its standard output is a pipe."""
    return subprocess.Popen(  # noqa: S603 - our own modules, no shell
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **(environment or {})},
        # A Ctrl-C in the terminal is the parent's to handle.
        start_new_session=True,
    )


def first_line(process: subprocess.Popen[str]) -> str:
    """Return the first line a process prints, without its end; empty if it printed none."""
    return process.stdout.readline().strip() if process.stdout else ""


def end(process: subprocess.Popen[str]) -> None:
    """Let go of a tethered process: it ends by itself, and takes its children along."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    try:
        process.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_for_parent() -> None:
    """Block until the parent has closed our standard input or is gone."""
    while sys.stdin.buffer.read(4096):
        pass


def run(command: Sequence[str]) -> int:
    """Run a command until it ends or the parent is gone, and return its exit status."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603

    def end_with_parent() -> None:
        wait_for_parent()
        process.terminate()

    threading.Thread(target=end_with_parent, daemon=True).start()
    return process.wait()


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
