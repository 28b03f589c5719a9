"""Cells below the curve, a row for each setting: they fill while it waits, and cool down."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from core.charts.cells import UNIFORM_TEXT
from core.charts.palette import mixed
from core.charts.replay.view import AXES, ReplayView
from core.plateaus.what_if import Replayed

__all__ = ["UNIFORM_TEXT", "strip_axis", "strip_traces"]

_HEIGHT = 0.82
_NUMBER_PX = 12
_TINT, _UNKNOWN = 0.35, 0.3
_WITH_GAPS, _WIDTH_WITH_GAPS = 60, 0.9


@dataclass(frozen=True)
class _Cell:
    """One filled cell.

    Attributes:
        epoch: Counted from 1.
        floor: Its lower edge, in rows.
        share: How far it is filled, from 0 to 1.
        text: The count it stands for.
        colour: Of the filling.
        ink: Of the text.
        cooling: Whether it counts a cooldown, and is hatched.
    """

    epoch: int
    floor: float
    share: float
    text: str
    colour: str
    ink: str
    cooling: bool = False


def strip_traces(view: ReplayView) -> list[dict[str, Any]]:
    """Return an empty cell for each epoch and setting, what fills them, and the counts."""
    if not view.replays:
        return []
    cells = [
        cell
        for floor, one in zip(_floors(view), view.replays, strict=True)
        for cell in _cells(view, one, floor)
    ]
    return [_track(view), *(_filled(view, cells) if cells else [])]


def strip_axis(view: ReplayView) -> dict[str, Any]:
    """Return the ticks that name the rows, one unit a row from the bottom."""
    return {
        "range": [0, len(view.replays)],
        "tickvals": [floor + _HEIGHT / 2 for floor in _floors(view)],
        "ticktext": [f"<b>{one.setting.name}</b>" for one in view.replays],
        "showgrid": False,
    }


def _floors(view: ReplayView) -> list[float]:
    # The first row is the highest.
    rows = len(view.replays)
    return [round(rows - 1 - index + (1 - _HEIGHT) / 2, 3) for index in range(rows)]


def _cells(view: ReplayView, replayed: Replayed, floor: float) -> Iterator[_Cell]:
    cooldown, limit = replayed.cooldown_counter, max(1, replayed.setting.limit)
    for verdict in replayed.verdicts:
        epoch, acted = verdict.epoch + 1, bool(replayed.acted[verdict.epoch])
        colour, ink = _colours(view, replayed, verdict.epoch, acted=acted)
        if acted:
            yield _Cell(epoch, floor, 1.0, str(verdict.wait or ""), colour, ink)
        elif verdict.wait > 0:
            share = min(1.0, verdict.wait / limit)
            yield _Cell(epoch, floor, share, str(verdict.wait), colour, ink)
        elif cooldown[verdict.epoch] > 0:
            yield _Cell(epoch, floor, 1.0, str(cooldown[verdict.epoch]), colour, ink, cooling=True)


def _colours(view: ReplayView, replayed: Replayed, epoch: int, *, acted: bool) -> tuple[str, str]:
    """Return the colours of a cell and its count: grey where the curve is no evidence."""
    colours = view.colours
    if epoch >= replayed.first_unknown:
        return mixed(colours.soft, colours.paper, 1 - _UNKNOWN), colours.soft
    colour = view.colour(replayed)
    return (
        (colour, colours.paper) if acted else (mixed(colour, colours.paper, 1 - _TINT), colours.ink)
    )


def _track(view: ReplayView) -> dict[str, Any]:
    """Return an empty cell for every epoch, or one long one without gaps."""
    many = view.epochs > _WITH_GAPS
    epochs = [(view.epochs + 1) / 2] if many else list(range(1, view.epochs + 1))
    floors = [floor for floor in _floors(view) for _ in epochs]
    bars = _bars(view, epochs * len(view.replays), floors, [_HEIGHT] * len(floors))
    width = view.epochs if many else _WIDTH_WITH_GAPS
    return bars | {"width": width, "marker": {"color": view.colours.cell, "line": {"width": 0}}}


def _filled(view: ReplayView, cells: Sequence[_Cell]) -> list[dict[str, Any]]:
    """Return what fills the cells, and bars that cannot be seen but hold the counts."""
    epochs, floors = [cell.epoch for cell in cells], [cell.floor for cell in cells]
    filling = _bars(view, epochs, floors, [round(cell.share * _HEIGHT, 3) for cell in cells])
    filling["marker"] = {
        "color": [cell.colour for cell in cells],
        "line": {"width": 0},
        "pattern": {
            "shape": ["/" if cell.cooling else "" for cell in cells],
            "fgcolor": view.colours.paper,
            "size": 6,
            "solidity": 0.35,
        },
    }
    unseen = _bars(view, epochs, floors, [_HEIGHT] * len(cells))
    counts = {
        "marker": {"color": "rgba(0,0,0,0)", "line": {"width": 0}},
        "text": [cell.text for cell in cells],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "textfont": {"size": _NUMBER_PX, "color": [cell.ink for cell in cells]},
    }
    return [filling | {"name": "waited"}, unseen | counts]


def _bars(
    view: ReplayView, epochs: Sequence[float], floors: list[float], heights: list[float]
) -> dict[str, Any]:
    return {
        "type": "bar",
        "x": epochs,
        "y": heights,
        "base": floors,
        "yaxis": AXES["waiting"],
        "width": 1 if view.epochs > _WITH_GAPS else _WIDTH_WITH_GAPS,
        "hoverinfo": "skip",
        "showlegend": False,
    }
