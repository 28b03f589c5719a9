"""How often a model is right, by how sure it says it is."""

# plotly ships no types.
# pyright: reportMissingTypeStubs=false

import math
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from core.charts.evaluation.panel import axis, layout, shares
from core.charts.palette import Palette, faded, palette
from core.evaluation.calibration import Bin

_HEIGHT_PX = 430
_CURVE, _COUNTS = [0.3, 1.0], [0.0, 0.19]


def calibration_figure(
    bins: Sequence[Bin], *, classes: int, rests_on: str, dark: bool
) -> go.Figure:
    """Draw the share of right answers over the confidence, and below how many scans that is.

    Args:
        bins: The bins that hold scans.
        classes: How many; no confidence lies below one in so many.
        rests_on: Level of evidence, scans and seeds; plain text.
        dark: Whether the page is dark.
    """
    colours = palette(dark)
    made = layout("Calibration", rests_on, colours, height_px=_HEIGHT_PX)
    made["xaxis"] = shares("confidence: the probability of the class it names", colours) | {
        "range": [math.floor(10 / classes) / 10 - 0.01, 1.02],
        "dtick": 0.1,
        "anchor": "y2",
    }
    made["yaxis"] = shares("share that is right", colours, domain=_CURVE)
    made["yaxis2"] = axis("scans", colours, domain=_COUNTS, rangemode="tozero", nticks=3)
    made["bargap"] = 0.08
    return go.Figure(
        {"data": [_ideal(colours), _points(bins, colours), _bars(bins, colours)], "layout": made}
    )


def legend(*, dark: bool) -> list[tuple[str, str, str]]:
    """Return name, colour and shape of what is drawn."""
    colours = palette(dark)
    return [
        ("this model, with 95 % intervals", colours.validation, "●"),
        ("as sure as it should be; below the line: too sure", colours.soft, "┄"),
        ("scans of that confidence", colours.training, "■"),
    ]


def _ideal(colours: Palette) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [0, 1],
        "y": [0, 1],
        "line": {"color": colours.soft, "width": 1.2, "dash": "dot"},
        "hoverinfo": "skip",
    }


def _points(bins: Sequence[Bin], colours: Palette) -> dict[str, Any]:
    right = [one.right for one in bins]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [one.confidence for one in bins],
        "y": [one.value for one in right],
        "line": {"color": colours.validation, "width": 2},
        "marker": {"color": colours.validation, "size": 9},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [_reach(one.high - one.value) for one in right],
            "arrayminus": [_reach(one.value - one.low) for one in right],
            "color": faded(colours.validation, 0.6),
            "thickness": 1.5,
            "width": 4,
        },
        "text": [f"{one.scans:,} scans<br>right: {one.text}" for one in right],
        "hovertemplate": "mean confidence %{x:.1%}, %{text}<extra></extra>",
    }


def _reach(length: float) -> float:
    return 0.0 if math.isnan(length) else length


def _bars(bins: Sequence[Bin], colours: Palette) -> dict[str, Any]:
    return {
        "type": "bar",
        "yaxis": "y2",
        "x": [(one.low + one.high) / 2 for one in bins],
        "width": [one.high - one.low for one in bins],
        "y": [one.right.scans for one in bins],
        "marker": {"color": colours.training, "line": {"color": colours.paper, "width": 2}},
        "text": [f"{one.low:.0%} to {one.high:.0%}" for one in bins],
        "textposition": "none",
        "hovertemplate": "confidence %{text}: %{y:,} scans<extra></extra>",
    }
