"""Each run in one row: its plateau, its reductions, its best and its last value."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from core.charts.compare.differences import differing_settings, short_names
from core.charts.compare.lines import Line, best_index, lowered_before, values_of
from core.charts.history import History
from core.plateaus.arrays import FloatArray
from core.plateaus.directions import likely_direction
from core.plateaus.plateau import Plateau, find_plateau

_NEAR_BEST = 0.01
# A spreadsheet takes a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

COLUMNS = {
    "run": "The run's name.",
    "line": "The line of the chart it belongs to.",
    "seed": "What draws its first weights and the order of its scans.",
    "best": "The best value of any epoch.",
    "final": "The value of the last epoch.",
    "gap": "Generalisation gap in the last epoch: by how much the metric is worse on the "
    "validation scans than in training. Keras takes the training's while it learns, with dropout "
    "on, so a small gap may be below 0.",
    "plateau from": "The first epoch of the plateau the curve ends with: behind it, nothing "
    "improves by more than chance. Empty where it still improves, or has too few epochs to tell.",
    "plateau epochs": "How long that plateau is.",
    "reductions": "How often the learning rate was lowered, by whichever callback.",
    "within 1 % of best": "Epochs until the value was first within 1 % of the run's best.",
    "best at": "The epoch of the best value, the first of equals.",
    "epochs": "Epochs finished.",
    "seconds": "Of all epochs together, validation included.",
    "status": "Where the run stands.",
}
"""What each column of `rows_of` holds; settings that differ stand between them."""


def rows_of(lines: Sequence[Line], metric: str) -> list[dict[str, Any]]:
    """Return a row for each run: texts, and numbers that sort; None where there is nothing to say.

    Epochs count from 1. The settings in which the runs differ stand behind the seed, and the line
    a run belongs to behind its name, where lines hold several.

    Args:
        lines: The lines of the chart.
        metric: What plateau, best, final and gap are about.
    """
    histories = [history for line in lines for history in line.histories]
    settings = _settings(histories)
    grouped = any(line.n > 1 for line in lines)
    names = [line.name if grouped else None for line in lines for _ in line.histories]
    rows = zip(histories, names, settings, strict=True)
    return [_row(history, name, own, metric) for history, name, own in rows]


def table_csv(rows: Sequence[dict[str, Any]]) -> str:
    """Return the rows as CSV with a header.

    A text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    text = io.StringIO()
    names = list(rows[0]) if rows else []
    # A carriage return in a text is left bare otherwise, and ends the row for some readers.
    writer = csv.DictWriter(text, names, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writeheader()
    writer.writerows({name: cell_text(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def best_of(history: History, metric: str) -> float | None:
    """Return the best value of a run; None without a finite one."""
    values = values_of(history, metric)
    best = best_index(values, metric)
    return None if best is None else float(values[best])


def _settings(histories: Sequence[History]) -> list[dict[str, Any]]:
    differences = differing_settings([history.run.spec for history in histories])
    differences = [one for one in differences if one.setting != "training.seed"]
    full = [difference.setting for difference in differences]
    # A setting called as a column, such as "epochs", stands there by its full name.
    names = [
        name if short in COLUMNS else short
        for short, name in zip(short_names(full), full, strict=True)
    ]
    return [
        {name: one.value(index) for name, one in zip(names, differences, strict=True)}
        for index in range(len(histories))
    ]


def _row(
    history: History, line: str | None, settings: dict[str, Any], metric: str
) -> dict[str, Any]:
    run, values = history.run, values_of(history, metric)
    best = best_index(values, metric)
    plateau = find_plateau(values, mode=likely_direction(metric)) if len(values) else None
    return {
        "run": run.name,
        **({} if line is None else {"line": line}),
        "seed": run.spec.training.seed,
        **settings,
        "best": None if best is None else float(values[best]),
        "final": _number(values[-1]) if len(values) else None,
        "gap": _gap(history, metric),
        "plateau from": _plateau_start(history, plateau),
        "plateau epochs": plateau.epochs if plateau and plateau.start is not None else None,
        "reductions": len(lowered_before(history)),
        "within 1 % of best": _epochs_to_best(values, best, metric),
        "best at": None if best is None else history.shown[best],
        "epochs": len(values),
        "seconds": round(sum(epoch.seconds for epoch in history.epochs), 1),
        "status": str(run.status),
    }


def _plateau_start(history: History, plateau: Plateau | None) -> int | None:
    return None if plateau is None or plateau.start is None else history.shown[plateau.start]


def _epochs_to_best(values: FloatArray, best: int | None, metric: str) -> int | None:
    """Count the epochs up to the first whose value is within 1 % of the best."""
    if best is None:
        return None
    room = _NEAR_BEST * abs(values[best])
    near = values >= values[best] - room
    if likely_direction(metric) == "min":
        near = values <= values[best] + room
    return int(np.flatnonzero(near)[0]) + 1


def _gap(history: History, metric: str) -> float | None:
    """Return by how much the last epoch's metric is worse on the validation scans."""
    if not history.epochs:
        return None
    name, logs = metric.removeprefix("val_"), history.epochs[-1].logs
    worse = logs.get(f"val_{name}", np.nan) - logs.get(name, np.nan)
    return _number(-worse if likely_direction(metric) == "max" else worse)


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def cell_text(value: Any) -> Any:
    """Return a value as a spreadsheet may take it: no text of it is a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
