"""The calls of a traced training as a timeline, a lane for each that was called."""

import html
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any, Literal

import plotly.graph_objects as go  # pyright: ignore[reportMissingTypeStubs]

from core.charts.call_text import duration_text, effects, logs_text, sections, signature
from core.charts.frame import FONT, NOTE_SIZE, TICK_SIZE, hover_label, note
from core.charts.palette import Palette, palette
from core.store.traces import Call, Trace

By = Literal["order", "time"]

_LANE_PX = 46
_MARGIN = {"l": 8, "r": 8, "t": 64, "b": 44}
# The name of a lane stands above its bars.
_BAR, _BAR_FLOOR = 0.42, 0.1
_LONGEST_LINE = 64


@dataclass(frozen=True)
class _Kind:
    """Hooks that share a colour.

    Attributes:
        name: Its entry in the legend.
        parts: The hook's name begins with one of them.
        colour: A name of the palette.
    """

    name: str
    parts: tuple[str, ...]
    colour: str


_KINDS = (
    _Kind("batch computed", ("train_function", "test_function", "predict_function"), "waiting"),
    _Kind("train hooks", ("on_train_begin", "on_train_end"), "ink"),
    _Kind("epoch hooks", ("on_epoch",), "validation"),
    _Kind("batch hooks", ("on_train_batch",), "training"),
    _Kind("test hooks", ("on_test",), "best"),
    _Kind("predict hooks", ("on_predict",), "trouble"),
)


@dataclass(frozen=True)
class _Mark:
    """A mark on calls that changed something.

    Attributes:
        name: Its entry in the legend.
        symbol: Plotly's name of its shape.
        character: The shape as a character.
        size_px: Its size.
        colour: A name of the palette.
        height: Where it stands, in heights of a bar from its floor.
        holds: Tells which calls it marks.
    """

    name: str
    symbol: str
    character: str
    size_px: int
    colour: str
    height: float
    holds: Callable[[Call], bool]


_MARKS = (
    _Mark(
        "learning_rate enters the logs",
        "circle",
        "●",
        8,
        "reduction",
        0.5,
        lambda call: "learning_rate" in call.added,
    ),
    _Mark(
        "learning rate changed",
        "triangle-down",
        "▼",
        13,
        "reduction",
        1.4,
        lambda call: call.rate_after is not None,
    ),
    _Mark("training stopped", "square", "■", 10, "ink", 1.4, lambda call: call.stopped),
)


def timeline_figure(
    trace: Trace, shown: Sequence[int], *, by: By, current: int | None, dark: bool
) -> go.Figure:
    """Draw the calls of a trace; it can be zoomed sideways.

    Args:
        trace: The trace.
        shown: The calls to draw, indices of `trace.calls` in rising order.
        by: "order" gives each call the same width, "time" its duration, in milliseconds.
        current: The call that is looked at, an index of `trace.calls`.
        dark: Whether the page is dark.
    """
    drawing = _Drawing(trace, tuple(shown), by, palette(dark))
    return go.Figure(
        {
            "data": [*drawing.bars(), *drawing.marks()],
            "layout": drawing.layout(current),
        }
    )


def legend(trace: Trace, shown: Sequence[int], *, dark: bool) -> list[tuple[str, str, str]]:
    """Return name, colour and shape of what a timeline holds; its own would crowd a telephone.

    The shape is a character such as "▼".
    """
    colours = palette(dark)
    calls = [trace.calls[index] for index in shown]
    hooks = [
        (kind.name, getattr(colours, kind.colour), "▮")
        for kind in _KINDS
        if any(call.hook.startswith(kind.parts) for call in calls)
    ]
    marks = [
        (mark.name, getattr(colours, mark.colour), mark.character)
        for mark in _MARKS
        if any(map(mark.holds, calls))
    ]
    return hooks + marks


@dataclass(frozen=True)
class _Drawing:
    trace: Trace
    shown: tuple[int, ...]
    by: By
    colours: Palette

    def bars(self) -> list[dict[str, Any]]:
        """Return the bars, a trace for each kind of hook that is there."""
        traces: list[dict[str, Any]] = []
        for kind in _KINDS:
            alike = [i for i in self.shown if self.trace.calls[i].hook.startswith(kind.parts)]
            if alike:
                traces.append(self._bars_of(alike, kind))
        return traces

    def _bars_of(self, indices: list[int], kind: _Kind) -> dict[str, Any]:
        spans = [self._span(index) for index in indices]
        colour = getattr(self.colours, kind.colour)
        return {
            "type": "bar",
            "name": kind.name,
            "x": [(start + end) / 2 for start, end in spans],
            "width": [end - start for start, end in spans],
            "y": [_BAR] * len(indices),
            "base": [self._floor(index) for index in indices],
            # A line around them, so that a call of microseconds is seen beside seconds.
            "marker": {"color": colour, "line": {"color": colour, "width": 1}},
            "hovertext": [self._label(index) for index in indices],
            "hoverinfo": "text",
            "customdata": indices,
        }

    def marks(self) -> list[dict[str, Any]]:
        """Return the marks of what calls changed: the logs, the rate, the end of the training."""
        return [
            self._marks_of(mark, indices)
            for mark in _MARKS
            if (indices := [i for i in self.shown if mark.holds(self.trace.calls[i])])
        ]

    def _marks_of(self, mark: _Mark, indices: list[int]) -> dict[str, Any]:
        return {
            "type": "scatter",
            "mode": "markers",
            "name": mark.name,
            "x": [sum(self._span(index)) / 2 for index in indices],
            "y": [self._floor(index) + mark.height * _BAR for index in indices],
            "marker": {
                "symbol": mark.symbol,
                "size": mark.size_px,
                "color": getattr(self.colours, mark.colour),
                "line": {"color": self.colours.paper, "width": 1.5},
            },
            "hoverinfo": "skip",
            "customdata": indices,
        }

    def layout(self, current: int | None) -> dict[str, Any]:
        """Return axes, lanes, parts of the training, and the call that is looked at."""
        lanes, colours = len(self.trace.lanes), self.colours
        marked = [] if current not in self.shown else [self._cursor(current)]
        return {
            "height": lanes * _LANE_PX + _MARGIN["t"] + _MARGIN["b"],
            "margin": _MARGIN,
            "barmode": "overlay",
            "bargap": 0,
            "font": {"family": FONT, "color": colours.ink},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "showlegend": False,
            "modebar": {
                "bgcolor": colours.paper,
                "color": colours.soft,
                "activecolor": colours.ink,
            },
            "hovermode": "closest",
            "hoverlabel": hover_label(colours),
            "dragmode": "zoom",
            "xaxis": self._axis(),
            "yaxis": {"visible": False, "fixedrange": True, "range": [0, lanes]},
            "shapes": [*self._bands(), *self._lines(), *marked],
            "annotations": [self._evidence(), *self._names(), *self._parts()],
            "uirevision": f"{self.by}-{len(self.shown)}-{self.trace.calls[-1].at_s}",
        }

    def _axis(self) -> dict[str, Any]:
        last = self._span(self.shown[-1])[1] if self.shown else 1.0
        titles = {"order": "call, in the order Keras made them", "time": "milliseconds"}
        return {
            "range": [0.5 - 0.01 * last, last + 0.01 * last]
            if self.by == "order"
            else [-0.01 * last, 1.01 * last],
            "title": {"text": titles[self.by], "font": {"size": NOTE_SIZE}, "standoff": 6},
            "showgrid": False,
            "zeroline": False,
            "tickfont": {"size": TICK_SIZE, "color": self.colours.soft},
            "nticks": 8,
        }

    def _span(self, index: int) -> tuple[float, float]:
        """Return where a call begins and ends on the axis."""
        if self.by == "order":
            place = self._places[index]
            return place - 0.42, place + 0.42
        call = self.trace.calls[index]
        return call.at_s * 1e3, (call.at_s + call.seconds) * 1e3

    def _floor(self, index: int) -> float:
        return self._lane_floor(self.trace.calls[index].lane) + _BAR_FLOOR

    def _lane_floor(self, lane: int) -> int:
        # The first lane is the highest.
        return len(self.trace.lanes) - 1 - lane

    @cached_property
    def _sections(self) -> Sequence[str]:
        return sections(self.trace)

    @cached_property
    def _places(self) -> dict[int, int]:
        return {index: place for place, index in enumerate(self.shown, 1)}

    def _parts_of_training(self) -> Iterator[tuple[str, float, float]]:
        """Yield each part of the training with where it begins and ends on the axis."""
        for name, group in groupby(self.shown, key=lambda index: self._sections[index]):
            indices = list(group)
            half = 0.08 if self.by == "order" else 0.0
            yield name, self._span(indices[0])[0] - half, self._span(indices[-1])[1] + half

    def _bands(self) -> list[dict[str, Any]]:
        """Return a band behind every other part."""
        return [
            self._shape("rect", start, end, fillcolor=self.colours.cell, line={"width": 0})
            for number, (_, start, end) in enumerate(self._parts_of_training())
            if number % 2
        ]

    def _lines(self) -> list[dict[str, Any]]:
        """Return the line on which the bars of each lane stand."""
        line = {"color": self.colours.grid, "width": 1}
        return [
            {
                "type": "line", "layer": "below", "xref": "paper", "x0": 0, "x1": 1,
                "yref": "y", "y0": floor, "y1": floor, "line": line,
            }
            for floor in range(len(self.trace.lanes))
        ]  # fmt: skip

    def _cursor(self, current: int) -> dict[str, Any]:
        start, end = self._span(current)
        line = {"color": self.colours.ink, "width": 1.5}
        return self._shape("rect", start, end, line=line, layer="above")

    def _shape(self, kind: str, start: float, end: float, **more: Any) -> dict[str, Any]:
        place = {"xref": "x", "yref": "paper", "x0": start, "x1": end, "y0": 0, "y1": 1}
        return {"type": kind, "layer": "below", **place, **more}

    def _names(self) -> list[dict[str, Any]]:
        return [
            note(
                f"<b>{html.escape(name)}</b>", self.colours.soft, x=0, xshift=4, yref="y",
                y=self._lane_floor(lane) + 1, yanchor="top",
            )
            for lane, name in enumerate(self.trace.lanes)
        ]  # fmt: skip

    def _parts(self) -> list[dict[str, Any]]:
        """Return the names of the parts above the lanes; narrow ones must not meet."""
        notes: list[dict[str, Any]] = []
        for name, start, end in self._parts_of_training():
            place = {"xref": "x", "y": 1, "yanchor": "bottom"}
            if name in {"evaluate", "predict"}:
                above = 16 if name == "predict" else 2
                place |= {"x": end, "xanchor": "right", "yshift": above}
                notes.append(note(name, self.colours.soft, **place))
            elif name.startswith("epoch"):
                short = name if name == "epoch 1" else name.removeprefix("epoch ")
                notes.append(note(short, self.colours.soft, x=start, yshift=2, **place))
        return notes

    def _evidence(self) -> dict[str, Any]:
        """Return what the figure rests on."""
        release = html.escape(self.trace.keras)
        text = f"trained · a real fit on simulated scans · 1 seed · Keras {release}"
        return note(text, self.colours.ink, x=0, y=1, yanchor="bottom", yshift=36)

    def _label(self, index: int) -> str:
        """Return what is said of a call when a person points at it."""
        call = self.trace.calls[index]
        given = [] if call.logs is None else [f"logs {logs_text(call.logs)}"]
        lines = [*given, *effects(call), f"took {duration_text(call.seconds)}"]
        wrapped = [part for line in lines for part in textwrap.wrap(line, _LONGEST_LINE)]
        head = f"<b>{html.escape(signature(self.trace, call))}</b>"
        return "<br>".join([f"{self._sections[index]}", head, *map(html.escape, wrapped)])
