"""The tree of a sweep: which settings share a training, and where they part."""

import html
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go  # pyright: ignore[reportMissingTypeStubs]

from core.charts.compare.colours import Stroke
from core.charts.compare.look import base_layout
from core.charts.event_text import change_of_rate
from core.charts.frame import NOTE_SIZE, TICK_SIZE, note
from core.charts.marks import LOOKS
from core.charts.palette import Palette, palette
from core.charts.sweep.lanes import Lane, lanes_of
from core.charts.sweep.look import Place, evidence_of, marks, settings_told, strokes
from core.charts.sweep.results import SweepResults
from core.store.records import EventKind, RunStatus

_LANE_PX, _CLOSE_PX, _MANY_LANES = 30, 20, 24
_MARGIN = {"l": 16, "r": 16, "t": 14, "b": 62}
_LONGEST_LABEL, _LONGEST_NARROW = 72, 42
# A training that several settings share is drawn as thick as they are many, to a point.
_THINNEST, _THICKEST, _EACH = 2.0, 6.0, 0.6


def tree_figure(results: SweepResults, seed: int, *, dark: bool, narrow: bool = False) -> go.Figure:
    """Draw the branches of one seed over the epochs.

    A line that several settings share is grey and thick; one that a single training of the end
    has bears the colour of its first setting.

    Args:
        results: The sweep so far.
        seed: Which of its trees.
        dark: Whether the page is dark.
        narrow: Whether the screen is a phone's; long labels are then cut.
    """
    colours, lanes = palette(dark), lanes_of(results, seed)
    looks = strokes(results, results.judged, dark=dark)
    count = 1 + max((lane.y for lane in lanes), default=0)
    data = [
        _guides(lanes, results.planned, colours),
        _connectors(lanes, colours),
        *(_line(results, lane, looks, colours) for lane in lanes),
        *_heads(lanes, colours),
        *_marks(results, lanes, looks, colours),
    ]
    layout = _layout(results, seed, count, colours)
    longest = _LONGEST_NARROW if narrow else _LONGEST_LABEL
    layout["annotations"] += [
        _label(results, lane, longest, colours) for lane in lanes if lane.is_leaf
    ]
    return go.Figure({"data": data, "layout": layout})


def _guides(lanes: Sequence[Lane], planned: int, colours: Palette) -> dict[str, Any]:
    """Return a faint line from the end of each leaf to its label."""
    ends = [lane for lane in lanes if lane.is_leaf and lane.end < planned]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [x for lane in ends for x in (lane.end, planned, None)],
        "y": [y for lane in ends for y in (lane.y, lane.y, None)],
        "hoverinfo": "skip",
        "showlegend": False,
        "line": {"color": colours.soft, "width": 1, "dash": "dot"},
        "opacity": 0.5,
    }


def _connectors(lanes: Sequence[Lane], colours: Palette) -> dict[str, Any]:
    """Return the lines from each branch to those that parted from it."""
    x: list[float | None] = []
    y: list[float | None] = []
    for lane in lanes:
        x += [lane.start, lane.start, None]
        y += [lane.from_y, lane.y, None]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "hoverinfo": "skip",
        "showlegend": False,
        "line": {"color": colours.soft, "width": 1.25},
    }


def _line(
    results: SweepResults, lane: Lane, looks: Sequence[Stroke], colours: Palette
) -> dict[str, Any]:
    # A point an epoch, so that each part of the line answers the pointer.
    places = list(range(lane.start, lane.end + 1))
    return {
        "type": "scatter",
        "mode": "lines",
        "x": places,
        "y": [lane.y] * len(places),
        "text": _told(results, lane),
        "hovertemplate": "%{fullData.text}<extra></extra>",
        "showlegend": False,
        "cliponaxis": False,
        "line": _pen(lane, looks, colours),
    }


def _pen(lane: Lane, looks: Sequence[Stroke], colours: Palette) -> dict[str, Any]:
    many = len(lane.branch.settings)
    width = min(_THICKEST, _THINNEST + _EACH * (many - 1))
    if not lane.is_leaf:
        return {"color": colours.soft, "width": width}
    look = looks[min(lane.branch.settings)]
    return {"color": look.colour, "width": width, "dash": look.dash}


def _told(results: SweepResults, lane: Lane) -> str:
    branch = lane.branch
    head = f"<b>{_share(len(branch.settings))}</b>"
    trained = f"epochs {lane.start + 1} to {lane.end}" if branch.epochs else "no epoch yet"
    return f"{head} · {trained} · {branch.status}<br>{settings_told(results, branch.settings)}"


def _share(count: int) -> str:
    return "one setting" if count == 1 else f"{count} settings share this training"


def _heads(lanes: Sequence[Lane], colours: Palette) -> list[dict[str, Any]]:
    """Return what marks the end of each branch that has not come to its own."""
    symbols = {
        RunStatus.RUNNING: ("circle", colours.validation),
        RunStatus.QUEUED: ("circle-open", colours.soft),
        RunStatus.STOPPED: ("octagon-open", colours.ink),
        RunStatus.INTERRUPTED: ("octagon-open", colours.trouble),
        RunStatus.FAILED: ("x-thin-open", colours.trouble),
    }
    shown = [lane for lane in lanes if lane.branch.status in symbols]
    if not shown:
        return []
    marker = {
        "symbol": [symbols[lane.branch.status][0] for lane in shown],
        "color": [symbols[lane.branch.status][1] for lane in shown],
        "size": 10,
        "line": {"width": 1.5},
    }
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [lane.end for lane in shown],
            "y": [lane.y for lane in shown],
            "text": [f"<b>{lane.branch.status}</b>" for lane in shown],
            "hovertemplate": "%{text}<extra></extra>",
            "cliponaxis": False,
            "showlegend": False,
            "marker": marker,
        }
    ]


def _marks(
    results: SweepResults, lanes: Sequence[Lane], looks: Sequence[Stroke], colours: Palette
) -> list[dict[str, Any]]:
    reduced: list[Place] = []
    stopped: list[Place] = []
    for lane in lanes:
        colour = looks[min(lane.branch.settings)].colour if lane.is_leaf else colours.soft
        for event in results.reductions(lane.branch):
            if event.epoch is not None:
                told = change_of_rate(event.detail["from"], event.detail["to"])
                place = f"after epoch {event.epoch + 1}"
                reduced.append((event.epoch + 1, lane.y, colour, f"<b>{place}</b><br>{told}"))
        for epoch, settings in results.stops(lane.branch).items():
            told = settings_told(results, settings)
            text = f"<b>stopped early after epoch {epoch + 1}</b><br>{told}"
            stopped.append((epoch + 1, lane.y, colours.ink, text))
    kinds = ((EventKind.LEARNING_RATE_REDUCED, reduced), (EventKind.EARLY_STOP, stopped))
    return [marks(LOOKS[kind], places, colours) for kind, places in kinds if places]


def _layout(results: SweepResults, seed: int, count: float, colours: Palette) -> dict[str, Any]:
    lane_px = _LANE_PX if count <= _MANY_LANES else _CLOSE_PX
    height = round(count * lane_px) + _MARGIN["t"] + _MARGIN["b"] + lane_px
    ticks = {"size": TICK_SIZE, "color": colours.soft}
    return {
        **base_layout(colours, height_px=height, margin=_MARGIN),
        "uirevision": f"{results.sweep.id} {seed}",
        "xaxis": {
            "range": [-0.2, results.planned + 0.2],
            "title": {"text": "epochs finished", "font": ticks, "standoff": 4},
            "gridcolor": colours.grid,
            "zeroline": False,
            "tickformat": "d",
            "nticks": 12,
            "tickfont": ticks,
        },
        "yaxis": {
            # Room for the label above the first line.
            "range": [count - 0.4, -0.9],
            "visible": False,
            "fixedrange": True,
        },
        "annotations": [
            note(
                html.escape(evidence_of(results, [seed]), quote=False),
                colours.soft,
                x=0,
                y=0,
                yanchor="top",
                yshift=-42,
                xshift=-10,
            ),
        ],
    }


def _label(results: SweepResults, lane: Lane, longest: int, colours: Palette) -> dict[str, Any]:
    name = results.names.together(lane.branch.settings)
    short = name if len(name) <= longest else f"{name[: longest - 1]}…"
    return {
        "text": html.escape(short, quote=False),
        "x": results.planned,
        "y": lane.y,
        "xanchor": "right",
        "yanchor": "bottom",
        "yshift": 2,
        "showarrow": False,
        "font": {"size": NOTE_SIZE, "color": colours.ink},
    }
