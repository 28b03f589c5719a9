"""Why a training failed, in a sentence for the person who started it."""

import re

from core.data.scan_set import ScansError
from core.store import StoreError
from core.training.state import UnusableState

_OUT_OF_MEMORY = re.compile(
    r"RESOURCE_EXHAUSTED|out of memory|\bOOM\b|ResourceExhausted", re.IGNORECASE
)


def reason_of(problem: Exception, *, then: str) -> str:
    """Say why a training failed.

    Args:
        problem: What was raised.
        then: What to do when a disk has room again, such as "resume the run".
    """
    if isinstance(problem, ScansError | StoreError | UnusableState):
        return str(problem)
    if isinstance(problem, OSError):
        return (
            f"A file could not be written ({problem.strerror or problem}). Free some space, and "
            f"{then}."
        )
    return sentence_of(problem)


def sentence_of(error: Exception) -> str:
    """Say to a person what Keras raised."""
    text = f"{type(error).__name__}: {error}"
    if isinstance(error, MemoryError) or _OUT_OF_MEMORY.search(text):
        return (
            "The device ran out of memory. Try a smaller batch, smaller images or mixed "
            "precision; other runs are not affected."
        )
    return f"Keras raised {text.strip()[:2000]}"
