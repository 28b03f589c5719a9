"""Why a training failed, in a sentence for the person who started it."""

import errno
import re
from pathlib import Path

from core.data.scan_set import ScansError
from core.store import StoreError
from core.training.state import UnusableState

_OUT_OF_MEMORY = re.compile(
    r"RESOURCE_EXHAUSTED|out of memory|\bOOM\b|ResourceExhausted", re.IGNORECASE
)
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def reason_of(problem: Exception, *, then: str) -> str:
    """Say why a training failed.

    Args:
        problem: What was raised.
        then: What to do when the files are in order again, such as "resume the run".
    """
    if isinstance(problem, ScansError | StoreError | UnusableState):
        return str(problem)
    if isinstance(problem, OSError):
        return _of_files(problem, then)
    return sentence_of(problem)


def _of_files(problem: OSError, then: str) -> str:
    said = str(problem.strerror or problem)
    if problem.errno in _NO_ROOM:
        return f"A file could not be written ({said}). Free some space, and {then}."
    # Its name, not where it lies: a visitor may read this.
    which = f"The file {Path(str(problem.filename)).name!r}" if problem.filename else "A file"
    return f"{which} could not be read or written ({said}). Put that right, and {then}."


def sentence_of(error: Exception) -> str:
    """Say to a person what Keras raised."""
    text = f"{type(error).__name__}: {error}"
    if isinstance(error, MemoryError) or _OUT_OF_MEMORY.search(text):
        return (
            "The device ran out of memory. Try a smaller batch, smaller images or mixed "
            "precision; other runs are not affected."
        )
    return f"Keras raised {text.strip()[:2000]}"
