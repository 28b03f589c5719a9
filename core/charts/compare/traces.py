"""Lines, bands, rates and marks as plotly's traces."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import numpy as np

from core.charts.compare.drawn import DrawnCurve, DrawnLine
from core.charts.compare.lines import rates_of
from core.charts.curves import rate_trace
from core.charts.history import History, drawable, verdict_on
from core.charts.marks import BEST_SAVED, BY_HAND, LOOKS, NAN, Look
from core.charts.palette import Palette
from core.plateaus.arrays import FloatArray

# More lines than these would hide each other's single runs.
_MOST_WITH_RUNS = 6
_MOST_WITH_LARGE_MARKS, _LARGE, _SMALL = 8, 0.8, 0.5
_SKIP: dict[str, Any] = {"hoverinfo": "skip", "showlegend": False}


def metric_traces(
    drawn: DrawnLine, *, others: int, in_legend: bool, axes: dict[str, str]
) -> list[dict[str, Any]]:
    """Return one line: its curve, or the mean of its runs with a band from lowest to highest.

    Where not all runs of a line have an epoch, each goes on by itself: a mean over fewer
    runs would jump for no other reason.

    Args:
        drawn: The line.
        others: How many more lines share its axes.
        in_legend: Whether it is named there.
        axes: "xaxis" and "yaxis" as plotly names them.
    """
    if drawn.line.n == 1:
        traces = _single(drawn, drawn.curves[0], with_raw=others < _MOST_WITH_RUNS)
    else:
        traces = _group(drawn, with_runs=others < _MOST_WITH_RUNS)
    traces[-1] |= {"name": drawn.label, "showlegend": in_legend and not drawn.stroke.faded}
    return [trace | axes | {"legendgroup": drawn.label} for trace in traces]


def rate_traces(drawn: DrawnLine, colours: Palette, axes: dict[str, str]) -> dict[str, Any]:
    """Return the learning rates of a line's runs as steps, in one trace; never smoothed."""
    x: list[float | None] = []
    y: list[float | None] = []
    for curve in drawn.curves:
        steps = rate_trace(_drawn_history(curve), axes["yaxis"], colours)
        x += [*(place - curve.offset for place in steps["x"]), None]
        y += [*(drawable(rate) for rate in steps["y"]), None]
    line = {"color": drawn.stroke.colour, "width": min(drawn.stroke.width_px, 1.5)}
    return _lines(x, y) | _SKIP | {"line": line, "legendgroup": drawn.label} | axes


def mark_traces(
    lines: Sequence[DrawnLine],
    colours: Palette,
    *,
    in_legend: bool,
    share: float | None = None,
    axes: dict[str, str],
) -> list[dict[str, Any]]:
    """Return one trace for each kind of event, on all curves that do not stand back.

    A mark where the metric is not a number stands where the curve was last.

    Args:
        lines: What happened on these is marked.
        colours: Of the page.
        in_legend: Whether the kinds are named there.
        share: Of a mark's size on the monitor; None: less, the more runs there are.
        axes: "xaxis" and "yaxis" as plotly names them.
    """
    marks = [(look, *mark) for line in lines for look, mark in _marks(line)]
    if share is None:
        runs = sum(line.line.n for line in lines if not line.stroke.faded)
        share = _LARGE if runs <= _MOST_WITH_LARGE_MARKS else _SMALL
    traces: list[dict[str, Any]] = []
    for look in [BEST_SAVED, *LOOKS.values(), BY_HAND, NAN]:
        if places := [mark for of, *mark in marks if of is look]:
            traces += _mark_traces(look, places, colours, share=share, in_legend=in_legend)
    return [trace | axes for trace in traces]


def _drawn_history(curve: DrawnCurve) -> History:
    """Return what is drawn of a run: all, or only what no other line draws."""
    history = curve.history
    if not curve.past_drawn:
        return history
    return replace(history, epochs=history.epochs[curve.own_from :])


def finite_range(lines: Sequence[DrawnLine]) -> list[list[float | None]]:
    """Return all values drawn, for a scale; None for gaps."""
    return [
        [drawable(value) for value in values]
        for line in lines
        for curve in line.curves
        for values in (curve.raw, curve.y)
    ]


def _single(drawn: DrawnLine, curve: DrawnCurve, *, with_raw: bool) -> list[dict[str, Any]]:
    rates = rates_of(curve.history)
    traces: list[dict[str, Any]] = []
    if with_raw and not np.array_equal(curve.raw, curve.y, equal_nan=True):
        line = {"color": drawn.stroke.transparent(0.35), "width": 1}
        start = curve.own_from if curve.past_drawn else 0
        x, raw = curve.x[start:].tolist(), _shown(curve.raw[start:])
        traces.append(_lines(x, raw) | _SKIP | {"line": line})
    if curve.history.shared and not curve.past_drawn:
        traces.append(_shared(drawn, curve))
    told: dict[str, Any] = {"hoverinfo": "skip"}
    own = slice(curve.own_from, None)
    x, y = curve.x[own], curve.y[own]
    if not drawn.stroke.faded:
        told = {
            "customdata": [
                [number, drawable(rate), verdict_on(curve.history.verdicts, number)]
                for number, rate in zip((x + curve.offset).tolist(), rates[own], strict=True)
            ],
            "hovertemplate": "epoch %{customdata[0]}: <b>%{y:.4f}</b><br>"
            "learning rate %{customdata[1]}%{customdata[2]}<extra>%{fullData.name}</extra>",
        }
    return [*traces, _lines(x.tolist(), _shown(y)) | {"line": _line(drawn)} | told]


def _shared(drawn: DrawnLine, curve: DrawnCurve) -> dict[str, Any]:
    """Return what a fork shares with its parent, thin and dotted."""
    past = slice(None, curve.own_from + 1)
    line = {"color": drawn.stroke.transparent(0.6), "width": 1.25, "dash": "dot"}
    return _lines(curve.x[past].tolist(), _shown(curve.y[past])) | _SKIP | {"line": line}


def _group(drawn: DrawnLine, *, with_runs: bool) -> list[dict[str, Any]]:
    x = drawn.common
    values = np.array([_values_at(curve, x) for curve in drawn.curves])
    mean, low, high = values.mean(axis=0), values.min(axis=0), values.max(axis=0)
    band_x, band_y = _band(x.tolist(), low, high)
    fill = {
        "fill": "toself",
        "fillcolor": drawn.stroke.transparent(0.16 if with_runs else 0.08),
        "line": {"width": 0},
    }
    thin = {"color": drawn.stroke.transparent(0.45), "width": 1}
    runs_x, runs_y = _single_runs(drawn, after=None if with_runs or not x.size else int(x[-1]))
    told: dict[str, Any] = {
        "customdata": [
            [drawable(one), drawable(other)] for one, other in zip(low, high, strict=True)
        ],
        "hovertemplate": f"{_place_of(drawn)} %{{x}}: mean <b>%{{y:.4f}}</b><br>"
        "lowest %{customdata[0]}, highest %{customdata[1]}"
        "<extra>%{fullData.name}</extra>",
    }
    return [
        _lines(band_x, band_y) | _SKIP | fill,
        _lines(runs_x, runs_y) | _SKIP | {"line": thin},
        _lines(x.tolist(), _shown(mean))
        | {"line": _line(drawn)}
        | ({"hoverinfo": "skip"} if drawn.stroke.faded else told),
    ]


def _place_of(drawn: DrawnLine) -> str:
    return "from the reduction" if any(curve.offset for curve in drawn.curves) else "epoch"


def _values_at(curve: DrawnCurve, x: Any) -> FloatArray:
    return curve.y[np.isin(curve.x, x)]


def _band(
    x: Sequence[int], low: FloatArray, high: FloatArray
) -> tuple[list[int | None], list[float | None]]:
    """Return outlines to fill, one for each stretch without a gap."""
    band_x: list[int | None] = []
    band_y: list[float | None] = []
    points = list(zip(x, _shown(low), _shown(high), strict=True))
    for whole, stretch in groupby(points, key=lambda point: None not in point):
        if whole:
            there = list(stretch)
            band_x += [p[0] for p in there] + [p[0] for p in reversed(there)] + [None]
            band_y += [p[1] for p in there] + [p[2] for p in reversed(there)] + [None]
    return band_x, band_y


def _single_runs(
    drawn: DrawnLine, *, after: int | None
) -> tuple[list[int | None], list[float | None]]:
    """Return each run of a line by itself, or only what lies at and behind a place."""
    x: list[int | None] = []
    y: list[float | None] = []
    for curve in drawn.curves:
        kept = np.ones(len(curve.x), dtype=np.bool_) if after is None else curve.x >= after
        if kept.sum() > 1:
            x += [*curve.x[kept].tolist(), None]
            y += [*_shown(curve.y[kept]), None]
    return x, y


def _marks(line: DrawnLine) -> Iterator[tuple[Look, tuple[float, float, str, str]]]:
    if line.stroke.faded:
        return
    for curve in line.curves:
        for look, x, text in curve.marks():
            y = drawable(curve.at(x))
            told = f"<b>{line.label}</b><br>epoch {x + curve.offset}: {text}"
            yield look, (x, _last_before(curve, x) if y is None else y, line.stroke.colour, told)


def _last_before(curve: DrawnCurve, x: int) -> float:
    """Return the last finite value up to a place, else the first; 0 without any."""
    finite = np.isfinite(curve.y)
    before = np.flatnonzero(finite & (curve.x <= x))
    if before.size:
        return float(curve.y[before[-1]])
    after = np.flatnonzero(finite)
    return float(curve.y[after[0]]) if after.size else 0.0


def _mark_traces(
    look: Look,
    places: Sequence[Sequence[Any]],
    colours: Palette,
    *,
    share: float,
    in_legend: bool,
) -> list[dict[str, Any]]:
    size = round(look.size * share, 1)
    # An outline around each of many small marks would hide the curves.
    outline = 0 if share <= _SMALL else 1
    edge = {"width": outline, "color": colours.paper} if look.outlined else {"width": 1.5}
    x, y, colour, text = (list(column) for column in zip(*places, strict=True))
    marker = {"symbol": look.symbol, "size": size, "line": edge}
    shared: dict[str, Any] = {"type": "scatter", "mode": "markers", "legendgroup": look.name}
    marks = {
        "x": x,
        "y": y,
        "text": text,
        "hovertemplate": "%{text}<extra></extra>",
        "cliponaxis": False,
        "showlegend": False,
        "marker": marker | {"color": colour},
    }
    if not in_legend:
        return [shared | marks]
    # In the legend a mark has no line's colour.
    entry = {"x": [None], "y": [None], "name": look.name, "marker": marker | {"color": colours.ink}}
    return [shared | marks, shared | entry]


def _lines(x: Sequence[Any], y: Sequence[float | None]) -> dict[str, Any]:
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "connectgaps": False}


def _line(drawn: DrawnLine) -> dict[str, Any]:
    stroke = drawn.stroke
    return {"color": stroke.colour, "width": stroke.width_px, "dash": stroke.dash}


def _shown(values: FloatArray) -> list[float | None]:
    return [drawable(value) for value in values.tolist()]
