"""The learning rates that a plan will set, before anything is trained."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go  # pyright: ignore[reportMissingTypeStubs]

from core.charts.frame import FONT, TICK_SIZE, Scale, note
from core.charts.palette import Palette, palette

CONFIG = {"displayModeBar": False}

HEIGHT_PX = 190
_MARGIN = {"l": 60, "r": 16, "t": 30, "b": 40}
_LOG_FROM = 50.0
_ROOM = 1.6
_FEW_EPOCHS, _MOST_TICKS, _MOST_MARKERS = 16, 9, 60


def schedule_figure(rates: Sequence[float], *, dark: bool) -> go.Figure:
    """Draw the planned rate of every epoch of a run.

    Args:
        rates: One an epoch, shape (epochs,), >= 0, at least one.
        dark: Whether the page is dark.
    """
    colours = palette(dark)
    curve = {
        "type": "scatter",
        "x": list(range(1, len(rates) + 1)),
        "y": list(rates),
        "name": "learning rate",
        "mode": "lines+markers" if len(rates) <= _MOST_MARKERS else "lines",
        "line": {"shape": "hvh", "width": 2, "color": colours.reduction},
        "marker": {"size": 5, "color": colours.reduction},
        "hovertemplate": "epoch %{x}<br>learning rate %{y:.3g}<extra></extra>",
    }
    return go.Figure({"data": [curve], "layout": _layout(rates, colours)})


def _layout(rates: Sequence[float], colours: Palette) -> dict[str, Any]:
    epochs = len(rates)
    count = "1 epoch" if epochs == 1 else f"all {epochs} epochs"
    title = f"<b>planned</b>, not trained · learning rate of {count}"
    axis = {"showgrid": False, "zeroline": False, "fixedrange": True}
    font = {"size": TICK_SIZE, "color": colours.soft}
    ticks = {"dtick": 1} if epochs <= _FEW_EPOCHS else {"nticks": _MOST_TICKS}
    return {
        "height": HEIGHT_PX,
        "margin": _MARGIN,
        "font": {"family": FONT, "color": colours.ink},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "hoverlabel": {"bgcolor": colours.paper, "font": {"color": colours.ink}},
        "annotations": [
            note(title, colours.soft, x=0, y=1, yanchor="bottom", xshift=-_MARGIN["l"], yshift=6)
        ],
        "xaxis": {
            **axis,
            **ticks,
            "range": [0.5, epochs + 0.5],
            "tickfont": font,
            "title": {"text": "epoch", "font": font, "standoff": 4},
        },
        "yaxis": {
            **axis,
            "showgrid": True,
            "gridcolor": colours.grid,
            "tickfont": font,
            "exponentformat": "power",
            **_scale(rates).ticks(),
        },
    }


def _scale(rates: Sequence[float]) -> Scale:
    low, high = min(rates), max(rates)
    if low > 0 and high > _LOG_FROM * low:
        return Scale(low / _ROOM, high * _ROOM, log=True)
    return Scale(0.0, high * 1.12)
