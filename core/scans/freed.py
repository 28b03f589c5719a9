"""Memory that the process no longer needs, given back to the system."""

import ctypes
import functools
import sys
from collections.abc import Callable


def give_back() -> None:
    """Have the C library give back what it holds of uploads that are gone.

    Once glibc has freed a block of up to 32 MB, it takes others of that size from its heap and
    keeps them there for later. Takes milliseconds; does nothing where there is no glibc.

    Source: M_MMAP_THRESHOLD in mallopt(3), and malloc_trim(3).
    """
    trim = _trim()
    if trim is not None:
        trim(0)


@functools.cache
def _trim() -> Callable[[int], int] | None:
    if not sys.platform.startswith("linux"):
        return None
    # musl has none.
    return getattr(ctypes.CDLL(None), "malloc_trim", None)
