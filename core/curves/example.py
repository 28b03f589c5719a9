"""A curve to begin with: the quick demo, as it was really trained once."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from core.curves.recorded import RecordedCurves

FILE = Path(__file__).with_name("example.json")
"""What the recorder wrote, digit for digit; its `made` says how."""


@cache
def example_recording() -> dict[str, Any]:
    """Return all that was recorded: metrics, learning rates and events, by name."""
    return json.loads(FILE.read_text())


@cache
def example_curves() -> RecordedCurves:
    """Return the metrics and the learning rate of 16 epochs, with two reductions."""
    recording = example_recording()
    logged = recording["metrics"] | {"learning_rate": recording["learning_rate"]}
    columns = {name: np.array(values, dtype=np.float64) for name, values in logged.items()}
    epochs = len(recording["learning_rate"])
    return RecordedCurves(
        epochs=np.arange(1, epochs + 1),
        columns=columns,
        present={name: np.ones(epochs, dtype=np.bool_) for name in columns},
        learning_rate="learning_rate",
        source="run",
        notes=(recording["made"],),
    )
