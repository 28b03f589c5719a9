"""What became of each setting: a heat map over two parameters, and parallel coordinates."""

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go  # pyright: ignore[reportMissingTypeStubs]

from core.charts.advice import axis, titles
from core.charts.compare.colours import DARK_ORDER, LIGHT_ORDER
from core.charts.frame import FONT, TICK_SIZE, paper
from core.charts.palette import DARK, Palette, mixed, palette
from core.charts.sweep.choice import mean_of
from core.charts.sweep.labels import setting_text
from core.charts.sweep.look import evidence_of
from core.charts.sweep.results import Reading, SweepResults
from core.plateaus.arrays import FloatArray
from core.plateaus.directions import likely_direction
from core.plateaus.wording import format_metric

Shown = Literal["mean", "spread"]
"""What the colours of the map show: the mean over the seeds, or their standard deviation."""

_ROW_PX, _PARALLEL_PX = 52, 360
_MARGIN = {"l": 62, "r": 16, "t": 54, "b": 56}
_PARALLEL_MARGIN = {"l": 46, "r": 46, "t": 92, "b": 30}
_EDGE_PX = 6
_FAINTEST = 0.12
# Text is legible on it.
_STRONGEST, _STRONGEST_DARK = 0.75, 0.55
_MOST_COLUMNS_WITH_TEXT = 7
_FEWEST_SEEDS = 2
# Rounded to four decimals, it is not 0.
_SMALLEST_PLAIN = 5e-5


def heat_figure(
    results: SweepResults,
    *,
    metric: str,
    reading: Reading,
    axes: tuple[int, int],
    shown: Shown,
    dark: bool,
) -> go.Figure:
    """Draw two parameters against each other; what other parameters do is averaged.

    Args:
        results: The sweep so far; cells without a finished run stay empty.
        metric: A key of the logs.
        reading: Which value of each curve counts.
        axes: The parameter of the columns and that of the rows.
        shown: What the colours are; each cell tells mean and spread.
        dark: Whether the page is dark.
    """
    colours = palette(dark)
    cells = _cells(results, results.values(metric, reading), axes)
    means, spreads = _each(cells, mean_of), _each(cells, _deviation)
    colour = means if shown == "mean" else spreads
    falling = shown == "mean" and likely_direction(metric) == "min"
    hue = colours.validation if shown == "mean" else colours.reduction
    columns, rows = (_texts(results, one) for one in axes)
    trace: dict[str, Any] = {
        "type": "heatmap",
        "z": _drawable(colour),
        "customdata": [
            [_hover(cells[r][c], columns[c], rows[r], results, axes) for c in range(len(columns))]
            for r in range(len(rows))
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
        "colorscale": _scale(hue, colours, falling=falling),
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
    }
    if len(columns) <= _MOST_COLUMNS_WITH_TEXT:
        trace |= {
            "text": [
                [_cell_text(cells[r][c]) for c in range(len(columns))] for r in range(len(rows))
            ],
            "texttemplate": "%{text}",
            "textfont": {"size": TICK_SIZE, "color": colours.ink},
        }
    what = f"{reading} {metric}" + (", spread between seeds" if shown == "spread" else "")
    height = _ROW_PX * len(rows) + _MARGIN["t"] + _MARGIN["b"]
    heading = titles(what, evidence_of(results, results.spec.seeds), colours, _MARGIN["t"])
    return go.Figure(
        {
            "data": [trace],
            "layout": {
                **paper(colours, height_px=height, margin=_MARGIN),
                "plot_bgcolor": colours.cell,
                "xaxis": _category(columns, results.names.axes[axes[0]], colours),
                "yaxis": _category(rows, results.names.axes[axes[1]], colours),
                "annotations": heading,
                "shapes": _best_cell(means, metric, colours),
            },
        }
    )


def parallel_figure(
    results: SweepResults, *, metric: str, dark: bool, narrow: bool = False
) -> go.Figure:
    """Draw each setting as a line through its values to its best and final mean.

    Args:
        results: The sweep so far; settings without a finished run are left out.
        metric: A key of the logs.
        dark: Whether the page is dark.
        narrow: Whether the screen is a phone's; names are then set aslant.
    """
    colours = palette(dark)
    best, final = (np.array([mean_of(row) for row in results.values(metric, one)]) for one in _BOTH)
    kept = [int(each) for each in np.flatnonzero(np.isfinite(best))]
    order = DARK_ORDER if dark else LIGHT_ORDER
    dimensions = [
        *(_dimension(results, number, kept) for number in results.names.varying),
        *(
            {"label": f"{one} {metric}", "values": [_rounded(v) for v in means[kept]]}
            for one, means in (("final", final), ("best", best))
        ),
    ]
    trace = {
        "type": "parcoords",
        "dimensions": dimensions,
        "line": {
            "color": _ranks(best[kept], metric),
            "cmin": 0,
            "cmax": 1,
            "colorscale": [[index / 2, colour] for index, colour in enumerate(order)],
        },
        "labelangle": -25 if narrow or len(dimensions) > 6 else 0,  # noqa: PLR2004
        "labelfont": {"size": TICK_SIZE, "color": colours.ink, "family": FONT},
        "tickfont": {"size": TICK_SIZE, "color": colours.ink, "family": FONT},
        "rangefont": {"size": 1, "color": "rgba(0,0,0,0)"},
        "unselected": {"line": {"color": colours.grid, "opacity": 0.4}},
    }
    heading = titles(
        f"every setting, to its {metric}",
        evidence_of(results, results.spec.seeds),
        colours,
        _PARALLEL_MARGIN["t"],
    )
    for line in heading:
        line["xshift"] = _EDGE_PX - _PARALLEL_MARGIN["l"]
    body = paper(colours, height_px=_PARALLEL_PX, margin=_PARALLEL_MARGIN) | {
        "annotations": heading
    }
    return go.Figure({"data": [trace], "layout": body})


_BOTH: tuple[Reading, Reading] = ("best", "final")


def _cells(
    results: SweepResults, values: FloatArray, axes: tuple[int, int]
) -> list[list[FloatArray]]:
    """Return the values of each cell's settings by seed, shape (seeds,), rows from below."""
    columns, rows = (len(results.names.values(one)) for one in axes)
    held: list[list[list[FloatArray]]] = [[[] for _ in range(columns)] for _ in range(rows)]
    for setting, by_seed in enumerate(values):
        place = [results.names.place(setting, one) for one in axes]
        held[place[1]][place[0]].append(by_seed)
    empty = np.full(values.shape[1], np.nan)
    return [[_averaged(cell) if cell else empty for cell in row] for row in held]


def _averaged(settings: Sequence[FloatArray]) -> FloatArray:
    """Average over settings, a seed at a time; NaN where one of them is still missing."""
    return np.mean(np.array(settings), axis=0)


def _each(cells: list[list[FloatArray]], told: Any) -> FloatArray:
    return np.array([[told(cell) for cell in row] for row in cells], dtype=np.float64)


def _deviation(values: FloatArray) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.std(ddof=1)) if finite.size >= _FEWEST_SEEDS else math.nan


def _cell_text(values: FloatArray) -> str:
    mean, spread = mean_of(values), _deviation(values)
    if math.isnan(mean):
        return ""
    return format_metric(mean) + ("" if math.isnan(spread) else f"<br>± {spread_text(spread)}")


def spread_text(spread: float) -> str:
    """Return a spread with the decimals of the metrics beside it, where they show it."""
    return f"{spread:.4f}" if _SMALLEST_PLAIN <= spread < 1 else format_metric(spread)


def _hover(
    values: FloatArray, column: str, row: str, results: SweepResults, axes: tuple[int, int]
) -> str:
    names = results.names.axes
    head = f"<b>{names[axes[0]]} {column} · {names[axes[1]]} {row}</b>"
    seeds = [
        f"seed {seed}: {'not finished' if math.isnan(value) else format_metric(value)}"
        for seed, value in zip(results.spec.seeds, values.tolist(), strict=True)
    ]
    text = _cell_text(values).replace("<br>", " ")
    return "<br>".join([head, *([text] if text and len(seeds) > 1 else []), *seeds])


def _scale(hue: str, colours: Palette, *, falling: bool) -> list[list[Any]]:
    """Return colours that grow stronger where it is better, and never hide the text."""
    strongest = _STRONGEST_DARK if colours is DARK else _STRONGEST
    ends = [mixed(colours.paper, hue, share) for share in (_FAINTEST, strongest)]
    return [[0, ends[falling]], [1, ends[not falling]]]


def _category(labels: list[str], title: str, colours: Palette) -> dict[str, Any]:
    return axis(
        colours,
        title,
        tickmode="array",
        tickvals=list(range(len(labels))),
        ticktext=labels,
        tickangle=0,
        range=[-0.5, len(labels) - 0.5],
        showgrid=False,
        fixedrange=True,
    )


def _best_cell(means: FloatArray, metric: str, colours: Palette) -> list[dict[str, Any]]:
    """Return a frame around the best cell."""
    if not np.isfinite(means).any():
        return []
    better = np.nanargmax if likely_direction(metric) == "max" else np.nanargmin
    row, column = np.unravel_index(int(better(means)), means.shape)
    line = {"color": colours.best, "width": 3}
    ends = {"x0": column - 0.48, "x1": column + 0.48, "y0": row - 0.47, "y1": row + 0.47}
    return [{"type": "rect", "line": line, **{key: float(value) for key, value in ends.items()}}]


def _texts(results: SweepResults, number: int) -> list[str]:
    return [setting_text(value) for value in results.names.values(number)]


def _dimension(results: SweepResults, number: int, settings: Sequence[int]) -> dict[str, Any]:
    """Return an axis with its values equally far apart, however they were spaced."""
    texts = _texts(results, number)
    return {
        "label": results.names.axes[number],
        "values": [results.names.place(setting, number) for setting in settings],
        "tickvals": list(range(len(texts))),
        "ticktext": texts,
        "range": [-0.15, max(len(texts) - 1, 1) + 0.15],
    }


def _ranks(values: FloatArray, metric: str) -> list[float]:
    """Return 0 for the worst to 1 for the best, so that one outlier hides nothing."""
    signed = values if likely_direction(metric) == "max" else -values
    steps = {value: index for index, value in enumerate(sorted(set(signed.tolist())))}
    return [steps[value] / max(len(steps) - 1, 1) for value in signed.tolist()]


def _drawable(values: FloatArray) -> list[list[float | None]]:
    return [
        [None if math.isnan(cell) else _rounded(cell) for cell in row] for row in values.tolist()
    ]


def _rounded(value: float) -> float | None:
    return None if math.isnan(value) else float(f"{value:.5g}")
