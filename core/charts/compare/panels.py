"""Small multiples: a panel for each line, or a panel for each metric."""

import html
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go  # pyright: ignore[reportMissingTypeStubs]

from core.charts.compare.colours import MOST_NAMED, Stroke, strokes_of
from core.charts.compare.drawn import Align, DrawnLine, draw
from core.charts.compare.forks import past_drawn_elsewhere
from core.charts.compare.lines import Line
from core.charts.compare.look import (
    EPOCHS,
    base_layout,
    epochs_axis,
    evidence_note,
    is_share,
    legend_px,
    metric_scale,
    rates_scale,
    reduction_line,
)
from core.charts.compare.traces import mark_traces, metric_traces, rate_traces
from core.charts.frame import TICK_SIZE, Row, note, value_axis
from core.charts.palette import Palette, palette

_PANEL_PX, _GAP_PX, _BOTTOM_PX, _SIDE_PX, _TOP_PX = 150, 46, 66, 46, 34
_GAP_SHARE = 0.05
# Of the size of a mark on a large chart.
_SMALL = 0.6
_LONGEST_TITLE = 36
# Up to so many, each panel shows the other lines behind its own.
_MOST_WITH_GHOSTS = 12


@dataclass(frozen=True)
class Panel:
    """One small chart.

    Attributes:
        title: Plain text.
        traces: What it shows, without axes.
        axis: Its vertical axis, without a place.
    """

    title: str
    traces: list[dict[str, Any]]
    axis: dict[str, Any]


def panel_per_line_figure(
    lines: Sequence[Line],
    *,
    metric: str,
    align: Align,
    window: int,
    highlighted: Collection[str] = (),
    columns: int = 3,
    dark: bool,
) -> go.Figure:
    """Draw each line in a panel of its own, all on one scale; see `compare_figure`.

    Where there is room, the other lines stand faintly behind it.
    """
    colours = palette(dark)
    whole = [False] * len(lines)
    drawn = _drawn(lines, metric, highlighted, whole, align=align, window=window, dark=dark)
    scale = _axis(metric, drawn)
    panels = [
        Panel(
            line.line.label,
            [
                *([_ghosts(drawn, line, colours)] if len(drawn) <= _MOST_WITH_GHOSTS else []),
                *metric_traces(line, others=0, in_legend=False, axes={}),
                *mark_traces([line], colours, in_legend=False, share=_SMALL, axes={}),
            ],
            scale,
        )
        for line in drawn
    ]
    return _figure(_Grid(panels, drawn, align, columns), lines, colours)


def panel_per_metric_figure(
    lines: Sequence[Line],
    *,
    metrics: Sequence[str],
    align: Align,
    window: int,
    highlighted: Collection[str] = (),
    columns: int = 2,
    dark: bool,
) -> go.Figure:
    """Draw each metric, and the learning rate, in a panel with all lines; see `compare_figure`."""
    colours, once = palette(dark), past_drawn_elsewhere(lines, align)
    named = len(lines) <= MOST_NAMED
    panels: list[Panel] = []
    drawn: list[DrawnLine] = []
    for metric in metrics:
        drawn = _drawn(lines, metric, highlighted, once, align=align, window=window, dark=dark)
        traces = [
            trace
            for line in sorted(drawn, key=lambda line: not line.stroke.faded)
            for trace in metric_traces(
                line, others=len(lines), in_legend=named and not panels, axes={}
            )
        ]
        marks = mark_traces(drawn, colours, in_legend=not panels, share=_SMALL, axes={})
        panels.append(Panel(metric, traces + marks, _axis(metric, drawn)))
    rates = [rate_traces(line, colours, {"yaxis": "y"}) for line in drawn]
    panels.append(Panel("learning rate", rates, rates_scale(lines).ticks()))
    return _figure(_Grid(panels, drawn, align, columns, legend=True), lines, colours)


def _drawn(
    lines: Sequence[Line],
    metric: str,
    highlighted: Collection[str],
    past_drawn: Sequence[bool],
    *,
    align: Align,
    window: int,
    dark: bool,
) -> list[DrawnLine]:
    strokes: list[Stroke] = strokes_of(lines, metric, highlighted=highlighted, dark=dark)
    return [
        draw(line, stroke, metric, align=align, window=window, past_drawn=elsewhere)
        for line, stroke, elsewhere in zip(lines, strokes, past_drawn, strict=True)
    ]


def _axis(metric: str, drawn: Sequence[DrawnLine]) -> dict[str, Any]:
    shares = {"tickformat": ".0%"} if is_share(metric) else {"exponentformat": "e"}
    return {"nticks": 4, **shares, **metric_scale(metric, drawn).ticks()}


def _ghosts(drawn: Sequence[DrawnLine], own: DrawnLine, colours: Palette) -> dict[str, Any]:
    """Return the curves of all other lines as one trace."""
    x: list[Any] = []
    y: list[Any] = []
    for line in drawn:
        if line is not own:
            for trace in metric_traces(line, others=99, in_legend=False, axes={})[-1:]:
                x += [*trace["x"], None]
                y += [*trace["y"], None]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "hoverinfo": "skip",
        "showlegend": False,
        "opacity": 0.3,
        "line": {"color": colours.soft, "width": 1},
    }


def _figure(grid: "_Grid", lines: Sequence[Line], colours: Palette) -> go.Figure:
    layout = grid.base(lines, colours)
    data: list[dict[str, Any]] = []
    for index, panel in enumerate(grid.panels):
        number = "" if index == 0 else str(index + 1)
        x, y = grid.place(index)
        layout[f"xaxis{number}"] = grid.epochs_axis(index, colours) | {"domain": x}
        row = Row("accuracy", *y)
        axis = panel.axis | {"anchor": f"x{number}"}
        layout[f"yaxis{number}"] = value_axis(row, colours, **axis)
        layout["annotations"].append(_title(panel.title, x[0], y[1], colours))
        where = {"xref": f"x{number}", "yref": f"y{number} domain", "y0": 0, "y1": 1}
        layout["shapes"] += reduction_line(grid.align, colours, **where)
        axes = {"xaxis": f"x{number}", "yaxis": f"y{number}"}
        data += [trace | axes for trace in panel.traces]
    return go.Figure({"data": data, "layout": layout})


@dataclass(frozen=True)
class _Grid:
    """Panels in rows, on one axis of epochs."""

    panels: Sequence[Panel]
    drawn: Sequence[DrawnLine]
    align: Align
    most_columns: int
    legend: bool = False

    @property
    def columns(self) -> int:
        return min(self.most_columns, len(self.panels))

    @property
    def drawing_px(self) -> int:
        rows = -(-len(self.panels) // self.columns)
        return rows * _PANEL_PX + (rows - 1) * _GAP_PX

    def base(self, lines: Sequence[Line], colours: Palette) -> dict[str, Any]:
        """Return the layout without the panels."""
        top = _TOP_PX + (legend_px(lines) if self.legend else 0)
        margin = {"l": _SIDE_PX, "r": 12, "t": _TOP_PX, "b": _BOTTOM_PX}
        height = self.drawing_px + top + _BOTTOM_PX
        return {
            **base_layout(colours, height_px=height, margin=margin),
            "uirevision": f"panels {self.align} {len(self.panels)}",
            "annotations": [evidence_note(lines, colours, xshift=6 - _SIDE_PX, yshift=-44)],
            "shapes": [],
        }

    def place(self, index: int) -> tuple[list[float], list[float]]:
        """Return where a panel stands across and up, as shares of the drawing."""
        row, column = divmod(index, self.columns)
        width = (1 - _GAP_SHARE * (self.columns - 1)) / self.columns
        left = column * (width + _GAP_SHARE)
        top = 1 - row * (_PANEL_PX + _GAP_PX) / self.drawing_px
        bottom = max(0.0, top - _PANEL_PX / self.drawing_px)
        return [round(left, 5), round(min(1.0, left + width), 5)], [bottom, top]

    def epochs_axis(self, index: int, colours: Palette) -> dict[str, Any]:
        """Return the horizontal axis of a panel; the lowest ones say what they count."""
        axis: dict[str, Any] = {"anchor": f"y{index + 1 if index else ''}", "nticks": 5}
        if index:
            axis["matches"] = "x"
        if index + self.columns >= len(self.panels):
            font = {"size": TICK_SIZE, "color": colours.soft}
            axis["title"] = {"text": EPOCHS[self.align], "font": font, "standoff": 4}
        return epochs_axis(self.drawn, colours, **axis)


def _title(text: str, x: float, y: float, colours: Palette) -> dict[str, Any]:
    short = text if len(text) <= _LONGEST_TITLE else f"{text[: _LONGEST_TITLE - 1]}…"
    bold = f"<b>{html.escape(short, quote=False)}</b>"
    return note(bold, colours.soft, x=x, y=y, yanchor="bottom", yshift=2)
