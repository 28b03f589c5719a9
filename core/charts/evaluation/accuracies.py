"""The accuracy of several models, with intervals, as the leakage switch stands."""

# plotly ships no types.
# pyright: reportMissingTypeStubs=false

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from core.charts.evaluation.panel import axis, layout, short
from core.charts.frame import NOTE_SIZE
from core.charts.palette import Palette, palette
from core.data.leakage import SWITCH, Switch
from core.evaluation.intervals import Interval

WORDS: dict[Switch, str] = {
    "all": "all validation scans",
    "twins": "those with a twin in training",
    "twin-free": "those without",
}
"""What the positions of the switch mean."""

_SHAPES: dict[Switch, tuple[str, str]] = {
    "all": ("circle", "●"),
    "twins": ("triangle-up", "▲"),
    "twin-free": ("diamond", "◆"),
}
_ROW_PX, _AROUND_PX = 58, 100
_SHIFT = 0.22
_LONGEST = 48


@dataclass(frozen=True)
class Row:
    """One model.

    Attributes:
        name: What it is called.
        shares: Its accuracy by position of the switch; positions without scans are left out.
    """

    name: str
    shares: Mapping[Switch, Interval]


def accuracies_figure(
    rows: Sequence[Row], *, chance: float, rests_on: str, dark: bool
) -> go.Figure:
    """Draw a row of points with intervals for each model.

    Args:
        rows: The models, from the top.
        chance: The accuracy of always naming the most frequent class.
        rests_on: Level of evidence, scans and seeds; plain text.
        dark: Whether the page is dark.
    """
    colours = palette(dark)
    made = layout("Accuracy", rests_on, colours, height_px=len(rows) * _ROW_PX + _AROUND_PX)
    made["margin"] |= {"l": 10}
    ends = [i.low for row in rows for i in row.shares.values() if not math.isnan(i.low)]
    lowest = min([chance, *ends, *(i.value for row in rows for i in row.shares.values())])
    made["xaxis"] = axis("share of scans that are right", colours, tickformat=".0%", nticks=7) | {
        "range": [max(-0.02, lowest - 0.06), 1.02]
    }
    made["yaxis"] = axis("", colours, showgrid=False) | {
        "range": [len(rows) - 0.5, -0.5],
        "tickvals": [],
    }
    made["annotations"] = [_name(index, row, colours) for index, row in enumerate(rows)]
    made["shapes"] = [_chance(chance, colours)]
    data = [_points(rows, position, colours) for position in SWITCH]
    return go.Figure({"data": data, "layout": made})


def legend(rows: Sequence[Row], *, chance: float, dark: bool) -> list[tuple[str, str, str]]:
    """Return name, colour and shape of what is drawn."""
    colours = palette(dark)
    shown: list[Switch] = [at for at in SWITCH if any(at in row.shares for row in rows)]
    entries = [(WORDS[one], _colour(one, colours), _SHAPES[one][1]) for one in shown]
    return [
        *entries,
        (f"always naming the most frequent class ({chance:.0%})", colours.soft, "┆"),
    ]


def _points(rows: Sequence[Row], position: Switch, colours: Palette) -> dict[str, Any]:
    places = [index for index, row in enumerate(rows) if position in row.shares]
    found = [rows[index].shares[position] for index in places]
    colour = _colour(position, colours)
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [one.value for one in found],
        "y": [index + _SHIFT * (SWITCH.index(position) - 0.2) for index in places],
        "marker": {"color": colour, "symbol": _SHAPES[position][0], "size": 10},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [_reach(one.high - one.value) for one in found],
            "arrayminus": [_reach(one.value - one.low) for one in found],
            "color": colour,
            "thickness": 2,
            "width": 4,
        },
        "text": [f"{one.text}<br>{one.scans:,} scans, {WORDS[position]}" for one in found],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _colour(position: Switch, colours: Palette) -> str:
    return {
        "all": colours.validation,
        "twins": colours.reduction,
        "twin-free": colours.best,
    }[position]


def _reach(length: float) -> float:
    return 0.0 if math.isnan(length) else length


def _name(index: int, row: Row, colours: Palette) -> dict[str, Any]:
    """The name stands above its points: beside them a phone has no room."""
    return {
        "text": short(row.name, _LONGEST),
        "showarrow": False,
        "xref": "paper",
        "x": 0,
        "xanchor": "left",
        "y": index - 0.32,
        "yanchor": "middle",
        "font": {"size": NOTE_SIZE, "color": colours.ink},
        # It hides the line of chance behind it.
        "bgcolor": colours.paper,
    }


def _chance(chance: float, colours: Palette) -> dict[str, Any]:
    return {
        "type": "line",
        "yref": "paper",
        "x0": chance,
        "x1": chance,
        "y0": 0,
        "y1": 1,
        "line": {"color": colours.soft, "width": 1.5, "dash": "dot"},
    }
