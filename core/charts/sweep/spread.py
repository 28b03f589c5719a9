"""Every setting with each of its seeds: how far they lie apart beside how far settings do."""

import html
from typing import Any

import numpy as np
import plotly.graph_objects as go  # pyright: ignore[reportMissingTypeStubs]

from core.charts.advice import axis, titles
from core.charts.compare.look import is_share
from core.charts.frame import TICK_SIZE, paper
from core.charts.history import drawable
from core.charts.palette import Palette, palette
from core.charts.sweep.choice import mean_of, ranked
from core.charts.sweep.look import evidence_of, label_font, strokes
from core.charts.sweep.results import Reading, SweepResults
from core.plateaus.arrays import FloatArray
from core.plateaus.directions import likely_direction

_ROW_PX, _CLOSE_PX, _MANY_ROWS = 30, 22, 24
_MARGIN = {"l": 16, "r": 16, "t": 54, "b": 46}


def spread_figure(results: SweepResults, *, metric: str, reading: Reading, dark: bool) -> go.Figure:
    """Draw a row for each setting, the best mean first: a dot a seed, a bar for the mean.

    Args:
        results: The sweep so far; settings without a finished run are left out.
        metric: A key of the logs.
        reading: Which value of each curve counts.
        dark: Whether the page is dark.
    """
    colours, values = palette(dark), results.values(metric, reading)
    order = ranked(values, likely_direction(metric))
    looks = strokes(results, metric, dark=dark)
    row_px = _ROW_PX if len(order) <= _MANY_ROWS else _CLOSE_PX
    data = [
        _dots(results, values, order, [looks[each].colour for each in order]),
        _means(values, order, colours),
    ]
    shares = {"tickformat": ".1~%"} if is_share(metric) else {}
    heading = titles(
        f"{reading} {metric}: a dot a seed, the bar is their mean",
        evidence_of(results, results.spec.seeds),
        colours,
        _MARGIN["t"],
    )
    # The titles assume a wider left margin, of a figure with an axis there.
    for line in heading:
        line["xshift"] = -_MARGIN["l"] + 6
    height_px = row_px * max(len(order), 1) + _MARGIN["t"] + _MARGIN["b"]
    body = paper(colours, height_px=height_px, margin=_MARGIN)
    body |= {
        "hovermode": "closest",
        "xaxis": axis(colours, "", nticks=7, **shares),
        "yaxis": {"range": [len(order) - 0.4, -0.9], "visible": False, "fixedrange": True},
        "annotations": [
            *heading,
            *(_label(results, setting, row, colours) for row, setting in enumerate(order)),
        ],
    }
    return go.Figure({"data": data, "layout": body})


def _dots(
    results: SweepResults, values: FloatArray, order: list[int], hues: list[str]
) -> dict[str, Any]:
    points = [
        (drawable(value), row, seed, hues[row])
        for row, setting in enumerate(order)
        for seed, value in zip(results.spec.seeds, values[setting].tolist(), strict=True)
        if np.isfinite(value)
    ]
    x, y, seeds, colour = ([point[part] for point in points] for part in range(4))
    return {
        "type": "scatter",
        "mode": "markers",
        "x": x,
        "y": y,
        "customdata": seeds,
        "hovertemplate": "seed %{customdata}: <b>%{x:.4f}</b><extra></extra>",
        "showlegend": False,
        "marker": {"color": colour, "size": 9, "opacity": 0.75},
    }


def _means(values: FloatArray, order: list[int], colours: Palette) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [drawable(mean_of(values[setting])) for setting in order],
        "y": list(range(len(order))),
        "hovertemplate": "mean <b>%{x:.4f}</b><extra></extra>",
        "showlegend": False,
        "marker": {
            "symbol": "line-ns",
            "size": 15,
            "line": {"width": 2.5, "color": colours.ink},
        },
    }


def _label(results: SweepResults, setting: int, row: int, colours: Palette) -> dict[str, Any]:
    return {
        "text": html.escape(results.names.each[setting], quote=False),
        "x": 0,
        "xref": "paper",
        "y": row,
        "xanchor": "left",
        "yanchor": "bottom",
        "yshift": 3,
        "showarrow": False,
        "font": label_font(colours) | {"size": TICK_SIZE, "color": colours.soft},
    }
