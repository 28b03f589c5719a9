"""From what was logged, one reading after the other, to the trainings it belongs to.

A file may hold more than one training, one after the other, and a training that went on from a
backup logs some epochs twice. Both show in the epochs' numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.curves.recorded import (
    MAX_COLUMNS,
    MAX_EPOCHS,
    MAX_TRAININGS,
    RecordedCurves,
    Source,
    UnreadableCurves,
    rate_column,
    shown,
)
from core.plateaus.arrays import BoolArray, FloatArray, IntArray

_NAMED = 8


@dataclass(frozen=True, eq=False)
class Readings:
    """Rows in the order in which they were logged.

    Attributes:
        epochs: Each row's epoch as Keras prints it, from 1, shape (rows,).
        lines: Each row's line in the text, from 1, shape (rows,); 0 where there are no lines.
        columns: Each metric, shape (rows,), NaN where a row lacks it.
        present: Where a row has the metric, shape (rows,).
    """

    epochs: IntArray
    lines: IntArray
    columns: Mapping[str, FloatArray]
    present: Mapping[str, BoolArray]

    @classmethod
    def of_rows(
        cls,
        rows: Sequence[Mapping[str, float]],
        *,
        epochs: Sequence[int],
        lines: Sequence[int] | None = None,
    ) -> "Readings":
        """Lay out rows that name their values.

        Raises:
            UnreadableCurves: If there are more rows or metrics than are read.
        """
        names = list(dict.fromkeys(name for row in rows for name in row))
        refuse_too_many(len(rows), len(names))
        columns = {name: np.full(len(rows), np.nan) for name in names}
        present = {name: np.zeros(len(rows), dtype=np.bool_) for name in names}
        for index, row in enumerate(rows):
            for name, value in row.items():
                columns[name][index] = value
                present[name][index] = True
        return cls(
            epochs=np.array(epochs, dtype=np.int64),
            lines=np.array(lines or [0] * len(rows), dtype=np.int64),
            columns=columns,
            present=present,
        )

    def part(self, rows: slice | BoolArray) -> "Readings":
        """Some of the rows."""
        return Readings(
            epochs=self.epochs[rows],
            lines=self.lines[rows],
            columns={name: values[rows] for name, values in self.columns.items()},
            present={name: where[rows] for name, where in self.present.items()},
        )


def refuse_too_many(epochs: int, columns: int) -> None:
    """Keep what is read within bounds.

    Raises:
        UnreadableCurves: If it is not.
    """
    if epochs > MAX_EPOCHS:
        raise UnreadableCurves(
            f"At most {MAX_EPOCHS:,} epochs are read, and this holds {epochs:,}: "
            "bring one value an epoch, or a part of the training."
        )
    if columns > MAX_COLUMNS:
        raise UnreadableCurves(
            f"At most {MAX_COLUMNS} metrics are read, and this holds {columns:,}: "
            "leave out those that no callback watches."
        )


def numbered(readings: Readings) -> Readings:
    """Number the rows one after the other, where the epochs that they name are all the same.

    So it is after `fit(epochs=1)` in a loop: every row says epoch 0, and every row is an epoch.
    """
    alike = (readings.epochs == readings.epochs[0]).all()
    overlap = any(where.sum() > 1 for where in readings.present.values())
    if not (alike and overlap):
        return readings
    return Readings(
        epochs=np.arange(1, len(readings.epochs) + 1),
        lines=readings.lines,
        columns=readings.columns,
        present=readings.present,
    )


def trainings_of(
    readings: Readings, *, source: Source, notes: Sequence[str] = ()
) -> tuple[RecordedCurves, ...]:
    """Give each training its curves, one value an epoch.

    A training ends where the count falls back to its first epoch or below. Where it falls back to
    a later one, training went on from a backup: the epochs from there on replace those before.
    Rows of one epoch are put together; of two values of one metric the later counts.

    Args:
        readings: With at least one row.
        source: Where they come from.
        notes: What is to be said of all of them.

    Returns:
        In the order in which they were logged, at least one.

    Raises:
        UnreadableCurves: If no row has a value.
    """
    if not any(where.any() for where in readings.present.values()):
        raise UnreadableCurves(
            "No epoch here has a number for any metric: bring the curves of a training that "
            "finished an epoch."
        )
    ordered = numbered(readings)
    runs = _runs(ordered.epochs)
    if len(runs) > MAX_TRAININGS:
        raise UnreadableCurves(
            f"At most {MAX_TRAININGS} trainings are read, and the epochs here start again "
            f"{len(runs) - 1:,} times: bring a table whose epochs rise."
        )
    parts = [ordered.part(rows) for rows in runs]
    return tuple(
        _training(part, source, notes)
        for part in parts
        if any(where.any() for where in part.present.values())
    )


def _runs(epochs: IntArray) -> list[slice]:
    """Where each training lies among the rows."""
    starts = [0]
    for row in range(1, len(epochs)):
        if epochs[row] < epochs[row - 1] and epochs[row] <= epochs[starts[-1]]:
            starts.append(row)
    return [slice(*ends) for ends in zip(starts, [*starts[1:], len(epochs)], strict=True)]


def _training(readings: Readings, source: Source, notes: Sequence[str]) -> RecordedCurves:
    kept = _not_replaced(readings.epochs)
    said = [*notes, *_replaced_notes(readings, kept)]
    rows = readings.part(kept)
    epochs, place = np.unique(rows.epochs, return_inverse=True)
    said += _gap_notes(epochs)
    columns: dict[str, FloatArray] = {}
    present: dict[str, BoolArray] = {}
    for name, where in rows.present.items():
        if where.any():
            columns[name] = np.full(len(epochs), np.nan)
            # Of several values for one place, NumPy keeps the last.
            columns[name][place[where]] = rows.columns[name][where]
            present[name] = np.zeros(len(epochs), dtype=np.bool_)
            present[name][place[where]] = True
    said += _empty_notes([name for name in rows.columns if name not in columns])
    return RecordedCurves(epochs, columns, present, rate_column(columns), source, tuple(said))


def _not_replaced(epochs: IntArray) -> BoolArray:
    """Which rows no later step back takes the place of, shape (rows,)."""
    kept = np.ones(len(epochs), dtype=np.bool_)
    replaced_from = np.iinfo(np.int64).max
    for row in range(len(epochs) - 1, -1, -1):
        kept[row] = epochs[row] < replaced_from
        if row and epochs[row] < epochs[row - 1]:
            replaced_from = min(replaced_from, int(epochs[row]))
    return kept


def _replaced_notes(readings: Readings, kept: BoolArray) -> list[str]:
    if kept.all():
        return []
    back = 1 + int(np.flatnonzero(np.diff(readings.epochs) < 0)[-1])
    line = f" in line {readings.lines[back]}" if readings.lines[back] else ""
    epoch = readings.epochs[back]
    sentence = (
        f"The training goes back to epoch {epoch}{line}, as after a backup: the epochs logged from "
        "there on replace those logged before."
    )
    return [sentence]


def _gap_notes(epochs: IntArray) -> list[str]:
    steps = np.diff(epochs)
    if (steps == 1).all():
        return []
    gap = int((steps != 1).argmax())
    before, after = epochs[gap], epochs[gap + 1]
    return [f"Epoch {before} is followed by {after}: a replay cannot count what lies between."]


def _empty_notes(names: Sequence[str]) -> list[str]:
    if not names:
        return []
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    listed = ", ".join(shown(name) for name in names[:_NAMED])
    return [f"Left out, since they hold no value: {listed}{more}."]


def epochs_counted(values: FloatArray, *, from_zero: bool) -> IntArray:
    """Whole numbers as epochs that count from 1.

    Args:
        values: As logged, shape (rows,).
        from_zero: Whether the first epoch of a training is 0 there.
    """
    return values.astype(np.int64) + (1 if from_zero else 0)
