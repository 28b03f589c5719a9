"""Which classes a model takes for which."""

# plotly ships no types.
# pyright: reportMissingTypeStubs=false

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.charts.evaluation.panel import axis, layout, short
from core.charts.frame import TICK_SIZE
from core.charts.palette import Palette, mixed, palette

_ROW_PX, _AROUND_PX = 62, 112
_LONGEST = 12
_BREAK = re.compile(r"(?<=[ _-])")


def confusion_figure(
    counts: NDArray[np.int64],
    classes: Sequence[str],
    *,
    rests_on: str,
    pressed: tuple[int, int] | None = None,
    dark: bool,
) -> go.Figure:
    """Draw the confusion matrix; a cell's `customdata` is label * classes + prediction.

    Args:
        counts: Scans by label and prediction, shape (classes, classes).
        classes: Their names.
        rests_on: Level of evidence, scans and seeds; plain text.
        pressed: Label and prediction of the cell whose scans are shown.
        dark: Whether the page is dark.
    """
    colours = palette(dark)
    size = len(classes)
    ticks: dict[str, Any] = {
        "tickvals": list(range(size)),
        "ticktext": [_in_lines(name) for name in classes],
        "showgrid": False,
        "ticks": "",
        "tickangle": 0,
        "tickfont": {"size": TICK_SIZE, "color": colours.ink},
        "automargin": True,
    }
    made = layout("Confusion matrix", rests_on, colours, height_px=size * _ROW_PX + _AROUND_PX)
    made["xaxis"] = axis("the model says", colours, **ticks)
    made["yaxis"] = axis("the label says", colours, **ticks, autorange="reversed", ticksuffix=" ")
    if pressed is not None:
        made["shapes"] = [_frame(pressed, colours)]
    return go.Figure({"data": [_cells(counts, classes, colours)], "layout": made})


def _in_lines(name: str) -> str:
    """Return a class's name in two short lines if it can be broken: "glioma_", "tumor"."""
    parts = _BREAK.split(name, maxsplit=1)
    return "<br>".join(short(part, _LONGEST) for part in parts)


def _cells(counts: NDArray[np.int64], classes: Sequence[str], colours: Palette) -> dict[str, Any]:
    size = len(classes)
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    # Right answers go one way on the scale of colours, wrong ones the other.
    signed = shares * (2 * np.eye(size) - 1)
    names = [short(name) for name in classes]
    return {
        "type": "heatmap",
        "z": signed.tolist(),
        "zmin": -1,
        "zmax": 1,
        "showscale": False,
        "xgap": 3,
        "ygap": 3,
        "colorscale": [
            [0, mixed(colours.paper, colours.reduction, 0.85)],
            [0.5, colours.cell],
            [1, mixed(colours.paper, colours.validation, 0.85)],
        ],
        "text": [
            [
                f"<b>{counts[row, column]:,}</b><br>{shares[row, column]:.0%}"
                for column in range(size)
            ]
            for row in range(size)
        ],
        "texttemplate": "%{text}",
        "customdata": np.arange(size * size).reshape(size, size).tolist(),
        "hovertext": [
            [
                f"{counts[row, column]:,} of {counts[row].sum():,} scans of {names[row]}<br>"
                f"were called {names[column]}. Click to see them."
                for column in range(size)
            ]
            for row in range(size)
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _frame(cell: tuple[int, int], colours: Palette) -> dict[str, Any]:
    label, predicted = cell
    return {
        "type": "rect",
        "x0": predicted - 0.49,
        "x1": predicted + 0.49,
        "y0": label - 0.49,
        "y1": label + 0.49,
        "line": {"color": colours.ink, "width": 3},
    }
