"""The curves of a replay's figure: what was recorded, what had to be beaten, the rates."""

import math
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import numpy as np

from core.charts.palette import faded, mixed
from core.charts.replay.view import AXES, ReplayView
from core.plateaus.arrays import FloatArray
from core.plateaus.what_if import Replayed

_MOST_POINTS_WITH_DOTS = 60
_FAINT = 0.4

Trace = dict[str, Any]


def curve_traces(view: ReplayView) -> list[Trace]:
    """Return the recorded curve: strong while it is evidence for a setting, grey after that."""
    colours, known = view.colours, view.known
    shown = list(range(1, view.epochs + 1))
    grey = _curve(view, shown, view.values) | {"name": "no evidence", "showlegend": False}
    grey |= {"line": {"color": colours.soft, "width": 1.5, "dash": "dot"}}
    grey["marker"] = {"color": mixed(colours.soft, colours.paper, 0.4), "size": 4.5}
    strong = _curve(view, shown[:known], view.values[:known]) | {"name": "recorded"}
    strong |= {"line": {"color": colours.ink, "width": 2}}
    strong["marker"] = {"color": colours.ink, "size": 5.5}
    return [*([grey] if known < view.epochs else []), strong]


def band_traces(view: ReplayView, replayed: Replayed) -> list[Trace]:
    """Return the best before each epoch as steps, and around it the band of `min_delta`.

    A value inside the band, or on the wrong side of it, does not beat the best. Beyond what is
    known nothing is drawn.
    """
    colour = view.colour(replayed)
    name = replayed.setting.name
    x, y = _steps(_drawn(replayed.best_before, _judged(replayed)))
    best: Trace = {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "yaxis": AXES["curve"],
        "name": f"best of {name}",
        "showlegend": False,
        "hoverinfo": "skip",
        "line": {"color": colour, "width": 1.5, "dash": "dash"},
    }
    return [*_band(view, replayed, colour), best]


def _judged(replayed: Replayed) -> int:
    """How many epochs are run and known."""
    return min(replayed.first_unknown, len(replayed.verdicts))


def _band(view: ReplayView, replayed: Replayed, colour: str) -> list[Trace]:
    until, floor = _judged(replayed), view.scale.low
    best, margin = replayed.best_before[:until], replayed.margin[:until]
    if not np.any(margin > 0):
        return []
    with np.errstate(invalid="ignore"):
        low, high = np.maximum(best - margin, floor), best + margin
    x: list[float | None] = []
    y: list[float | None] = []
    for epochs in _finite_parts(best):
        edges = [edge for epoch in epochs for edge in (epoch + 0.5, epoch + 1.5)]
        upper = [float(high[epoch]) for epoch in epochs for _ in range(2)]
        lower = [float(low[epoch]) for epoch in epochs for _ in range(2)]
        x += [*edges, *reversed(edges), None]
        y += [*upper, *reversed(lower), None]
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": x,
            "y": y,
            "yaxis": AXES["curve"],
            "name": f"band of {replayed.setting.name}",
            "showlegend": False,
            "hoverinfo": "skip",
            "fill": "toself",
            "fillcolor": faded(colour, 0.22 if view.dark else 0.16),
            "line": {"width": 0},
        }
    ]


def _finite_parts(values: FloatArray) -> Iterator[list[int]]:
    finite = np.isfinite(values)
    for known, epochs in groupby(range(len(values)), key=lambda epoch: bool(finite[epoch])):
        if known:
            yield list(epochs)


def rate_traces(view: ReplayView) -> list[Trace]:
    """Return the learning rates as steps: the recorded one, wide, and those of the replays."""
    recorded = _rate(view.rates.values, "recorded rate", view.colours.soft, width=5)
    recorded["line"] |= {"color": mixed(view.colours.soft, view.colours.paper, 0.55)}
    traces = [recorded] if view.rates.logged else []
    for replayed in view.replays:
        if replayed.rates is not None:
            traces += _replayed_rates(view, replayed, replayed.rates)
    return traces


def _replayed_rates(view: ReplayView, replayed: Replayed, rates: FloatArray) -> list[Trace]:
    colour, known = view.colour(replayed), replayed.first_unknown
    # The rate that first differs is exact itself: only what follows from it is not.
    exact = _rate(rates[: known + 1], f"rate of {replayed.setting.name}", colour, width=2)
    if known == replayed.epochs:
        return [exact]
    faint = mixed(colour, view.colours.paper, 1 - _FAINT)
    rest = np.where(np.arange(len(rates)) < known, np.nan, rates)
    after = _rate(rest, f"rate of {replayed.setting.name}, not known", faint, width=1.5)
    after["line"] |= {"dash": "dot"}
    return [after, exact]


def _rate(rates: FloatArray, name: str, colour: str, *, width: float) -> Trace:
    # Nothing stands on a logarithmic axis at zero.
    x, y = _steps([rate if rate > 0 and math.isfinite(rate) else None for rate in rates.tolist()])
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "yaxis": AXES["learning_rate"],
        "name": name,
        "showlegend": False,
        "hoverinfo": "skip",
        "line": {"color": colour, "width": width},
    }


def _drawn(values: FloatArray, until: int) -> list[float | None]:
    return [value if math.isfinite(value) else None for value in values[:until].tolist()]


def _steps(values: list[float | None]) -> tuple[list[float], list[float | None]]:
    """Lay values out as steps, each from half an epoch before to half an epoch after."""
    x: list[float] = []
    y: list[float | None] = []
    for epoch, value in enumerate(values, start=1):
        if y and y[-1] is not None and y[-1] == value:
            x[-1] = epoch + 0.5
        else:
            x += [epoch - 0.5, epoch + 0.5]
            y += [value, value]
    return x, y


def _curve(view: ReplayView, x: list[int], y: list[float | None]) -> Trace:
    dots = view.epochs <= _MOST_POINTS_WITH_DOTS
    return {
        "type": "scatter",
        "mode": "lines+markers" if dots else "lines",
        "x": x,
        "y": y,
        "yaxis": AXES["curve"],
        "connectgaps": False,
        "hoverinfo": "skip",
    }
