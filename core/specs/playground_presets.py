"""Experiments for the playground, each with a sentence on what to look for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.specs.playground import Values, defaults


@dataclass(frozen=True)
class PlaygroundPreset:
    """One experiment.

    Attributes:
        look_for: What to look for, in Markdown.
        values: The dials that it moves.
    """

    look_for: str
    values: Mapping[str, Any]

    def dials(self) -> Values:
        """Return where all dials stand."""
        return defaults() | dict(self.values)


def _reducing(letter: str, **settings: Any) -> Values:
    """Return a setting that is drawn and lowers its rate."""
    named = {f"{letter}.ReduceLROnPlateau.{name}": value for name, value in settings.items()}
    return {letter: True, f"{letter}.ReduceLROnPlateau": True, **named}


PLAYGROUND_PRESETS = {
    "Constant rate": PlaygroundPreset(
        "Three rates that never change. The highest falls first, and is stuck first: look how far "
        "down each one gets, and how long it takes.",
        {"B": True, "B.learning_rate": 0.05, "C": True, "C.learning_rate": 0.01},
    ),
    "Factor 0.5": PlaygroundPreset(
        "**B** begins as fast as **A** and halves its rate whenever it is stuck. Look at the loss "
        "after each step down: it drops to a new floor, below both constant rates.",
        _reducing("B", factor=0.5, patience=5) | {"C": True, "C.learning_rate": 0.03},
    ),
    "Factor 0.1": PlaygroundPreset(
        "**C** divides its rate by ten on each plateau. Look at the right end: after a few steps "
        "down the rate is so low that the loss hardly moves, and **B**, which halves, gets lower.",
        _reducing("B", factor=0.5, patience=5) | _reducing("C", factor=0.1, patience=5),
    ),
    "Too small a patience": PlaygroundPreset(
        "The same factor with three patiences. **A** takes every bad epoch for a plateau. Look at "
        "its rate: it is used up before the loss is down.",
        _reducing("A", factor=0.5, patience=1)
        | _reducing("B", factor=0.5, patience=4)
        | _reducing("C", factor=0.5, patience=10),
    ),
    "Stopped too early": PlaygroundPreset(
        "All three lower their rate after 6 epochs without a new best. **A** also stops after 6, "
        "before a lower rate can help; **B** waits 15 epochs. Look where each curve ends.",
        _reducing("A", factor=0.5, patience=6)
        | _reducing("B", factor=0.5, patience=6)
        | _reducing("C", factor=0.5, patience=6)
        | {
            "A.EarlyStopping": True,
            "A.EarlyStopping.patience": 6,
            "B.EarlyStopping": True,
            "B.EarlyStopping.patience": 15,
        },
    ),
}
"""By name, in the order they are taught."""

FIRST_PRESET = "Factor 0.5"
