"""Values of a parameter, and lists of settings, as a person writes them."""

import csv
import json
import math
import re
from collections.abc import Sequence
from typing import Any

MOST_VALUES = 50
"""The most values that one line of text may hold."""

_NUMBER = r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)"
_RANGE = re.compile(
    rf"{_NUMBER}\s+to\s+{_NUMBER}(?:\s+(step|count)\s+{_NUMBER}(\s+log)?)?", re.IGNORECASE
)
_WORDS = {"true": True, "false": False, "none": None}
_DIGITS = 12


def read_values(text: str) -> tuple[Any, ...]:
    """Return the values in a text, each once, in its order.

    Numbers, `true`, `false`, `none` and words stand between commas. A range is
    "2 to 6", "2 to 6 step 2", "0.1 to 0.5 count 3" or, with equal ratios, "1e-5 to 1e-2 count 4
    log"; its end is among its values if a step lands on it.

    Raises:
        ValueError: With a sentence, if there is none, or a range cannot be counted out.
    """
    parts = [part.strip() for part in text.split(",")]
    values = [value for part in parts if part for value in _part(part)]
    if not values:
        raise ValueError("No value is given. Write some with commas between: 2, 3, 4.")
    # By their texts: 1 and True are equal, and so are 1 and 1.0, which is one value.
    once = list({_key(value): value for value in values}.values())
    if len(once) > MOST_VALUES:
        raise ValueError(
            f"A parameter may take {MOST_VALUES} values at most, got {len(once)}. "
            "Take a larger step, or a smaller count."
        )
    return tuple(once)


def write_values(values: Sequence[Any]) -> str:
    """Return a text that `read_values` reads back."""
    return ", ".join(write_value(value) for value in values)


def write_value(value: Any) -> str:
    """Return a value as `read_values` takes it."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return f"{value:.{_DIGITS}g}"
    return "none" if value is None else json.dumps(value)


def read_list(text: str) -> tuple[tuple[str, ...], tuple[tuple[Any, ...], ...]]:
    """Return the names in the first line of a pasted list, and the values of each other line.

    Commas, semicolons or tabs stand between them, as spreadsheets write them.

    Raises:
        ValueError: With a sentence on the first line that is wrong.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 2:  # noqa: PLR2004 - names, and a setting
        raise ValueError(
            "A list needs the names of its parameters in the first line and a setting in each "
            "line below, got "
            f"{len(lines)} {'line' if len(lines) == 1 else 'lines'}. "
            "Write patience, factor and below it 2, 0.1."
        )
    rows = list(csv.reader(lines, delimiter=_separator(lines[0]), skipinitialspace=True))
    names = tuple(name.strip() for name in rows[0])
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(names):
            raise ValueError(
                f"Line {number} must have {len(names)} values, one for each name in the first "
                f"line, got {len(row)}: {lines[number - 1].strip()!r}."
            )
    settings = [tuple(_value(cell.strip()) for cell in row) for row in rows[1:]]
    return names, tuple({tuple(map(_key, one)): one for one in settings}.values())


def write_list(names: Sequence[str], settings: Sequence[Sequence[Any]]) -> str:
    """Return a text that `read_list` reads back."""
    return "\n".join([", ".join(names), *(write_values(setting) for setting in settings)])


def _separator(line: str) -> str:
    return next((mark for mark in ("\t", ";") if mark in line), ",")


def _part(text: str) -> list[Any]:
    found = _RANGE.fullmatch(text)
    return [_value(text)] if found is None else [_tidy(value) for value in _range(found)]


def _range(found: re.Match[str]) -> list[float]:
    text, (first, last, kind, amount, log) = found.string, found.groups()
    start, stop = float(first), float(last)
    if not all(map(math.isfinite, (start, stop, float(amount or 1)))):
        raise ValueError(
            f"The numbers of a range must be finite, got {text!r}. Write 2 to 6 step 2."
        )
    if kind and kind.lower() == "count":
        return _counted(text, start, stop, float(amount), log is not None)
    if log:
        raise ValueError(
            f"Equal ratios need a count, got {text!r}. Write 1e-5 to 1e-2 count 4 log."
        )
    step = float(amount or 1)
    if step <= 0 or stop < start:
        raise ValueError(
            f"A range must rise by a step greater than 0, got {text!r}. Write 2 to 6 step 2."
        )
    # Rounding must not lose the end: 0.1 to 0.3 step 0.1 has three values.
    steps = (stop - start) / step + 1e-9
    if steps >= MOST_VALUES:
        got = math.floor(steps) + 1 if math.isfinite(steps) else "more than can be counted"
        raise ValueError(
            f"A range may have {MOST_VALUES} values at most, got {got} in {text!r}. "
            "Take a larger step."
        )
    return [start + index * step for index in range(math.floor(steps) + 1)]


def _counted(text: str, start: float, stop: float, count: float, log: bool) -> list[float]:
    if not count.is_integer() or not 2 <= count <= MOST_VALUES:  # noqa: PLR2004 - both ends
        raise ValueError(
            f"The count of a range must be a whole number from 2 to {MOST_VALUES}, got {text!r}. "
            "Write 0.1 to 0.5 count 3."
        )
    shares = [index / (count - 1) for index in range(int(count))]
    if not log:
        return [start + share * (stop - start) for share in shares]
    if start <= 0 or stop <= 0:
        raise ValueError(
            f"Equal ratios need ends greater than 0, got {text!r}. Write 1e-5 to 1e-2 count 4 log."
        )
    return [start * (stop / start) ** share for share in shares]


def _value(text: str) -> Any:
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if re.fullmatch(_NUMBER, text, re.IGNORECASE):
        return int(text) if re.fullmatch(r"[+-]?\d+", text) else float(text)
    return text.strip("'\"")


def _tidy(value: float) -> int | float:
    """Return what a person would have written: 3 for 3.0, 0.3 for 0.30000000000000004."""
    rounded = float(f"{value:.{_DIGITS}g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < 1e15 else rounded  # noqa: PLR2004


def _key(value: Any) -> tuple[str, Any]:
    kind = "number" if isinstance(value, int | float) and not isinstance(value, bool) else "other"
    return kind, value
