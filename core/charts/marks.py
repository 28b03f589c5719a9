"""What happened, as marks: one for each event, and a line where the rate changed."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.charts.frame import AXES, Scale, note
from core.charts.history import History, is_by_hand
from core.charts.palette import Palette
from core.specs.callbacks import METRICS, ModelCheckpoint
from core.store.records import Event, EventKind

# A label takes about a tenth of the width of the narrowest screen.
_LABEL_SHARE = 0.09

# Beyond this many epochs marks of the full size would hide the curve.
_FULL_SIZE, _SMALLER = 60, 0.65


@dataclass(frozen=True)
class Look:
    """How a kind of event is marked; `colour` is a role of the palette."""

    name: str
    symbol: str
    size: float
    colour: str
    outlined: bool = False


SAVED = Look("saved", "diamond", 7, "best", outlined=True)
BEST_SAVED = Look("best saved", "star", 15, "best", outlined=True)
NAN = Look("NaN", "x", 11, "trouble", outlined=True)
BY_HAND = Look("rate set by hand", "bowtie", 15, "reduction", outlined=True)

# Open marks are larger, so that they stay visible around another on the same epoch.
LOOKS = {
    EventKind.WEIGHTS_RESTORED: Look("restored", "circle-open", 21, "best"),
    EventKind.LEARNING_RATE_REDUCED: Look("rate reduced", "triangle-down", 14, "reduction", True),
    # Small: a plan may set another rate in every epoch.
    EventKind.LEARNING_RATE_SET: Look("rate set", "triangle-right", 8, "reduction", True),
    EventKind.EARLY_STOP: Look("early stop", "square-open", 18, "ink"),
    EventKind.STOPPED: Look("stopped", "octagon-open", 18, "ink"),
    EventKind.FAILED: Look("failed", "x-thin-open", 14, "trouble"),
    EventKind.PAUSED: Look("paused", "hash-open", 14, "ink"),
    EventKind.CONTINUED: Look("continued", "triangle-up-open", 14, "ink"),
    EventKind.RESUMED: Look("resumed", "triangle-right-open", 18, "trouble"),
    EventKind.FORKED: Look("forked", "diamond-open", 18, "ink"),
    EventKind.FINISHED: Look("finished", "line-ns-open", 18, "soft"),
}
"""How each kind of event is marked; the later ones are drawn above the earlier."""


def look_of(event: Event) -> Look:
    """Return how an event is marked."""
    if event.kind is EventKind.CHECKPOINT_SAVED:
        return SAVED
    return (
        NAN if event.kind is EventKind.NAN else BY_HAND if is_by_hand(event) else LOOKS[event.kind]
    )


def saves_best_only(history: History) -> bool:
    """Tell whether each model that a run saved was the best so far."""
    return any(
        isinstance(callback, ModelCheckpoint) and callback.save_best_only
        for callback in history.run.spec.callbacks
    )


def event_traces(
    history: History, scales: dict[str, Scale], colours: Palette
) -> list[dict[str, Any]]:
    """Return one trace of marks for each kind of event that happened.

    Marks stand on the judged curve, or on the floor of its row where it has no value.
    """
    row = history.judged_row
    return [
        _marks(history, look, _on_curve(history, places, scales[row]), row, colours)
        for look, places in _places(history)
    ]


def nan_traces(
    history: History, scales: dict[str, Scale], colours: Palette
) -> list[dict[str, Any]]:
    """Return a cross on the floor of a row for each epoch in which one of its curves has a gap."""
    drawn = [(row, epochs) for row, epochs in _epochs_with_nan(history).items() if epochs]
    traces = [
        _marks(history, NAN, [(epoch, scales[row].low) for epoch in epochs], row, colours)
        for row, epochs in drawn
    ]
    for trace in traces:
        trace |= {"legendgroup": NAN.name, "showlegend": trace is traces[0]}
    return traces


def reduction_lines(
    history: History, bottom: float, top: float, colours: Palette
) -> list[dict[str, Any]]:
    """Return a dotted line through all rows where the rate changed by a callback or by hand."""
    return [
        {
            "type": "line",
            "xref": "x",
            "yref": "paper",
            "x0": x,
            "x1": x,
            "y0": bottom,
            "y1": top,
            "line": {"color": colours.reduction, "width": 1, "dash": "dot"},
        }
        for x, _ in _reductions(history)
    ]


def reduction_labels(history: History, top: float, colours: Palette) -> list[dict[str, Any]]:
    """Return the factor, times 0.3 for one, beside each line that has room for it."""
    labels: list[dict[str, Any]] = []
    room = _LABEL_SHARE * history.planned
    free_from = -math.inf
    for x, factor in _reductions(history):
        at_the_edge = x + room > history.planned + 1
        start = x - room if at_the_edge else x
        if start >= free_from:
            side = {"xanchor": "right", "xshift": -1} if at_the_edge else {"xshift": 1}
            text = f"\N{MULTIPLICATION SIGN}{factor:.2g}"
            labels.append(
                note(text, colours.reduction, x=x, xref="x", y=top, yanchor="top", **side)
            )
            free_from = start + room
    return labels


def _reductions(history: History) -> Iterator[tuple[float, float]]:
    """Yield where the rate changed and by which factor."""
    for event in history.events:
        reduced = event.kind is EventKind.LEARNING_RATE_REDUCED
        if (reduced or is_by_hand(event)) and event.detail["from"]:
            yield history.place_of(event), event.detail["to"] / event.detail["from"]


def _places(history: History) -> Iterator[tuple[Look, list[int]]]:
    # The later traces are drawn above the earlier ones.
    for look, places in _checkpoints(history):
        if places:
            yield look, places
    for look in (*LOOKS.values(), BY_HAND):
        if places := _epochs_with(history, look):
            yield look, places


def _checkpoints(history: History) -> list[tuple[Look, list[int]]]:
    saved = _epochs_with(history, SAVED)
    # Only where the best alone is saved is the last one saved the best.
    if saves_best_only(history):
        return [(SAVED, saved[:-1]), (BEST_SAVED, saved[-1:])]
    return [(SAVED, saved)]


def _epochs_with(history: History, look: Look) -> list[int]:
    """Return the epochs, from 1, that have an event of that look, each once."""
    return sorted(
        {history.shown_epoch(event) for event in history.events if look_of(event) is look}
    )


def _on_curve(history: History, epochs: list[int], scale: Scale) -> list[tuple[int, float]]:
    """Return where marks of the judged curve stand; a gap has them on the floor."""
    values = [(epoch, history.judged_value(epoch)) for epoch in epochs]
    return [(epoch, scale.low if value is None else value) for epoch, value in values]


def _epochs_with_nan(history: History) -> dict[str, list[int]]:
    """Return, for each row of curves, the epochs from 1 in which a metric is not a number."""
    found: dict[str, set[int]] = {"accuracy": set(), "loss": set()}
    for epoch in history.epochs:
        for metric in METRICS:
            if not math.isfinite(epoch.logs.get(metric, 0.0)):
                found[metric.removeprefix("val_")].add(epoch.epoch + 1)
    for event in history.events:
        if event.kind is EventKind.NAN:
            row = str(event.detail.get("metric", "loss")).removeprefix("val_")
            found.get(row, found["loss"]).add(history.shown_epoch(event))
    return {row: sorted(epochs) for row, epochs in found.items()}


def _marks(
    history: History, look: Look, points: list[tuple[int, float]], row: str, colours: Palette
) -> dict[str, Any]:
    colour = getattr(colours, look.colour)
    few = history.planned <= _FULL_SIZE
    size = look.size if few else round(look.size * _SMALLER, 1)
    edge = {"width": 1.5 if few else 0, "color": colours.paper} if look.outlined else {"width": 2}
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [epoch for epoch, _ in points],
        "y": [height for _, height in points],
        "yaxis": AXES[row],
        "name": look.name,
        "hoverinfo": "skip",
        "cliponaxis": False,
        "marker": {"symbol": look.symbol, "size": size, "color": colour, "line": edge},
    }
