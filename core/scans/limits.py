"""What the process of a decoder may take, where the system can limit it."""

import signal
from contextlib import suppress

import psutil

MEMORY_BYTES = 600 * 10**6
"""Addresses of the process; what it holds is less."""

PROCESSOR_S = 10
"""Seconds of processor time over one upload."""

IDLE_S = 1200.0
"""How long a process waits for an upload before it ends."""

_MUCH_BYTES = 250 * 10**6


def limit_process() -> None:
    """Limit this process's memory, and leave no image of it on the disk if it dies."""
    with suppress(ImportError):  # Windows
        import resource  # noqa: PLC0415

        _lower(resource.RLIMIT_AS, MEMORY_BYTES)
        _lower(resource.RLIMIT_CORE, 0)


def limit_next_upload() -> None:
    """Limit the processor time from here on, and write no file."""
    with suppress(ImportError):
        import resource  # noqa: PLC0415

        used = resource.getrusage(resource.RUSAGE_SELF)
        seconds = int(used.ru_utime + used.ru_stime) + 1 + PROCESSOR_S
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, hard))
        _lower(resource.RLIMIT_FSIZE, 0)


def holds_much() -> bool:
    """Tell whether this process is no longer fit for another upload.

    On a damaged file some decoders never give back what they took: pylibjpeg-libjpeg
    2.5 kept 400 MB of a JPEG that claimed 65,500 x 65,500 pixels.
    """
    return psutil.Process().memory_info().rss > _MUCH_BYTES


def was_too_slow(status: int) -> bool:
    """Tell whether an exit status says that the processor time was used up."""
    return hasattr(signal, "SIGXCPU") and status == -signal.SIGXCPU


def _lower(kind: int, value: int) -> None:
    import resource  # noqa: PLC0415

    with suppress(ValueError, OSError):  # macOS limits no addresses
        resource.setrlimit(kind, (value, value))
