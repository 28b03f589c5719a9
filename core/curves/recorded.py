"""A training's curves as somebody brought them, and the error for what cannot be read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, Self

import numpy as np

from core.plateaus.arrays import BoolArray, Curves, FloatArray, IntArray

MAX_BYTES = 20 * 1024 * 1024
"""The largest file or text that is read."""

MAX_EPOCHS = 100_000
"""The most epochs, and lines of a table, that are read."""

MAX_COLUMNS = 200
"""The most metrics that are read."""

MAX_VALUES = 4_000_000
"""The most numbers that are read: a second's work, and 200 metrics of 20,000 epochs."""

MAX_LINES = 1_000_000
"""The most lines of text that are read, redrawn ones counted each."""

MAX_TRAININGS = 100
"""The most trainings that are read from one file."""

Source = Literal["csv_logger", "table", "history", "console", "tensorboard", "run"]
"""Where curves come from: `CSVLogger`, any other table with a header, `History.history`, what
`fit` prints, event files, or a run of the store."""

# Numbers with more digits behind the point are not rounded ones.
_MOST_DIGITS = 12
# What `fit` prints ends in noughts, too. Source: `Progbar.update`, Keras 3.15.
_DIGITS_OF_CONSOLE = 4

_RATE_NAMES = ("learning_rate", "lr")
_RATE_PREFIXES = ("learning_rate_", "lr_")


class UnreadableCurves(ValueError):
    """What was brought holds no curve; the message is one sentence, with its remedy.

    Attributes:
        line: The line of the text that is at fault, from 1; None where there is no such line.
    """

    def __init__(self, sentence: str, *, line: int | None = None) -> None:
        """Take what is wrong; with `line`, a sentence that goes on after "Line 7"."""
        super().__init__(sentence if line is None else f"Line {line} {sentence}")
        self.line = line


@dataclass(frozen=True, eq=False)
class RecordedCurves:
    """What one training logged.

    Attributes:
        epochs: Their numbers as Keras prints them, from 1 and rising, shape (epochs,).
        columns: Each metric by its name, shape (epochs,); NaN where it has no value.
        present: Where a metric has a value, which may itself be NaN, shape (epochs,).
        learning_rate: The column of the learning rate, if any.
        source: Where it comes from.
        notes: What was left out or assumed, one sentence each. They quote what was brought:
            escape them as any other text.
    """

    epochs: IntArray
    columns: Mapping[str, FloatArray]
    present: Mapping[str, BoolArray]
    learning_rate: str | None
    source: Source
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.epochs)

    @property
    def metrics(self) -> tuple[str, ...]:
        """The columns that a callback can monitor: all but the learning rate."""
        return tuple(name for name in self.columns if name != self.learning_rate)

    def curve(self, metric: str) -> Curves:
        """One metric, ready for a replay.

        Raises:
            ValueError: If there is no such column.
        """
        return Curves.of(self._column(metric), self.present[metric])

    def resolution(self, metric: str) -> float:
        """Half a step of the last digit that a metric was recorded with: less is lost in rounding.

        Returns:
            In the units of the metric; 0 where it was recorded in full.

        Raises:
            ValueError: If there is no such column.
        """
        values = self._column(metric)[self.present[metric]]
        digits = _digits(values[np.isfinite(values)])
        if self.source in ("run", "tensorboard") or digits is None:
            return 0.0
        if self.source == "console":
            digits = max(digits, _DIGITS_OF_CONSOLE)
        return 0.5 * 10.0**-digits

    @property
    def rates(self) -> FloatArray | None:
        """The learning rate of each epoch, shape (epochs,), NaN where unknown; None: not logged."""
        return None if self.learning_rate is None else self.columns[self.learning_rate]

    def with_learning_rate(self, column: str | None) -> Self:
        """The same curves, with the column that a person says is the learning rate.

        Raises:
            ValueError: If there is no such column.
        """
        if column is not None:
            self._column(column)
        return replace(self, learning_rate=column)

    def with_note(self, sentence: str) -> Self:
        """The same curves with one more note."""
        return replace(self, notes=(*self.notes, sentence))

    def first(self, epochs: int) -> Self:
        """The same curves, cut to their first epochs."""
        return replace(
            self,
            epochs=self.epochs[:epochs],
            columns={name: values[:epochs] for name, values in self.columns.items()},
            present={name: where[:epochs] for name, where in self.present.items()},
        )

    def _column(self, name: str) -> FloatArray:
        if name not in self.columns:
            raise ValueError(
                f"There is no column {name!r}: choose one of {', '.join(self.columns)}."
            )
        return self.columns[name]


def _digits(values: FloatArray) -> int | None:
    """Return how many digits behind the point hold all values; None for more than are written."""
    with np.errstate(over="ignore"):
        return next(
            (
                digits
                for digits in range(_MOST_DIGITS + 1)
                if np.array_equal(np.round(values, digits), values)
            ),
            None,
        )


def rate_column(names: Mapping[str, FloatArray]) -> str | None:
    """Tell which column is the learning rate, by the names that Keras and others give it.

    A column by itself is a metric, whatever its name.
    """
    if len(names) == 1:
        return None
    plain = {name: re.sub(r"[^a-z0-9]+", "_", name.lower()) for name in names}
    for wanted in _RATE_NAMES:
        for name, words in plain.items():
            if words == wanted:
                return name
    return next((name for name, words in plain.items() if words.startswith(_RATE_PREFIXES)), None)


def shown(text: str, most: int = 40) -> str:
    """Quote a piece of what was brought, cut to a length that fits a sentence."""
    return repr(text if len(text) <= most else text[: most - 1] + "…")
