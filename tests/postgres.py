"""A real PostgreSQL server for tests, from the system's packages."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

_PACKAGES = Path("/usr/lib/postgresql")  # Where Debian puts its programs, by release.


@contextmanager
def server() -> Generator[str]:
    """Run a server on loopback, and yield the address of its empty database.

    Skips the test where PostgreSQL is not installed.
    """
    programs = _programs()
    directory = Path(tempfile.mkdtemp(prefix="plateau-postgres-"))
    if os.getuid() == 0:
        # The server refuses to run as root; the packages bring a user of its own.
        shutil.chown(directory, "postgres", "postgres")
    try:
        yield from _running(programs, directory, _free_port())
    finally:
        shutil.rmtree(directory)


def _running(programs: Path, directory: Path, port: int) -> Generator[str]:
    data = str(directory / "data")
    # Nothing has to outlive the machine.
    options = f"-p {port} -k {directory} -c listen_addresses=127.0.0.1 -c fsync=off"
    _call(programs / "initdb", "-D", data, "-U", "plateau", "--auth=trust", "--no-sync")
    control = (programs / "pg_ctl", "-D", data, "-l", str(directory / "log"), "-w")
    _call(*control, "-o", options, "start")
    try:
        yield f"postgresql://plateau@127.0.0.1:{port}/postgres"
    finally:
        _call(*control, "-m", "immediate", "stop")


def _programs() -> Path:
    found = sorted(_PACKAGES.glob("*/bin/initdb"))
    if not found:
        if os.environ.get("PLATEAU_POSTGRES_TESTS") == "required":
            pytest.fail(f"no PostgreSQL below {_PACKAGES}: apt-get install postgresql")
        pytest.skip(f"no PostgreSQL below {_PACKAGES}: apt-get install postgresql")
    return found[-1].parent


def _call(*command: str | Path) -> None:
    as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    subprocess.run(
        [*as_user, *map(str, command)], check=True, stdout=subprocess.DEVNULL, cwd="/", timeout=180
    )


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
