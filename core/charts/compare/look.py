"""What all figures of a comparison share: paper, legend, axes, the line on their evidence."""

import html
import math
from collections.abc import Sequence
from typing import Any

from core.charts.compare.colours import MOST_NAMED
from core.charts.compare.drawn import Align, DrawnLine
from core.charts.compare.lines import Line, rates_of
from core.charts.compare.traces import finite_range
from core.charts.frame import (
    NOTE_SIZE,
    TICK_SIZE,
    Scale,
    accuracy_scale,
    hover_label,
    loss_scale,
    note,
    paper,
)
from core.charts.live import evidence
from core.charts.palette import Palette

EPOCHS = {"epoch": "epoch", "reduction": "epochs from the first at the lower rate"}
"""What the epochs' axis says."""

HEADING_PX = 24
_LEGEND_ROW_PX, _ENTRIES_IN_A_ROW = 20, 4


def base_layout(colours: Palette, *, height_px: int, margin: dict[str, int]) -> dict[str, Any]:
    """Return a layout without axes.

    Args:
        colours: Of the page.
        height_px: Of the whole figure.
        margin: In pixels, around the drawing.
    """
    return {
        **paper(colours, height_px=height_px, margin=margin),
        "hovermode": "closest",
        "hoverlabel": hover_label(colours) | {"namelength": -1},
        "legend": {
            "orientation": "h",
            "x": 0,
            # Above the heading; plotly widens the margin by as many rows as the page's width asks.
            "y": 1 + HEADING_PX / (height_px - margin["t"] - margin["b"]),
            "xanchor": "left",
            "yanchor": "bottom",
            "tracegroupgap": 0,
            "bgcolor": "rgba(0,0,0,0)",
            "font": {"size": NOTE_SIZE, "color": colours.ink},
        },
    }


def legend_px(lines: Sequence[Line]) -> int:
    """Return about how high a legend becomes; narrow screens take the rest from the drawing."""
    entries = 4 + (len(lines) if len(lines) <= MOST_NAMED else 0)
    return _LEGEND_ROW_PX * -(-entries // _ENTRIES_IN_A_ROW)


def metric_scale(metric: str, lines: Sequence[DrawnLine]) -> Scale:
    """Return the extent of a metric over all lines."""
    values = finite_range(lines)
    return accuracy_scale(*values) if is_share(metric) else loss_scale(*values)


def is_share(metric: str) -> bool:
    """Tell whether a metric goes from 0 to 1 and is shown in percent."""
    return metric.endswith("accuracy")


def rates_scale(lines: Sequence[Line]) -> Scale:
    """Return a logarithmic scale for every rate of every run."""
    rates = [
        rate
        for line in lines
        for history in line.histories
        for rate in (*rates_of(history), *(e.learning_rate_after for e in history.epochs[-1:]))
        if rate > 0 and math.isfinite(rate)
    ] or [1.0]
    return Scale(min(rates) / 2.2, max(rates) * 2.2, log=True)


def epochs_axis(lines: Sequence[DrawnLine], colours: Palette, **more: Any) -> dict[str, Any]:
    """Return a horizontal axis from the first to the last epoch of any line."""
    places = [int(x) for line in lines for curve in line.curves for x in curve.x[[0, -1]]]
    return {
        "range": [min(places, default=1) - 0.75, max(places, default=10) + 0.75],
        "showgrid": False,
        "zeroline": False,
        "ticks": "",
        "tickangle": 0,
        "tickformat": "d",
        "tickfont": {"size": TICK_SIZE, "color": colours.soft},
        **more,
    }


def evidence_note(lines: Sequence[Line], colours: Palette, **place: Any) -> dict[str, Any]:
    """Return the line that says what the figure rests on."""
    text = html.escape(evidence_of(lines), quote=False)
    return note(text, colours.soft, x=0, y=0, yanchor="top", **place)


def evidence_of(lines: Sequence[Line]) -> str:
    """Return how the runs came about, on which scans, with how many seeds; plain text."""
    counts = sorted({line.n for line in lines})
    ends = [str(count) for count in counts[:1] + counts[1:][-1:]]
    seeds = f"{' to '.join(ends)} {'seed' if counts[-1:] == [1] else 'seeds'}"
    if len(lines) > 1:
        seeds += " each"
    said = {
        evidence(history.run.spec.scans, seeds=seeds)
        for line in lines
        for history in line.histories
    }
    return said.pop() if len(said) == 1 else f"trained · different scans · {seeds}"


def reduction_line(align: Align, colours: Palette, **extent: Any) -> list[dict[str, Any]]:
    """Return the line at which the runs are aligned, where they are."""
    if align == "epoch":
        return []
    line = {"color": colours.reduction, "width": 1, "dash": "dot"}
    return [{"type": "line", "x0": -0.5, "x1": -0.5, "line": line, **extent}]
