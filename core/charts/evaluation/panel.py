"""The frame of the evaluation's figures: a title line that says what they rest on."""

import html
from typing import Any

from core.charts.compare.colours import DARK_LINES, LIGHT_LINES
from core.charts.frame import NOTE_SIZE, TICK_SIZE, paper
from core.charts.palette import Palette

CONFIG = {"displaylogo": False, "displayModeBar": False}
"""Plotly's configuration of these figures."""

_TOP_PX, _BOTTOM_PX, _LEFT_PX = 46, 46, 52
_LONGEST = 22


def short(name: str, longest: int = _LONGEST) -> str:
    """Return a name as an axis takes it: short, and no markup."""
    cut = name if len(name) <= longest else f"{name[: longest - 1]}…"
    return html.escape(cut, quote=False)


def class_colours(count: int, *, dark: bool) -> list[str]:
    """Return a colour for each class; they repeat after seven."""
    colours = DARK_LINES if dark else LIGHT_LINES
    return [colours[index % len(colours)] for index in range(count)]


def layout(title: str, rests_on: str, colours: Palette, *, height_px: int) -> dict[str, Any]:
    """Return the layout that these figures share.

    Args:
        title: What is drawn, a few words of ours.
        rests_on: Level of evidence, scans and seeds; plain text.
        colours: Of the page.
        height_px: Of the whole figure.
    """
    return {
        **paper(
            colours,
            height_px=height_px,
            margin={"l": _LEFT_PX, "r": 14, "t": _TOP_PX, "b": _BOTTOM_PX},
        ),
        "showlegend": False,
        "title": _title(title, rests_on, colours),
    }


def axis(title: str, colours: Palette, **more: Any) -> dict[str, Any]:
    """Return an axis that cannot be zoomed."""
    small = {"size": TICK_SIZE, "color": colours.soft}
    return {
        "title": {
            "text": title,
            "font": {"size": NOTE_SIZE, "color": colours.soft},
            "standoff": 6,
        },
        "gridcolor": colours.grid,
        "zeroline": False,
        "tickfont": small,
        "fixedrange": True,
        **more,
    }


def shares(title: str, colours: Palette, **more: Any) -> dict[str, Any]:
    """Return an axis of shares from 0 to 1, with room for the ends of lines."""
    ticks = {"tickformat": ".0%", "tick0": 0, "dtick": 0.25}
    return axis(title, colours, range=[-0.02, 1.02], **ticks, **more)


def _title(title: str, rests_on: str, colours: Palette) -> dict[str, Any]:
    """Return two lines at the left edge, which stay there however wide the labels below are."""
    below = html.escape(rests_on, quote=False)
    return {
        "text": f'<b>{title}</b><br><span style="color:{colours.soft}">{below}</span>',
        "font": {"size": NOTE_SIZE, "color": colours.ink},
        "xref": "container",
        "yref": "container",
        "x": 0,
        "y": 1,
        "xanchor": "left",
        "yanchor": "top",
        "pad": {"l": 4, "t": 16},
    }
