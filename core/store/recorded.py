"""A stored run as curves, ready for replays, comparisons and advice."""

from collections.abc import Sequence

import numpy as np

from core.curves.recorded import RecordedCurves
from core.store.records import Epoch

_RATE = "learning_rate"


def recorded_curves(epochs: Sequence[Epoch]) -> RecordedCurves:
    """Return what a run logged, with the learning rate that each epoch trained with.

    Args:
        epochs: Of one run, in order; none gives curves without an epoch.
    """
    names = dict.fromkeys(name for epoch in epochs for name in epoch.logs if name != _RATE)
    columns = {
        name: np.array([epoch.logs.get(name, np.nan) for epoch in epochs], dtype=np.float64)
        for name in names
    }
    present = {
        name: np.array([name in epoch.logs for epoch in epochs], dtype=np.bool_) for name in names
    }
    rates = np.array([epoch.learning_rate for epoch in epochs], dtype=np.float64)
    return RecordedCurves(
        epochs=np.array([epoch.epoch + 1 for epoch in epochs], dtype=np.int64),
        columns={**columns, _RATE: rates},
        present={**present, _RATE: np.isfinite(rates)},
        learning_rate=_RATE,
        source="run",
    )
