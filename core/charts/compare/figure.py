"""All lines on one chart, and their learning rates below."""

from collections.abc import Collection, Sequence
from typing import Any

import plotly.graph_objects as go  # pyright: ignore[reportMissingTypeStubs]

from core.charts.compare.colours import MOST_NAMED, strokes_of
from core.charts.compare.drawn import Align, DrawnLine, draw
from core.charts.compare.forks import past_drawn_elsewhere
from core.charts.compare.lines import Line
from core.charts.compare.look import (
    EPOCHS,
    HEADING_PX,
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
from core.charts.frame import MARGIN, TICK_SIZE, Row, note, value_axis
from core.charts.palette import Palette, palette

_DRAWING_PX, _RATE_SHARE, _BOTTOM_PX = 480, 0.18, 66
_METRIC = {"xaxis": "x", "yaxis": "y"}
_RATE = {"xaxis": "x", "yaxis": "y4"}


def compare_figure(
    lines: Sequence[Line],
    *,
    metric: str,
    align: Align,
    window: int,
    highlighted: Collection[str] = (),
    dark: bool,
) -> go.Figure:
    """Draw a metric of all lines, with their learning rates below.

    Args:
        lines: What is compared; aligned by reduction, each run must have one.
        metric: A key of the logs.
        align: Where the epochs stand.
        window: Epochs that smoothing brings together; 1 for none. It stops at each change of
            the rate.
        highlighted: Ids of runs whose lines stand out; none: all do.
        dark: Whether the page is dark.
    """
    colours = palette(dark)
    strokes = strokes_of(lines, metric, highlighted=highlighted, dark=dark)
    once = past_drawn_elsewhere(lines, align)
    drawn = [
        draw(line, stroke, metric, align=align, window=window, past_drawn=elsewhere)
        for line, stroke, elsewhere in zip(lines, strokes, once, strict=True)
    ]
    # What stands back is drawn first.
    drawn.sort(key=lambda line: not line.stroke.faded)
    return go.Figure(
        {
            "data": _traces(drawn, colours),
            "layout": _layout(lines, drawn, metric, align, colours),
        }
    )


def _traces(drawn: Sequence[DrawnLine], colours: Palette) -> list[dict[str, Any]]:
    named, others = len(drawn) <= MOST_NAMED, len(drawn) - 1
    return [
        *(rate_traces(line, colours, _RATE) for line in drawn),
        *(
            trace
            for line in drawn
            for trace in metric_traces(line, others=others, in_legend=named, axes=_METRIC)
        ),
        *mark_traces(drawn, colours, in_legend=True, axes=_METRIC),
    ]


def _layout(
    lines: Sequence[Line],
    drawn: Sequence[DrawnLine],
    metric: str,
    align: Align,
    colours: Palette,
) -> dict[str, Any]:
    margin = MARGIN | {"b": _BOTTOM_PX}
    height = _DRAWING_PX + HEADING_PX + legend_px(lines) + margin["t"] + margin["b"]
    upper, lower = _rows()
    shares = {"tickformat": ".1~%"} if is_share(metric) else {"exponentformat": "e"}
    metric_axis = {"nticks": 7, **shares, **metric_scale(metric, drawn).ticks()}
    title = {"text": EPOCHS[align], "font": {"size": TICK_SIZE, "color": colours.soft}}
    return {
        **base_layout(colours, height_px=height, margin=margin),
        "uirevision": f"{metric} {align}",
        "xaxis": epochs_axis(drawn, colours, anchor="y4", title=title | {"standoff": 4}),
        "yaxis": value_axis(upper, colours, **metric_axis),
        "yaxis4": value_axis(lower, colours, **rates_scale(lines).ticks()),
        "shapes": reduction_line(align, colours, xref="x", yref="paper", y0=0, y1=1),
        "annotations": [
            _heading(metric, upper, colours),
            _heading("learning rate", lower, colours),
            evidence_note(lines, colours, xshift=6 - margin["l"], yshift=-44),
        ],
    }


def _rows() -> tuple[Row, Row]:
    gap = HEADING_PX / _DRAWING_PX
    return Row("accuracy", _RATE_SHARE + gap, 1.0), Row("learning_rate", 0.0, _RATE_SHARE)


def _heading(text: str, row: Row, colours: Palette) -> dict[str, Any]:
    place = {"x": 0, "y": row.top, "yanchor": "bottom", "yshift": 3}
    return note(f"<b>{text}</b>", colours.soft, **place)
