"""Keeping a benchmark on so many cores."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def cores(count: int) -> Iterator[None]:
    """Keep this process, and what it starts, on so many cores, where the system lets it choose."""
    if not hasattr(os, "sched_setaffinity"):  # macOS and Windows
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(allowed)[:count])
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)
