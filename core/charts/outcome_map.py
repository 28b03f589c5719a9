"""The map of the playground: the final loss over patience and factor."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go  # pyright: ignore[reportMissingTypeStubs]

from core.charts.frame import NOTE_SIZE, TICK_SIZE, note, paper
from core.charts.palette import Palette, palette
from core.plateaus.arrays import FloatArray
from core.plateaus.outcome_wording import loss_told

HEIGHT_PX = 390
_MARGIN = {"l": 52, "r": 12, "t": 54, "b": 48}

# From good to bad, even in lightness for all eyes. Source: cividis (Nuñez et al., 2018).
_SCALE = [
    [0.0, "#fee838"],
    [0.25, "#bcae6c"],
    [0.5, "#7d7c78"],
    [0.75, "#414d6b"],
    [1.0, "#00224e"],
]


def outcome_map_figure(
    losses: FloatArray,
    patiences: Sequence[int],
    factors: Sequence[float],
    *,
    marks: Sequence[tuple[str, float, float]],
    seeds: int,
    dark: bool,
) -> go.Figure:
    """Draw the final loss over patience and factor.

    Args:
        losses: Shape (patiences, factors); infinite where it diverged.
        patiences: The columns.
        factors: The rows, from below.
        marks: Letters, each with its patience and factor.
        seeds: Behind each cell.
        dark: Whether the page is dark.
    """
    colours = palette(dark)
    finite = losses[np.isfinite(losses) & (losses > 0)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (1.0, 1.0)
    logs = np.log10(np.where(np.isfinite(losses) & (losses > 0), losses, np.nan)).T
    heat = {
        "type": "heatmap",
        "x": [str(patience) for patience in patiences],
        "y": [f"{factor:g}" for factor in factors],
        "z": [[None if math.isnan(z) else round(z, 3) for z in row] for row in logs.tolist()],
        "text": [[loss_told(loss) for loss in row] for row in losses.T.tolist()],
        "zmin": math.log10(low),
        # Cells that differ by less than a fifth are not worth a colour of their own.
        "zmax": max(math.log10(high), math.log10(low) + 0.08),
        "colorscale": _SCALE,
        "showscale": False,
        "xgap": 1,
        "ygap": 1,
        "hovertemplate": "patience %{x}, factor %{y}: loss %{text}<extra></extra>",
    }
    annotations = [
        note(
            f"<b>final val_loss</b> simulated · median of {seeds} seeds a cell<br>"
            f"yellow {loss_told(low)} (best) → blue {loss_told(high)}",
            colours.soft,
            x=0,
            xshift=-44,
            y=1.0,
            yanchor="bottom",
            yshift=4,
            align="left",
        ),
        *_marks(marks, patiences, factors),
    ]
    return go.Figure({"data": [heat], "layout": _layout(annotations, colours)})


def _marks(
    marks: Sequence[tuple[str, float, float]],
    patiences: Sequence[int],
    factors: Sequence[float],
) -> list[dict[str, Any]]:
    """Return the letters in their cells; those that share one stand beside each other."""
    cells: dict[tuple[int, int], str] = {}
    for letter, patience, factor in marks:
        at = (_nearest(patiences, patience), _nearest(factors, factor))
        cells[at] = cells.get(at, "") + letter
    return [
        {
            "text": f"<b>{letters}</b>",
            "x": column,
            "y": row,
            "showarrow": False,
            "bgcolor": "#ffffff",
            "bordercolor": "#1b2230",
            "borderpad": 1,
            "font": {"size": NOTE_SIZE, "color": "#1b2230"},
        }
        for (column, row), letters in cells.items()
    ]


def _nearest(choices: Sequence[float], value: float) -> int:
    return int(np.abs(np.asarray(choices, dtype=np.float64) - value).argmin())


def _layout(annotations: list[dict[str, Any]], colours: Palette) -> dict[str, Any]:
    axis = {
        "type": "category",
        "fixedrange": True,
        "showgrid": False,
        "ticks": "",
        "tickangle": 0,
        "tickfont": {"size": TICK_SIZE, "color": colours.soft},
    }
    title = {"size": NOTE_SIZE, "color": colours.soft}
    return {
        **paper(colours, height_px=HEIGHT_PX, margin=_MARGIN),
        "xaxis": {**axis, "title": {"text": "patience", "font": title, "standoff": 8}},
        "yaxis": {**axis, "title": {"text": "factor", "font": title, "standoff": 8}},
        "annotations": annotations,
    }
