"""Tables with a header: Keras's `CSVLogger` and any other."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from core.curves.numerals import NotANumber, has_decimal_comma, read_numbers, whole_epochs
from core.curves.recorded import (
    MAX_EPOCHS,
    MAX_VALUES,
    RecordedCurves,
    Source,
    UnreadableCurves,
    shown,
)
from core.curves.trainings import Readings, epochs_counted, refuse_too_many, trainings_of
from core.plateaus.arrays import BoolArray, FloatArray, IntArray

_SEPARATORS = (",", ";", "\t", "|")
_EPOCH_NAMES = ("epoch", "epochs", "step", "")


def read_table(
    text: str, *, separator: str | None = None, epoch: str | None = None
) -> tuple[RecordedCurves, ...]:
    """Read the trainings in a table whose first line names its columns.

    Columns that hold anything but numbers are left out, with a note. "NA", "None" and empty cells
    are missing values, "nan" is a value.

    Args:
        text: The table.
        separator: Between cells; None takes that of ",", ";", tab and "|" which is most frequent
            in the header.
        epoch: The column that counts epochs; None takes "epoch" or, where there is none, "step" or
            a first column without a name. Without any, each line is an epoch.

    Returns:
        At least one, in the order of the lines.

    Raises:
        UnreadableCurves: If it is no such table.
    """
    table = _parse(text, separator)
    columns, present = _numbers(table)
    counter = _counter(table.header, epoch)
    if counter is not None and not _counts(counter, columns, present):
        table.notes.append(
            f"The column {shown(counter)} does not count epochs in whole numbers: the lines were "
            "numbered in their order."
        )
        counter = None
    if counter != "":
        # Beside a column that counts epochs, the index that pandas writes counts lines.
        columns.pop("", None)
        present.pop("", None)
    source: Source = "csv_logger" if _is_from_csv_logger(table.header) else "table"
    if counter is None:
        epochs = table.order()
    else:
        epochs = _epochs(table, columns.pop(counter), source)
        del present[counter]
    if not columns:
        raise UnreadableCurves(
            "No column of this table holds numbers for a metric: name the columns in the first "
            "line, as in 'epoch,loss,val_loss', and give one line an epoch."
        )
    readings = Readings(epochs, np.array(table.lines, dtype=np.int64), columns, present)
    return trainings_of(readings, source=source, notes=table.notes)


@dataclass
class _Table:
    """Cells by line.

    Attributes:
        header: The columns' names.
        separator: Between cells.
        rows: The cells of each line.
        lines: The number of each of these lines.
        restarts: The indices of rows before which the header stands again.
        notes: What was left out or assumed.
    """

    header: list[str]
    separator: str
    rows: list[list[str]] = field(default_factory=list[list[str]])
    lines: list[int] = field(default_factory=list[int])
    restarts: list[int] = field(default_factory=list[int])
    notes: list[str] = field(default_factory=list[str])

    def order(self) -> IntArray:
        """Number the rows from 1, and again from 1 where the header stands again."""
        order = np.arange(1, len(self.rows) + 1)
        for restart in self.restarts:
            order[restart:] = np.arange(1, len(self.rows) - restart + 1)
        return order


def _parse(text: str, separator: str | None) -> _Table:
    lines = _lines(text, separator)
    first = next(lines, None)
    if first is None:
        raise UnreadableCurves("There is no line of text here: bring a table with a header.")
    line, header, separator = first
    table = _Table(_names(header, line), separator)
    refuse_too_many(0, len(header))
    cut_off = not text.endswith(("\n", "\r"))
    for line, cells, _ in lines:
        if cells == header:
            table.restarts.append(len(table.rows))
            continue
        if len(table.rows) == MAX_EPOCHS:
            raise UnreadableCurves(f"is one too many: at most {MAX_EPOCHS:,} are read.", line=line)
        if len(table.rows) * len(header) >= MAX_VALUES:
            raise UnreadableCurves(
                f"is one too many: at most {MAX_VALUES:,} values are read.", line=line
            )
        table.rows.append(cells)
        table.lines.append(line)
    _require_whole_rows(table, cut_off=cut_off)
    return table


def _lines(text: str, separator: str | None) -> Iterator[tuple[int, list[str], str]]:
    """Yield the number, the cells and the separator of each line that is not empty."""
    header = next((line for line in io.StringIO(text) if line.strip()), "")
    chosen = separator or _most_frequent_separator(header)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=chosen)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells, chosen
    except csv.Error as error:
        raise UnreadableCurves(
            f"is not part of a table ({error}): export it as a CSV file with one line an epoch.",
            line=reader.line_num,
        ) from None


def _most_frequent_separator(header: str) -> str:
    outside_quotes = re.sub(r'"[^"]*"', "", header)
    return max(_SEPARATORS, key=outside_quotes.count)


def _names(header: Sequence[str], line: int) -> list[str]:
    """Take the names of the columns, or refuse a line that is none."""
    names = [name.strip() for name in header]
    if not any(re.search(r"[^\W\d]", name) for name in names if not _is_number(name)):
        raise UnreadableCurves(
            f"must name the columns, got {shown(','.join(names))}: add a header such as "
            "'epoch,loss,val_loss'.",
            line=line,
        )
    # A first column without a name is the index that pandas writes.
    names = [name or (f"column {place}" if place else "") for place, name in enumerate(names)]
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if twice is not None:
        raise UnreadableCurves(
            f"names the column {shown(twice)} twice: give each column a name of its own.",
            line=line,
        )
    return names


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _require_whole_rows(table: _Table, *, cut_off: bool) -> None:
    """Refuse lines with more or fewer cells than the header; forgive the last if it is cut off."""
    width = len(table.header)
    if cut_off and table.rows and len(table.rows[-1]) < width:
        table.notes.append(f"Line {table.lines[-1]}, the last, is cut off and was left out.")
        del table.rows[-1], table.lines[-1]
    for line, cells in zip(table.lines, table.rows, strict=True):
        if len(cells) != width:
            raise UnreadableCurves(
                f"has {len(cells)} values where the header names {width} columns: give each "
                f"line as many, separated by {table.separator!r}.",
                line=line,
            )
    if not table.rows:
        raise UnreadableCurves(
            "There is no line with values after the header: give one line an epoch."
        )


def _numbers(table: _Table) -> tuple[dict[str, FloatArray], dict[str, BoolArray]]:
    """Read the columns of numbers; those of text are left out and noted."""
    columns: dict[str, FloatArray] = {}
    present: dict[str, BoolArray] = {}
    comma = table.separator != ","
    commas_met = False
    for name, cells in zip(table.header, zip(*table.rows, strict=True), strict=True):
        try:
            columns[name], present[name] = read_numbers(cells, decimal_comma=comma)
        except NotANumber as error:
            table.notes.append(
                f"The column {shown(name)} was left out: line {table.lines[error.index]} holds "
                f"{shown(error.text)}, which is not a number."
            )
            continue
        commas_met = commas_met or (comma and has_decimal_comma(cells))
    if commas_met:
        table.notes.append("Commas inside numbers were read as decimal points.")
    return columns, present


def _counter(header: Sequence[str], epoch: str | None) -> str | None:
    """Tell which column counts epochs.

    Raises:
        UnreadableCurves: If a person named one that is not there.
    """
    if epoch is not None:
        if epoch not in header:
            raise UnreadableCurves(
                f"There is no column {shown(epoch)} to count epochs: choose one of "
                f"{', '.join(shown(name) for name in header[:8])}."
            )
        return epoch
    lowered = {name.lower(): name for name in reversed(header)}
    return next((lowered[name] for name in _EPOCH_NAMES if name in lowered), None)


def _counts(
    counter: str, columns: Mapping[str, FloatArray], present: Mapping[str, BoolArray]
) -> bool:
    return counter in columns and whole_epochs(columns[counter], present[counter])


def _epochs(table: _Table, counter: FloatArray, source: Source) -> IntArray:
    first = int(counter.min())
    if first > 1 and source == "csv_logger":
        table.notes.append(
            f"The first epoch, {first} in the file, is shown as {first + 1}: CSVLogger counts "
            "from 0."
        )
        return epochs_counted(counter, from_zero=True)
    return epochs_counted(counter, from_zero=first == 0)


def _is_from_csv_logger(header: Sequence[str]) -> bool:
    """Whether the columns stand as `CSVLogger` writes them: "epoch", then sorted names.

    Without validation in the first epoch it adds the same names with "val_" in front.
    Source: `CSVLogger.on_epoch_end`, Keras 3.15.
    """
    if not header or header[0] != "epoch" or "loss" not in header:
        return False
    names = list(header[1:])
    half = len(names) // 2
    added = names[half:] == [f"val_{name}" for name in names[:half]]
    return names == sorted(names) or (added and names[:half] == sorted(names[:half]))
