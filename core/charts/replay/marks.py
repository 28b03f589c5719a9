"""Where each setting acts, as marks on the curve, and where the recording leaves it."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from core.charts.frame import note
from core.charts.history import is_by_hand
from core.charts.marks import NAN, SAVED, Look, look_of
from core.charts.replay.view import AXES, ReplayView
from core.plateaus.what_if import Replayed
from core.store.records import EventKind

# Several settings may act in one epoch: the later ones are smaller, and drawn above.
_SIZES = {"A": 19, "B": 15, "C": 11, "D": 7}
_SYMBOLS = {
    "ReduceLROnPlateau": "triangle-down",
    "EarlyStopping": "square",
    "ModelCheckpoint": SAVED.symbol,
}
SIGNS = {
    "ReduceLROnPlateau": "\N{BLACK DOWN-POINTING TRIANGLE} rate reduced",
    "EarlyStopping": "\N{BLACK SQUARE} training stops",
    "ModelCheckpoint": "\N{BLACK DIAMOND} model saved",
}
"""What the marks mean, for a heading."""

_RESTORED = "circle-open"
_PAUSES = (EventKind.PAUSED, EventKind.CONTINUED)

# A note beside an edge further right would leave the narrowest screen.
_RIGHT_SHARE, _LINE_PX = 0.65, 15


def act_traces(view: ReplayView) -> list[dict[str, Any]]:
    """Return the marks of each setting: in its colour, or hollow and grey where not known."""
    traces: list[dict[str, Any]] = []
    for replayed in view.replays:
        known = [epoch for epoch in replayed.acts if epoch < replayed.first_unknown]
        unknown = [epoch for epoch in replayed.acts if epoch >= replayed.first_unknown]
        traces.append(_marks(view, replayed, known) | {"name": replayed.setting.name})
        if unknown:
            grey = _marks(view, replayed, unknown)
            grey["marker"] |= {"color": view.colours.soft, "opacity": 0.5}
            grey["marker"]["symbol"] += "-open"
            traces.append(grey | {"name": f"{replayed.setting.name}, not known"})
        if replayed.restored is not None:
            traces.append(_restored(view, replayed, replayed.restored))
    return traces


def hand_traces(view: ReplayView) -> list[dict[str, Any]]:
    """Return the marks of what a person did while it was recorded: to the rate, a pause."""
    looks: defaultdict[Look, list[int]] = defaultdict(list)
    for event in view.events:
        of_a_person = is_by_hand(event) or event.kind in _PAUSES
        if of_a_person and event.epoch is not None and event.epoch < view.epochs:
            looks[look_of(event)].append(event.epoch)
    return [_hand(view, look, sorted({*epochs})) for look, epochs in looks.items()]


def nan_trace(view: ReplayView) -> list[dict[str, Any]]:
    """Return a cross on the floor for each epoch whose value is not a number."""
    if not view.gaps:
        return []
    points = _points(view, view.gaps)
    points["marker"] = {"symbol": NAN.symbol, "size": NAN.size, "color": view.colours.trouble}
    return [points | {"name": NAN.name}]


def shapes(view: ReplayView) -> list[dict[str, Any]]:
    """Return the grey ground where nothing is known, its edges, and the epoch looked at."""
    drawn = [_ground(view)] if view.known < view.epochs else []
    for epoch, names in _edges(view).items():
        first = next(one for one in view.replays if one.setting.name == names[0])
        drawn.append(_line(epoch + 0.5, view.colour(first), "dash", 1.5))
    if view.pointed is not None:
        drawn.append(_line(view.pointed + 1, view.colours.ink, "solid", 1.5))
    top = view.rows["curve"].top
    return [shape | {"y1": top} for shape in drawn]


def edge_notes(view: ReplayView) -> list[dict[str, Any]]:
    """Return beside each edge whose evidence ends there."""
    bottom, notes = view.rows["curve"].bottom, list[dict[str, Any]]()
    for level, (epoch, names) in enumerate(_edges(view).items()):
        left = epoch > _RIGHT_SHARE * view.epochs
        side = {"xanchor": "right", "xshift": -3} if left else {"xanchor": "left", "xshift": 3}
        text = f"{', '.join(names)}: not known"
        place = {"x": epoch + 0.5, "xref": "x", "y": bottom, "yanchor": "bottom"}
        place["yshift"] = _LINE_PX * level
        notes.append(note(text, view.colours.soft, **place, **side))
    return notes


def _edges(view: ReplayView) -> dict[int, list[str]]:
    """The settings by the first epoch, from 0, at which they leave the recording."""
    edges: defaultdict[int, list[str]] = defaultdict(list)
    for one in view.replays:
        if one.first_unknown < one.epochs:
            edges[one.first_unknown].append(one.setting.name)
    return dict(sorted(edges.items()))


def _ground(view: ReplayView) -> dict[str, Any]:
    return {
        "type": "rect",
        "layer": "below",
        "xref": "x",
        "yref": "paper",
        "x0": view.known + 0.5,
        "x1": view.epochs + 1,
        "y0": view.rows["curve"].bottom,
        "y1": view.rows["curve"].top,
        "fillcolor": view.colours.cell,
        "line": {"width": 0},
    }


def _line(x: float, colour: str, dash: str, width: float) -> dict[str, Any]:
    place = {"xref": "x", "yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": 1}
    line = {"color": colour, "width": width, "dash": dash}
    return {"type": "line", "layer": "below", **place, "line": line}


def _marks(view: ReplayView, replayed: Replayed, epochs: list[int]) -> dict[str, Any]:
    name = replayed.setting.name
    size = _SIZES[name] * (0.7 if view.epochs > 60 else 1)  # noqa: PLR2004 - as cells do
    trace = _points(view, epochs)
    trace["marker"] = {
        "symbol": _SYMBOLS[replayed.setting.callback.kind],
        "size": round(size, 1),
        "color": view.colour(replayed),
        "line": {"width": 1.5, "color": view.colours.paper},
    }
    return trace


def _hand(view: ReplayView, look: Look, epochs: list[int]) -> dict[str, Any]:
    trace = _points(view, epochs)
    edge = {"width": 1.5, "color": view.colours.paper} if look.outlined else {"width": 2}
    colour = getattr(view.colours, look.colour)
    trace["marker"] = {"symbol": look.symbol, "size": look.size, "color": colour, "line": edge}
    return trace | {"name": look.name, "showlegend": True}


def _restored(view: ReplayView, replayed: Replayed, epoch: int) -> dict[str, Any]:
    trace = _points(view, [epoch])
    size = _SIZES[replayed.setting.name] + 4
    trace["marker"] = {
        "symbol": _RESTORED,
        "size": size,
        "color": view.colour(replayed),
        "line": {"width": 2.5},
    }
    return trace | {"name": f"restored by {replayed.setting.name}"}


def _points(view: ReplayView, epochs: list[int]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [epoch + 1 for epoch in epochs],
        "y": list(_heights(view, epochs)),
        "yaxis": AXES["curve"],
        "showlegend": False,
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _heights(view: ReplayView, epochs: list[int]) -> Iterator[float]:
    """Marks stand on the curve, or on the floor where it has a gap."""
    for epoch in epochs:
        value = view.values[epoch]
        yield view.scale.low if value is None else value
