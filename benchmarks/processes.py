"""Processes that are gone, with all that they started, when the benchmark is done with them."""

import contextlib
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psutil

ROOT = Path(__file__).parents[1]
"""The project's directory."""

_PATIENCE_S = 20.0


@contextmanager
def started(
    command: Sequence[str], *, environment: Mapping[str, str] | None = None, output: IO[bytes]
) -> Iterator[psutil.Popen]:
    """Start a command in the project's directory, and end it however the block ends.

    Args:
        command: What to run.
        environment: All of its environment variables; None for our own.
        output: Takes what it prints.
    """
    process = psutil.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        # A Ctrl-C in the terminal is ours to handle.
        start_new_session=True,
    )
    try:
        yield process
    finally:
        end(process)


def run(command: Sequence[str], *, environment: Mapping[str, str], within_s: float) -> None:
    """Run a command to its end.

    Raises:
        RuntimeError: If it fails or takes too long.
    """
    with tempfile.TemporaryFile() as log:
        with started(command, environment=environment, output=log) as process:
            try:
                status = process.wait(within_s)
            except psutil.TimeoutExpired:
                status = f"no end after {within_s:g} s"
        if status != 0:
            log.seek(0)
            raise RuntimeError(
                f"`{' '.join(command)}` failed ({status}): {log.read().decode()[-2000:]}"
            )


def end(process: psutil.Popen) -> None:
    """End a process and all below it: politely, and after a while by force."""
    family: list[psutil.Process] = [process]
    with contextlib.suppress(psutil.NoSuchProcess):
        family += process.children(recursive=True)
        process.terminate()
    _, alive = psutil.wait_procs(family, timeout=_PATIENCE_S)
    for survivor in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            survivor.kill()
    psutil.wait_procs(alive)


def processor_s(processes: Sequence[psutil.Process]) -> float:
    """Return the time that processes have spent on processors so far, in seconds."""
    spent = 0.0
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            spent += times.user + times.system
    return spent
