"""What the figures of a sweep share: the colours of its settings, their marks, their evidence."""

import html
from collections.abc import Sequence
from typing import Any

from core.charts.compare.colours import Stroke, strokes_of
from core.charts.frame import NOTE_SIZE
from core.charts.live import evidence
from core.charts.marks import Look
from core.charts.palette import Palette
from core.charts.sweep.results import SweepResults

Place = tuple[float, float, str, str]
"""Of a mark: x, y, its colour and its label, escaped."""


def strokes(results: SweepResults, metric: str, *, dark: bool) -> list[Stroke]:
    """Return how each setting is drawn, the same on every figure of the sweep."""
    return strokes_of(results.lines, metric, highlighted=(), dark=dark)


def evidence_of(results: SweepResults, seeds: Sequence[int]) -> str:
    """Return what a figure rests on; plain text."""
    if len(seeds) == 1:
        return evidence(results.spec.base.scans, seeds=f"seed {seeds[0]}")
    return evidence(results.spec.base.scans, seeds=f"{len(seeds)} seeds each")


def settings_told(results: SweepResults, settings: Sequence[int], *, most: int = 8) -> str:
    """Name settings one below the other for a label on a chart; escaped."""
    names = [html.escape(results.names.each[each], quote=False) for each in settings]
    more = [f"and {len(names) - most} more"] if len(names) > most else []
    return "<br>".join(names[:most] + more)


def marks(
    look: Look, places: Sequence[Place], colours: Palette, *, share: float = 0.65
) -> dict[str, Any]:
    """Return a trace of marks of one kind, with a share of the size on the monitor."""
    x, y, colour, text = (list(column) for column in zip(*places, strict=True))
    edge = {"width": 1, "color": colours.paper} if look.outlined else {"width": 1.5}
    return {
        "type": "scatter",
        "mode": "markers",
        "x": x,
        "y": y,
        "text": text,
        "hovertemplate": "%{text}<extra></extra>",
        "cliponaxis": False,
        "showlegend": False,
        "marker": {"symbol": look.symbol, "size": look.size * share, "line": edge, "color": colour},
    }


def label_font(colours: Palette) -> dict[str, Any]:
    """Return the font of small labels on a chart."""
    return {"size": NOTE_SIZE, "color": colours.ink}
