"""Bring your own curve: what a training logged, in whatever way it was kept; nothing is run."""

from core.curves.formats import read_curves, read_trainings
from core.curves.recorded import (
    MAX_BYTES,
    MAX_COLUMNS,
    MAX_EPOCHS,
    RecordedCurves,
    Source,
    UnreadableCurves,
)

__all__ = [
    "MAX_BYTES",
    "MAX_COLUMNS",
    "MAX_EPOCHS",
    "RecordedCurves",
    "Source",
    "UnreadableCurves",
    "read_curves",
    "read_trainings",
]
