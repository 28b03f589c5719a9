"""The strip of cells that fill while a callback waits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from core.charts.history import History, state_of
from core.charts.palette import Palette
from core.specs.callbacks import EarlyStopping, ReduceLROnPlateau
from core.specs.run import RunSpec

_HEIGHT = 0.84
# Gaps between cells of a few pixels would only shimmer.
_WITH_GAPS, _WIDTH_WITH_GAPS = 60, 0.9
_NUMBER_PX = 12
UNIFORM_TEXT = {"mode": "hide", "minsize": 8}
"""`layout.uniformtext` for the numbers in the cells."""


@dataclass(frozen=True)
class CellRow:
    """One row of cells, a cell an epoch.

    Attributes:
        label: What stands beside it.
        kind: The callback that counts.
        counter: The name of its count in `Epoch.callbacks`.
        full: The count that fills a cell; >= 1.
        acts: Whether a full cell means that the callback acted.
    """

    label: str
    kind: str
    counter: str
    full: int
    acts: bool


def cell_rows(spec: RunSpec) -> list[CellRow]:
    """Return the rows that a run's callbacks call for, from the top."""
    rows: list[CellRow] = []
    for callback in spec.callbacks:
        if isinstance(callback, ReduceLROnPlateau):
            full = max(1, callback.patience)
            rows.append(CellRow("LR wait", callback.kind, "wait", full, acts=True))
            if callback.cooldown:
                rows.append(
                    CellRow("cooldown", callback.kind, "cooldown_counter", callback.cooldown, False)
                )
        elif isinstance(callback, EarlyStopping):
            full = max(1, callback.patience)
            rows.append(CellRow("stop wait", callback.kind, "wait", full, acts=True))
    return rows


@dataclass(frozen=True)
class Cell:
    """One filled cell.

    Attributes:
        epoch: Counted from 1.
        floor: Its lower edge, in rows.
        share: How far it is filled, from 0 to 1.
        number: The count it stands for.
        acted: The kind of the callback if it acted in this epoch, else "".
    """

    epoch: int
    floor: float
    share: float
    number: int
    acted: str


def cell_traces(history: History, axis: str, colours: Palette) -> list[dict[str, Any]]:
    """Return an empty cell for every planned epoch, what fills them, and the numbers.

    Args:
        history: The run so far.
        axis: The id of the strip's vertical axis, with one unit a row.
        colours: Of the page.
    """
    rows = cell_rows(history.run.spec)
    if not rows:
        return []
    many = history.planned > _WITH_GAPS
    shape = {"yaxis": axis, "width": 1 if many else _WIDTH_WITH_GAPS}
    cells = list(_cells(history, rows))
    traces = [_track(shape, rows, history.planned, colours)]
    # A trace for each pair of colours: a colour for each cell would take three times the room.
    for acted, (colour, ink) in _colours(colours).items():
        if alike := [cell for cell in cells if cell.acted == acted]:
            traces += _filled(shape, alike, colour, ink)
    return traces


def strip_axis(spec: RunSpec) -> dict[str, Any]:
    """Return the ticks that name the rows of cells, one unit a row from the bottom."""
    rows = cell_rows(spec)
    return {
        "range": [0, len(rows)],
        "tickvals": [floor + _HEIGHT / 2 for floor in _floors(rows)],
        "ticktext": [row.label for row in rows],
        "showgrid": False,
    }


def _floors(rows: list[CellRow]) -> list[float]:
    # The first row is the highest.
    return [round(len(rows) - 1 - index + (1 - _HEIGHT) / 2, 3) for index in range(len(rows))]


def _cells(history: History, rows: list[CellRow]) -> Iterator[Cell]:
    for row, floor in zip(rows, _floors(rows), strict=True):
        for epoch in history.epochs:
            state = state_of(epoch, row.kind) or {}
            count = int(state.get(row.counter) or 0)
            if count > 0:
                acted = row.kind if row.acts and state["fired"] else ""
                yield Cell(epoch.epoch + 1, floor, min(1.0, count / row.full), count, acted)


def _colours(colours: Palette) -> dict[str, tuple[str, str]]:
    """Return the colours of a cell and of its number, by the callback that acted in it."""
    return {
        "": (colours.waiting, colours.ink),
        "ReduceLROnPlateau": (colours.reduction, colours.on_reduction),
        "EarlyStopping": (colours.ink, colours.paper),
    }


def _track(
    shape: dict[str, Any], rows: list[CellRow], planned: int, colours: Palette
) -> dict[str, Any]:
    """Return an empty cell for every epoch that is planned, or one long one without gaps."""
    if planned > _WITH_GAPS:
        epochs, shape = [(planned + 1) / 2], shape | {"width": planned}
    else:
        epochs = list(range(1, planned + 1))
    floors = [floor for floor in _floors(rows) for _ in epochs]
    heights = [_HEIGHT] * len(floors)
    return _bars(shape, epochs * len(rows), floors, heights, colours.cell)


def _filled(
    shape: dict[str, Any], cells: list[Cell], colour: str, ink: str
) -> list[dict[str, Any]]:
    """Return what fills the cells, and bars that cannot be seen but hold the numbers.

    Plotly shrinks a bar's text to its width, and `layout.uniformtext` hides what would
    be too small to read: many epochs, or a narrow screen.
    """
    epochs, floors = [cell.epoch for cell in cells], [cell.floor for cell in cells]
    heights = [round(cell.share * _HEIGHT, 3) for cell in cells]
    filling = _bars(shape, epochs, floors, heights, colour)
    unseen = _bars(shape, epochs, floors, [_HEIGHT] * len(cells), "rgba(0,0,0,0)")
    numbers = {
        "text": [str(cell.number) for cell in cells],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "textfont": {"size": _NUMBER_PX, "color": ink},
    }
    return [filling, unseen | numbers]


def _bars(
    shape: dict[str, Any],
    epochs: Sequence[float],
    floors: list[float],
    heights: list[float],
    colour: str,
) -> dict[str, Any]:
    return {
        "type": "bar",
        "x": epochs,
        "y": heights,
        "base": floors,
        "marker": {"color": colour, "line": {"width": 0}},
        "hoverinfo": "skip",
        "showlegend": False,
        **shape,
    }
