"""Reads one upload in a process of its own, within limits: `python -m core.scans.child`.

Standard input holds a line of JSON, the choice, and then the file. Standard output gets a
line of JSON, {"upload", "notes", "shape"} or {"problem"}, and then the pixels.
"""

import json
import os
import signal
import sys
from contextlib import suppress
from dataclasses import asdict
from typing import BinaryIO

MEMORY_BYTES = 560 * 1024 * 1024
"""What the process may set aside. Its libraries' code comes on top, and is shared."""

SECONDS = 10
"""How long it may take."""


def main() -> None:
    """Read what standard input holds."""
    limit()
    answer = os.fdopen(os.dup(1), "wb")
    # Whatever libraries print may quote the file: nobody reads it.
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    order = json.loads(sys.stdin.buffer.readline())
    _reply(answer, sys.stdin.buffer.read(), order)
    answer.flush()
    os._exit(0)


def limit() -> None:
    """Limit this process's memory and time, where the system can."""
    with suppress(ImportError, AttributeError):  # Windows has neither
        import resource  # noqa: PLC0415

        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        # Should its parent be gone, nobody else would end it.
        signal.alarm(SECONDS + 2)


def _reply(answer: BinaryIO, data: bytes, order: dict[str, object]) -> None:
    # After the limits: they hold for what is imported too.
    from core.scans.reading import read_scan  # noqa: PLC0415
    from core.scans.readings import Choice, UnreadableScan  # noqa: PLC0415

    try:
        scan = read_scan(data, Choice(**order))  # pyright: ignore[reportArgumentType] - our own JSON
    except UnreadableScan as error:
        answer.write(json.dumps({"problem": str(error)}).encode() + b"\n")
        return
    head = {
        "upload": asdict(scan.upload),
        "notes": scan.notes,
        "shape": scan.pixels.shape,
    }
    answer.write(json.dumps(head).encode() + b"\n")
    answer.write(scan.pixels.tobytes())


if __name__ == "__main__":
    main()
