"""What a person can set on the playground: its dials, and a link that holds where they stand.

Values are flat: "gradient_noise" for what all settings share, "A.learning_rate" or
"B.EarlyStopping.patience" for one of the four settings, "B" for whether it is drawn and
"B.EarlyStopping" for whether it has that callback.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from core.specs.callbacks import EarlyStopping, ReduceLROnPlateau
from core.specs.fields import help_of

LETTERS = ("A", "B", "C", "D")
EPOCHS = 100

Values = dict[str, Any]

CALLBACK_MODELS: dict[str, type[BaseModel]] = {
    "ReduceLROnPlateau": ReduceLROnPlateau,
    "EarlyStopping": EarlyStopping,
}
"""The callbacks of the playground; `monitor` is `val_loss`, `mode` "min", nothing is printed."""


@dataclass(frozen=True)
class Dial:
    """One thing to set.

    Attributes:
        default: Where it stands at first.
        choices: From the smallest to the largest; numbers between them are fine, too. None among
            them means "none". Two booleans make a switch, words a choice.
        about: What it does, for the form's help.
    """

    default: Any
    choices: tuple[Any, ...]
    about: str = ""

    @property
    def is_switch(self) -> bool:
        """Whether it is on or off."""
        return isinstance(self.default, bool)

    @property
    def is_word(self) -> bool:
        """Whether it is one of several words."""
        return isinstance(self.default, str)

    @property
    def is_whole(self) -> bool:
        """Whether it is a whole number."""
        return all(isinstance(choice, int) for choice in self.choices) and not self.is_switch

    def takes(self, value: Any) -> bool:
        """Tell whether it can stand there."""
        if self.is_switch:
            return isinstance(value, bool)
        if self.is_word or value is None:
            return value in self.choices
        if isinstance(value, bool) or not isinstance(value, int if self.is_whole else int | float):
            return False
        return self._ends[0] <= value <= self._ends[1]

    @property
    def _ends(self) -> tuple[float, float]:
        numbers = [choice for choice in self.choices if choice is not None]
        return numbers[0], numbers[-1]

    @property
    def rule(self) -> str:
        """What a value must be, as it follows "must be"."""
        if self.is_switch or self.is_word:
            return "one of " + ", ".join(json.dumps(choice) for choice in self.choices)
        kind = "a whole number" if self.is_whole else "a number"
        return f"{kind} from {self._ends[0]:g} to {self._ends[1]:g}"


def _of(callback: str, name: str, default: Any, *choices: Any) -> Dial:
    return Dial(default, choices, help_of(CALLBACK_MODELS[callback].model_fields[name]))


_DELTAS = (0.0, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1.0)
_SMALL_RATES = (0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.03, 0.05)
_RATES = (*_SMALL_RATES, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 2.5)
_SWITCH = (False, True)

SHARED: dict[str, Dial] = {
    "optimizer": Dial(
        "sgd",
        ("sgd", "momentum", "adam"),
        "How a gradient becomes a step: plain SGD, SGD with momentum 0.9, or Adam, with Keras's "
        "update rules and defaults.",
    ),
    "gradient_noise": Dial(
        1.0,
        (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0),
        "How much each step is shaken, as small batches shake it. 0 is the exact gradient.",
    ),
    "condition_number": Dial(
        16.0,
        (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1000.0),
        "How uneven the valley is: the steepest curvature over the flattest. The steepest limits "
        "the rate, the flattest makes the way long.",
    ),
    "dimensions": Dial(8, (2, 3, 4, 6, 8, 12, 16, 24, 32), "How many parameters are learned."),
    "measurement_noise": Dial(
        0.02,
        (0.0, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2),
        "How far each measured `val_loss` is off, as a share of it, as a small validation set is.",
    ),
}
"""What all settings have in common."""

OWN: dict[str, Dial] = {
    "learning_rate": Dial(
        0.3,
        _RATES,
        "The learning rate at the start.",
    ),
    "ReduceLROnPlateau": Dial(False, _SWITCH, "Lower the learning rate on a plateau."),
    "ReduceLROnPlateau.factor": _of(
        "ReduceLROnPlateau", "factor", 0.5, *(step / 20 for step in range(1, 20))
    ),
    "ReduceLROnPlateau.patience": _of("ReduceLROnPlateau", "patience", 5, *range(41)),
    "ReduceLROnPlateau.min_delta": _of("ReduceLROnPlateau", "min_delta", 1e-4, *_DELTAS),
    "ReduceLROnPlateau.cooldown": _of("ReduceLROnPlateau", "cooldown", 0, *range(31)),
    "ReduceLROnPlateau.min_lr": _of(
        "ReduceLROnPlateau", "min_lr", 0.0, 0.0, 1e-5, 1e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3
    ),
    "EarlyStopping": Dial(False, _SWITCH, "Stop the training on a plateau."),
    "EarlyStopping.patience": _of("EarlyStopping", "patience", 12, *range(61)),
    "EarlyStopping.min_delta": _of("EarlyStopping", "min_delta", 0.0, *_DELTAS),
    "EarlyStopping.baseline": _of(
        "EarlyStopping", "baseline", None, None, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0
    ),
    "EarlyStopping.start_from_epoch": _of("EarlyStopping", "start_from_epoch", 0, *range(81)),
    "EarlyStopping.restore_best_weights": _of(
        "EarlyStopping", "restore_best_weights", False, *_SWITCH
    ),
}
"""What each setting has of its own."""

DIALS: dict[str, Dial] = (
    SHARED
    | {letter: Dial(letter == "A", _SWITCH, "Whether it is drawn.") for letter in LETTERS}
    | {f"{letter}.{name}": dial for letter in LETTERS for name, dial in OWN.items()}
)


def defaults() -> Values:
    """Return where all dials stand at first."""
    return {name: dial.default for name, dial in DIALS.items()}


def shown_letters(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the settings that are drawn, in order."""
    return tuple(letter for letter in LETTERS if values[letter])


def to_query(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the query parameters that reproduce the dials: what differs from the defaults.

    The settings that are drawn are always named, as "settings".
    """
    moved = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in values.items()
        if name not in LETTERS and value != DIALS[name].default
    }
    return moved | {"settings": "".join(shown_letters(values))}


def is_playground(query: Mapping[str, str]) -> bool:
    """Tell whether a link carries dials."""
    return "settings" in query


def from_query(query: Mapping[str, str]) -> tuple[Values, tuple[str, ...]]:
    """Return the dials of a link, and a sentence for each value that cannot be set.

    Such values stay at their defaults; names that are no dials are left out.
    """
    values, problems = defaults(), list[str]()
    for name in sorted(set(query) & (set(DIALS) - set(LETTERS))):
        value, dial = _from_text(query[name], dial=DIALS[name]), DIALS[name]
        if dial.takes(value):
            values[name] = value
        else:
            problems.append(
                f"{name} must be {dial.rule}, got {query[name][:40]!r}: it was left at "
                f"{json.dumps(dial.default)}. Move its slider, or mend the link."
            )
    drawn = query.get("settings", "") if set(query.get("settings", "")) & set(LETTERS) else "A"
    return values | {letter: letter in drawn for letter in LETTERS}, tuple(problems)


def _from_text(text: str, *, dial: Dial) -> Any:
    if dial.is_word:
        return text
    try:
        value = json.loads(text)
        is_number = isinstance(value, int) and not isinstance(value, bool)
        return float(value) if is_number and not dial.is_whole else value
    # No JSON, a number that Python does not read or hold, or brackets nested too deep.
    except (ValueError, OverflowError, RecursionError):
        return text
