"""What a data set holds, and what its style gives away, as figures."""

# plotly ships no types.
# pyright: reportMissingTypeStubs=false

import html
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from core.charts.frame import NOTE_SIZE, TICK_SIZE, note, paper
from core.charts.palette import Palette, palette

CONFIG = {"displaylogo": False, "displayModeBar": False}
"""Plotly's configuration of both figures."""

_ROW_PX, _TOP_PX, _BOTTOM_PX = 34, 34, 40
_LONGEST = 22


def class_counts_figure(
    classes: Sequence[str],
    training: Sequence[int],
    testing: Sequence[int],
    *,
    rests_on: str,
    names: tuple[str, str] = ("training", "testing"),
    dark: bool,
) -> go.Figure:
    """Draw the scans of each class, those for testing beside those for training.

    Args:
        classes: Their names.
        training: Scans of each.
        testing: The same; all 0 where there is no such split.
        rests_on: What the figure shows, one line of plain text.
        names: What the two sides are called.
        dark: Whether the page is dark.
    """
    colours = palette(dark)
    sides = [(names[0], training, colours.training), (names[1], testing, colours.validation)]
    traces = [_bars(classes, name, counts, colour) for name, counts, colour in sides if any(counts)]
    layout = _layout(len(classes), rests_on, colours)
    layout["barmode"] = "stack"
    layout["showlegend"] = True
    most = max(map(sum, zip(training, testing, strict=True)), default=1)
    layout["xaxis"] |= {"range": [0, 1.04 * max(1, most)], "tickformat": ",d"}
    return go.Figure({"data": traces, "layout": layout})


def style_figure(
    scores: dict[str, float], *, chance: float, rests_on: str, dark: bool
) -> go.Figure:
    """Draw how often a linear model is right that sees no shapes, beside guessing.

    Args:
        scores: Balanced accuracy, 0 to 1, by what the model sees.
        chance: The same for guessing.
        rests_on: What the figure shows, one line of plain text.
        dark: Whether the page is dark.
    """
    colours = palette(dark)
    bars: dict[str, Any] = {
        "type": "bar",
        "orientation": "h",
        "y": list(scores),
        "x": list(scores.values()),
        "text": [f"{score:.0%}" for score in scores.values()],
        "textposition": "outside",
        "marker": {"color": colours.reduction},
        "textfont": {"color": colours.ink},
        "cliponaxis": False,
        "hovertemplate": "seeing %{y}: right on %{x:.1%}<extra></extra>",
    }
    layout = _layout(len(scores), rests_on, colours)
    layout["xaxis"] |= {"range": [0, 1.08], "tickformat": ".0%", "tick0": 0, "dtick": 0.25}
    layout["shapes"] = [_upright(chance, colours)]
    layout["annotations"].append(
        note(f"chance {chance:.0%}", colours.ink, xref="x", x=chance, y=1, yanchor="bottom")
        | {"xanchor": "center"}
    )
    return go.Figure({"data": [bars], "layout": layout})


def _bars(classes: Sequence[str], name: str, counts: Sequence[int], colour: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "y": [_short(label) for label in classes],
        "x": list(counts),
        "marker": {"color": colour},
        "hovertemplate": f"%{{y}}, {name}: %{{x:,}} scans<extra></extra>",
    }


def _layout(rows: int, rests_on: str, colours: Palette) -> dict[str, Any]:
    tick = {"size": TICK_SIZE, "color": colours.soft}
    below = note(html.escape(rests_on, quote=False), colours.soft, x=0, y=0, yanchor="top")
    return {
        **paper(
            colours,
            height_px=_TOP_PX + rows * _ROW_PX + _BOTTOM_PX,
            margin={"l": 8, "r": 12, "t": _TOP_PX, "b": _BOTTOM_PX},
        ),
        "bargap": 0.35,
        "showlegend": False,
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 1,
            "xanchor": "left",
            "yanchor": "bottom",
            "traceorder": "normal",
            "font": {"size": NOTE_SIZE, "color": colours.ink},
        },
        "xaxis": {
            "gridcolor": colours.grid,
            "zeroline": False,
            "tickfont": tick,
            "nticks": 6,
            "fixedrange": True,
        },
        "yaxis": {
            "autorange": "reversed",
            "automargin": True,
            "ticks": "",
            "ticksuffix": " ",
            "tickfont": {"size": NOTE_SIZE, "color": colours.ink},
            "fixedrange": True,
        },
        "annotations": [below | {"yshift": -20}],
    }


def _upright(place: float, colours: Palette) -> dict[str, Any]:
    line = {"color": colours.ink, "width": 2, "dash": "dot"}
    return {
        "type": "line",
        "yref": "paper",
        "x0": place,
        "x1": place,
        "y0": 0,
        "y1": 1,
        "line": line,
    }


def _short(name: str) -> str:
    """A class's name as an axis takes it: short, and no markup."""
    short = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
    return html.escape(short, quote=False)
