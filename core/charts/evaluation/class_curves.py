"""ROC and precision-recall curves of a model's classes."""

# plotly ships no types.
# pyright: reportMissingTypeStubs=false

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from core.charts.evaluation.panel import class_colours, layout, shares, short
from core.charts.palette import Palette, palette
from core.evaluation.curves import ClassCurve

_HEIGHT_PX = 360


def roc_figure(curves: Sequence[ClassCurve], *, rests_on: str, dark: bool) -> go.Figure:
    """Draw the true positive rate over the false positive rate, a line for each class.

    Args:
        curves: Of `roc_curves`.
        rests_on: Level of evidence, scans and seeds; plain text.
        dark: Whether the page is dark.
    """
    colours = palette(dark)
    made = layout("ROC, each class against the rest", rests_on, colours, height_px=_HEIGHT_PX)
    made["xaxis"] = shares("false positive rate", colours)
    made["yaxis"] = shares("true positive rate", colours)
    guessing = _dotted([0, 1], [0, 1], "guessing", colours.soft)
    lines = _lines(curves, "area {area:.3f}", "linear", dark=dark)
    return go.Figure({"data": [guessing, *lines], "layout": made})


def precision_recall_figure(
    curves: Sequence[ClassCurve], *, rests_on: str, dark: bool
) -> go.Figure:
    """Draw the precision over the recall, a line for each class, dotted what guessing gives.

    Args:
        curves: Of `precision_recall_curves`.
        rests_on: Level of evidence, scans and seeds; plain text.
        dark: Whether the page is dark.
    """
    colours = palette(dark)
    made = layout("Precision and recall", rests_on, colours, height_px=_HEIGHT_PX)
    made["xaxis"] = shares("recall", colours)
    made["yaxis"] = shares("precision", colours)
    guesses = [
        _dotted([0, 1], [one.share] * 2, f"{short(one.name)}: guessing", colour)
        for one, colour in zip(curves, class_colours(len(curves), dark=dark), strict=True)
    ]
    # Between two thresholds nothing is reached that a straight line could show.
    lines = _lines(curves, "average precision {area:.3f}", "vh", dark=dark)
    return go.Figure({"data": [*guesses, *lines], "layout": made})


def legend(curves: Sequence[ClassCurve], *, dark: bool) -> list[tuple[str, str, str]]:
    """Return name, colour and shape of each line, and of what guessing gives."""
    colours = class_colours(len(curves), dark=dark)
    entries = [
        (f"{one.name} ({one.area:.3f})", colour, "━")
        for one, colour in zip(curves, colours, strict=True)
    ]
    return [*entries, ("guessing", _soft(dark), "┄")]


def _soft(dark: bool) -> str:
    found: Palette = palette(dark)
    return found.soft


def _lines(
    curves: Sequence[ClassCurve], area: str, shape: str, *, dark: bool
) -> list[dict[str, Any]]:
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": curve.x.tolist(),
            "y": curve.y.tolist(),
            "line": {"color": colour, "width": 2.2, "shape": shape},
            "hovertemplate": f"<b>{short(curve.name)}</b>, {area.format(area=curve.area)}<br>"
            "%{xaxis.title.text} %{x:.1%}<br>%{yaxis.title.text} %{y:.1%}<extra></extra>",
        }
        for curve, colour in zip(curves, class_colours(len(curves), dark=dark), strict=True)
    ]


def _dotted(x: list[float], y: list[float], name: str, colour: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "opacity": 0.7,
        "line": {"color": colour, "width": 1.2, "dash": "dot"},
        "hovertemplate": f"{name}<extra></extra>",
    }
