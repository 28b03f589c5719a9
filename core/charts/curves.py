"""The lines of the live figure: metrics, the best so far and the learning rate."""

from itertools import groupby
from typing import Any

from core.charts.history import History
from core.charts.palette import Palette

_MOST_POINTS_WITH_DOTS = 60


def metric_traces(history: History, kind: str, axis: str, colours: Palette) -> list[dict[str, Any]]:
    """Return the curves of one row: training and validation, and the best so far if it is judged.

    Args:
        history: The run so far.
        kind: "accuracy" or "loss".
        axis: The id of the row's vertical axis.
        colours: Of the page.
    """
    in_row = history.judged_row == kind
    training = _curve(history, kind, axis, colours.training) | {
        "name": "training",
        "legendgroup": "training",
        "showlegend": in_row,
    }
    validation = _curve(history, f"val_{kind}", axis, colours.validation, strong=True) | {
        "name": "validation",
        "legendgroup": "validation",
        "showlegend": in_row,
    }
    if not in_row:
        return [training, validation]
    return [training, _best_trace(history, axis, colours), validation]


def rate_trace(history: History, axis: str, colours: Palette) -> dict[str, Any]:
    """Return the learning rate as steps, from half an epoch before to half an epoch after.

    A rate that changes does so between two epochs. What follows the last epoch is the
    rate the next one would train with.
    """
    spans = [(epoch.epoch + 1, epoch.learning_rate) for epoch in history.epochs]
    if history.epochs:
        spans.append((history.shown[-1] + 1, history.epochs[-1].learning_rate_after))
    x: list[float] = []
    y: list[float] = []
    for rate, same in groupby(spans, key=lambda span: span[1]):
        numbers = [number for number, _ in same]
        x += [numbers[0] - 0.5, numbers[-1] + 0.5]
        y += [rate, rate]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "yaxis": axis,
        "name": "learning rate",
        "showlegend": False,
        "hoverinfo": "skip",
        "line": {"color": colours.reduction, "width": 2.5},
    }


def _curve(
    history: History, metric: str, axis: str, colour: str, *, strong: bool = False
) -> dict[str, Any]:
    dots = len(history.epochs) <= _MOST_POINTS_WITH_DOTS
    return {
        "type": "scatter",
        "mode": "lines+markers" if dots else "lines",
        "x": history.shown,
        "y": history.curve(metric),
        "yaxis": axis,
        "connectgaps": False,
        "hoverinfo": "skip",
        "line": {"color": colour, "width": 2.5 if strong else 1.5},
        "marker": {"color": colour, "size": 6 if strong else 3.5},
    }


def _best_trace(history: History, axis: str, colours: Palette) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": history.shown,
        "y": history.best_so_far,
        "yaxis": axis,
        "name": "best so far",
        "hoverinfo": "skip",
        "line": {"color": colours.best, "width": 1.5, "dash": "dot", "shape": "hv"},
    }
