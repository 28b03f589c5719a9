"""`History.history`, as JSON or as Python prints it."""

import json
import re
from typing import Any, cast

import numpy as np

from core.curves.numerals import NotANumber, read_numbers, whole_epochs
from core.curves.recorded import MAX_VALUES, RecordedCurves, UnreadableCurves, shown
from core.curves.trainings import Readings, epochs_counted, refuse_too_many, trainings_of
from core.plateaus.arrays import BoolArray, FloatArray, IntArray

# More brackets than any history has; parsed, an empty list takes thirty times its text's memory.
_MAX_BRACKETS = 10_000

# Rewritten as JSON, it takes three seconds a megabyte at worst.
_MAX_PYTHON = 2 * 1024 * 1024

_ASSIGNMENT = re.compile(r"\s*[A-Za-z_][\w.]{0,80}[ \t]*=[ \t]*(?=\{)")

# What Python and NumPy print that JSON does not know. Strings come first, so that nothing inside
# them is taken for anything else.
_PYTHON = re.compile(
    r"""
    (?P<json_string> "(?:[^"\\\n]|\\.)*" )
    | '(?P<string> (?:[^'\\\n]|\\.)* )'
    | (?P<opening> \b (?:np\.|numpy\.)? (?:float\d+|int\d+|array) \( )
    | (?P<closing> (?:,\s*dtype=[\w.]+)? \) )
    | (?P<comma> , (?=\s*[\]}]) )
    | (?P<point> (?<=\d)\. (?![\deE]) )
    | (?P<nan> \b nan \b )
    | (?P<inf> \b inf \b )
    | (?P<none> \b None \b )
    """,
    re.VERBOSE,
)
_IN_JSON = {"opening": "", "closing": "", "comma": "", "point": ".0", "nan": "NaN"} | {
    "inf": "Infinity",
    "none": "null",
}


def is_history(text: str) -> bool:
    """Whether a text opens like a dict."""
    return text.lstrip().startswith("{") or _ASSIGNMENT.match(text) is not None


def read_history(text: str) -> tuple[RecordedCurves, ...]:
    """Read a dict of lists, one list a metric.

    Nothing is evaluated: what Python prints is rewritten as JSON, and that is parsed. A dict with
    the key "history" stands for what it holds there, and a metric may be a dict by the number of
    the row, as pandas writes it.

    Args:
        text: Such as '{"loss": [0.9, NaN]}' or "{'loss': [np.float64(0.9), nan]}".

    Returns:
        One training.

    Raises:
        UnreadableCurves: If it is no such dict.
    """
    notes: list[str] = []
    columns, present = _columns(_metrics(_parse(text)), notes)
    length = max(map(len, columns.values()), default=0)
    refuse_too_many(length, len(columns))
    if not length:
        raise UnreadableCurves(
            "This dict holds no list of numbers: give one list a metric, as in "
            '{"loss": [0.9, 0.7], "val_loss": [1.0, 0.8]}.'
        )
    epochs = _take_epochs(columns, present, length)
    short = [name for name, values in columns.items() if len(values) < length]
    notes += [_spread(name, columns, present, length) for name in short]
    readings = Readings(epochs, np.zeros(length, dtype=np.int64), columns, present)
    return trainings_of(readings, source="history", notes=notes)


def _columns(
    metrics: dict[str, Any], notes: list[str]
) -> tuple[dict[str, FloatArray], dict[str, BoolArray]]:
    """Read the lists of numbers; note what else there is."""
    columns: dict[str, FloatArray] = {}
    present: dict[str, BoolArray] = {}
    for name, values in metrics.items():
        try:
            columns[name], present[name] = _column(values)
        except NotANumber as error:
            notes.append(
                f"{shown(name)} was left out: its value {error.index + 1} is "
                f"{shown(error.text)}, which is not a number."
            )
    return columns, present


def _take_epochs(
    columns: dict[str, FloatArray], present: dict[str, BoolArray], length: int
) -> IntArray:
    """The epochs' numbers: a list of that name if it counts them, or else the order."""
    counter, counted = columns.get("epoch"), present.get("epoch")
    if counter is None or counted is None or len(counter) < length or len(columns) == 1:
        return np.arange(1, length + 1)
    del columns["epoch"], present["epoch"]
    if not whole_epochs(counter, counted):
        return np.arange(1, length + 1)
    return epochs_counted(counter, from_zero=counter.min() == 0)


def _parse(text: str) -> Any:
    if text.count("[") + text.count("{") > _MAX_BRACKETS:
        raise UnreadableCurves(
            f"This holds more than {_MAX_BRACKETS:,} brackets, and `History.history` is one dict "
            "with one list a metric: bring that alone."
        )
    if text.count(",") > MAX_VALUES:
        raise UnreadableCurves(
            f"At most {MAX_VALUES:,} values are read, and this holds more: leave out the metrics "
            "that no callback watches."
        )
    bare = text[match.end() :] if (match := _ASSIGNMENT.match(text)) else text
    skipped = text.count("\n", 0, len(text) - len(bare))
    try:
        return _loads(bare)
    except ValueError:
        if len(bare) > _MAX_PYTHON:
            raise UnreadableCurves(
                f"This is not JSON, and what Python prints is read up to {_MAX_PYTHON:,} "
                "characters: write it with `json.dump(history.history, file)`."
            ) from None
    try:
        return _loads(_PYTHON.sub(_as_json, bare))
    except json.JSONDecodeError as error:
        raise UnreadableCurves(
            f"cannot be read as a dict of lists ({error.msg}): write it with "
            "`json.dump(history.history, file)`.",
            line=error.lineno + skipped,
        ) from None
    except ValueError:  # a whole number with thousands of digits
        raise UnreadableCurves(
            "This holds a number that is too long to be a metric: write the dict with "
            "`json.dump(history.history, file)`."
        ) from None


def _loads(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise json.JSONDecodeError("nested too deep", text, 0) from None


def _as_json(match: re.Match[str]) -> str:
    kind = match.lastgroup or ""
    if kind == "string":
        return json.dumps(match["string"].replace("\\'", "'"))
    return _IN_JSON.get(kind, match[0])


def _metrics(parsed: Any) -> dict[str, Any]:
    """The dict that names the metrics."""
    if isinstance(parsed, dict):
        metrics = cast("dict[str, Any]", parsed)
        inner = metrics.get("history")
        return cast("dict[str, Any]", inner) if isinstance(inner, dict) else metrics
    raise UnreadableCurves(
        "This is not a dict that names its metrics: give one list a metric, as in "
        '{"loss": [0.9, 0.7], "val_loss": [1.0, 0.8]}.'
    )


def _column(values: Any) -> tuple[FloatArray, BoolArray]:
    if isinstance(values, dict):
        values = list(cast("dict[str, Any]", values).values())
    if not isinstance(values, list):
        raise NotANumber(0, str(values)[:80])
    cells = cast("list[Any]", values)
    if all(type(value) is float for value in cells):
        return np.array(cells, dtype=np.float64), np.ones(len(cells), dtype=np.bool_)
    return read_numbers([_cell(index, value) for index, value in enumerate(cells)])


def _cell(index: int, value: Any) -> str:
    """A value as the text of a cell, which may be what it is already."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotANumber(index, str(value)[:80])
    return repr(value)


def _spread(
    name: str, columns: dict[str, FloatArray], present: dict[str, BoolArray], length: int
) -> str:
    """Give a shorter list its places among all epochs, or drop it; return the note that says so.

    With `validation_freq=n`, Keras logs validation in every n-th epoch, and the list is that much
    shorter. Of a list that two values of n make as short, nothing says which.
    """
    values, where = columns[name], present[name]
    every = length // max(1, len(values))
    fits = bool(len(values)) and length // every == len(values)
    if not fits or length // max(1, every - 1) == len(values):
        del columns[name], present[name]
        return (
            f"{shown(name)} was left out: its list has the length {len(values)}, there are "
            f"{length} epochs, and nothing says which these are."
        )
    columns[name], present[name] = np.full(length, np.nan), np.zeros(length, dtype=np.bool_)
    columns[name][every - 1 :: every], present[name][every - 1 :: every] = values, where
    return (
        f"The list of {shown(name)} has the length {len(values)} and there are {length} epochs: "
        f"its values were placed in every epoch that is a multiple of {every}, as "
        f"`validation_freq={every}` logs them."
    )
