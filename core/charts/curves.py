"""The lines of the live figure: metrics, the best so far and the learning rate."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from core.charts.history import History, is_by_hand
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
    training = _curves(history, kind, axis, colours.training, name="training", named=in_row)
    validation = _curves(
        history,
        f"val_{kind}",
        axis,
        colours.validation,
        name="validation",
        named=in_row,
        strong=True,
    )
    best = [_best_trace(history, axis, colours)] if in_row else []
    return [*training, *best, *validation]


def rate_trace(history: History, axis: str, colours: Palette) -> dict[str, Any]:
    """Return the learning rate as steps, from half an epoch before to half an epoch after.

    A callback changes the rate between two epochs, a person within one. What follows the
    last epoch is the rate the next one would train with.
    """
    x: list[float] = []
    y: list[float] = []
    for rate, same in groupby(_rates(history), key=lambda span: span[2]):
        spans = list(same)
        x += [spans[0][0], spans[-1][1]]
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


def _rates(history: History) -> Iterator[tuple[float, float, float]]:
    """Yield spans of one rate: from where to where, and the rate."""
    by_hand = [event for event in history.events if is_by_hand(event)]
    for epoch in history.epochs:
        start, rate = epoch.epoch + 0.5, epoch.learning_rate
        for event in by_hand:
            if event.epoch == epoch.epoch:
                yield start, (place := history.place_of(event)), rate
                start, rate = place, event.detail["to"]
        yield start, epoch.epoch + 1.5, rate
    if history.epochs:
        last = history.epochs[-1]
        yield last.epoch + 1.5, last.epoch + 2.5, last.learning_rate_after


def _curves(
    history: History,
    metric: str,
    axis: str,
    colour: str,
    *,
    name: str,
    named: bool,
    strong: bool = False,
) -> list[dict[str, Any]]:
    """Return a curve; what a fork shares with its parent stands before it, thin and dotted."""
    whole: dict[str, Any] = {
        **_curve(history, metric, axis, colour, strong=strong),
        "name": name,
        "legendgroup": name,
        "showlegend": named,
    }
    if not history.shared:
        return [whole]
    # The last shared epoch is in both, so that they meet.
    start = history.shared - 1
    own = whole | {"x": whole["x"][start:], "y": whole["y"][start:]}
    shared = whole | {
        "x": whole["x"][: start + 1],
        "y": whole["y"][: start + 1],
        "name": f"{name}, shared",
        "mode": "lines",
        "showlegend": False,
        "line": {"color": colour, "width": 1.5 if strong else 1, "dash": "dot"},
    }
    return [shared, own]


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
