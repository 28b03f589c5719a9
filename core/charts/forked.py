"""What of a fork's chart belongs to the run it was forked from."""

import html
from typing import Any

from core.charts.frame import note
from core.charts.history import History
from core.charts.palette import Palette, mixed

# With the rest of the sentence it fits a telephone held upright.
_LONGEST_NAME = 18


def shared_band(
    history: History, bottom: float, top: float, colours: Palette
) -> list[dict[str, Any]]:
    """Return a band through all rows behind the epochs that a fork shares with its parent.

    Args:
        history: The run.
        bottom: The lower edge, a share of the drawing's height.
        top: The upper edge, likewise.
        colours: Of the page.
    """
    if not history.fork:
        return []
    place = {"xref": "x", "yref": "paper", "x0": 0, "x1": history.fork + 0.5}
    look = {
        "fillcolor": mixed(colours.paper, colours.cell, 0.6),
        "line": {"width": 0},
        "layer": "below",
    }
    return [{"type": "rect", "y0": bottom, "y1": top, **place, **look}]


def shared_note(history: History, top: float, colours: Palette) -> list[dict[str, Any]]:
    """Return the words on that band, at the right above the first row."""
    if not history.fork:
        return []
    name = history.shared_with or "its parent"
    short = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
    text = f"dotted: shared with {html.escape(short, quote=False)}"
    return [
        note(text, colours.soft, x=1, y=top, xanchor="right", yanchor="bottom", yshift=3),
    ]
