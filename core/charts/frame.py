"""The rows of the live figure: where they stand, and the axes they carry."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.charts.cells import cell_rows
from core.charts.history import History, numbers_in
from core.charts.palette import Palette

FONT = '"Source Sans", "Source Sans Pro", sans-serif'
TICK_SIZE, NOTE_SIZE = 11, 12

# Pixels, but for the width, which is the page's.
MARGIN = {"l": 60, "r": 16, "t": 8, "b": 46}
_LANE_PX, _HEADING_PX, _CELL_PX, _RATE_PX = 50, 26, 26, 84
_JUDGED_PX, _OTHER_PX = 232, 110

# Each row keeps its axis whether or not the others are drawn, so that a zoom survives.
AXES = {"accuracy": "y", "loss": "y2", "waiting": "y3", "learning_rate": "y4", "lane": "y5"}

_HEADINGS = {
    "accuracy": "accuracy",
    "loss": "loss",
    "waiting": "epochs waited, full at the patience",
    "learning_rate": "learning rate",
}

# The most epochs whose ticks stand 1, 2 or 5 apart without crowding a narrow screen.
_TICK_STEPS = {16: 1, 30: 2, 60: 5}
# Room for the half epoch before the first and after the last.
_SIDE = 0.75

_LOG_FROM = 50.0
_MOST_DECADES = 5


@dataclass(frozen=True)
class Row:
    """One row of the figure.

    Attributes:
        name: A key of `AXES`.
        bottom: Its lower edge, as a share of the drawing's height.
        top: Its upper edge, likewise.
    """

    name: str
    bottom: float
    top: float

    @property
    def axis(self) -> str:
        """The id of its vertical axis, as traces name it."""
        return AXES[self.name]


@dataclass(frozen=True)
class Frame:
    """All rows, from the top.

    Attributes:
        rows: The lane of the legend first, then the curves, cells and the rate.
        height_px: The height of the whole figure with its margins.
    """

    rows: tuple[Row, ...]
    height_px: int

    def row(self, name: str) -> Row:
        """Return the row of that name."""
        return next(row for row in self.rows if row.name == name)


def frame_of(history: History) -> Frame:
    """Place the rows; the one with the judged metric is the tallest."""
    cells = len(cell_rows(history.run.spec))
    heights = {
        "accuracy": _OTHER_PX,
        "loss": _OTHER_PX,
        "waiting": cells * _CELL_PX,
        "learning_rate": _RATE_PX,
    } | {history.judged_row: _JUDGED_PX}
    heights = {name: height for name, height in heights.items() if height}
    total = _LANE_PX + sum(_HEADING_PX + height for height in heights.values())
    rows = [Row("lane", 1 - _LANE_PX / total, 1.0)]
    for name, height in heights.items():
        top = rows[-1].bottom - _HEADING_PX / total
        rows.append(Row(name, top - height / total, top))
    return Frame(tuple(rows), total + MARGIN["t"] + MARGIN["b"])


@dataclass(frozen=True)
class Scale:
    """The extent of a vertical axis, in the units of the data.

    Attributes:
        low: Lower end; marks without a value stand here.
        high: Upper end.
        log: Whether the axis is logarithmic.
    """

    low: float
    high: float
    log: bool = False

    def ticks(self) -> dict[str, Any]:
        """Return the range for plotly and, on a log axis, a plain tick for each decade."""
        if not self.log:
            return {"range": [self.low, self.high]}
        low, high = math.log10(self.low), math.log10(self.high)
        decades = list(range(math.ceil(low), math.floor(high) + 1))
        decades = decades[:: -(-len(decades) // _MOST_DECADES) or 1]
        return {
            "type": "log",
            "range": [low, high],
            "tickvals": [10.0**decade for decade in decades],
            "ticktext": [f"1e{decade}" for decade in decades],
        }


def accuracy_scale(*curves: Sequence[float | None]) -> Scale:
    """Return a scale for shares from 0 to 1, with room for labels above the curves."""
    values = list(numbers_in(*curves))
    if not values:
        return Scale(0.0, 1.0)
    low, high = min(values), max(values)
    room = max(high - low, 0.05)
    return Scale(max(0.0, low - 0.08 * room), min(1.04, high + 0.14 * room))


def loss_scale(*curves: Sequence[float | None]) -> Scale:
    """Return a scale for losses, logarithmic where the largest is 50 times the smallest."""
    values = list(numbers_in(*curves))
    if not values:
        return Scale(0.0, 1.0)
    low, high = min(values), max(values)
    if low > 0 and high > _LOG_FROM * low:
        return Scale(low / 2, high * 2, log=True)
    room = max(high - low, 0.05 * abs(high), 1e-9)
    return Scale(low - 0.12 * room, high + 0.14 * room)


def rate_scale(history: History) -> Scale:
    """Return a logarithmic scale for all rates so far and the one the run starts with."""
    rates = [history.run.spec.training.learning_rate]
    for epoch in history.epochs:
        rates += [epoch.learning_rate, epoch.learning_rate_after]
    rates = [rate for rate in rates if rate > 0 and math.isfinite(rate)]
    return Scale(min(rates) / 2.2, max(rates) * 2.2, log=True)


def epoch_axis(history: History, colours: Palette) -> dict[str, Any]:
    """Return the axis of all planned epochs, which the rows share."""
    return epochs_axis(history.planned, AXES["learning_rate"], colours)


def epochs_axis(planned: int, anchor: str, colours: Palette) -> dict[str, Any]:
    """Return an axis of epochs from 1, with whole ticks, below the row of the axis `anchor`."""
    axis: dict[str, Any] = {
        "range": [1 - _SIDE, planned + _SIDE],
        "anchor": anchor,
        "showgrid": False,
        "zeroline": False,
        "ticks": "",
        "tickangle": 0,
        "tickfont": {"size": TICK_SIZE, "color": colours.soft},
        "showspikes": True,
        "spikemode": "across",
        "spikesnap": "hovered data",
        "spikethickness": 1,
        "spikedash": "solid",
        "spikecolor": colours.soft,
    }
    step = next((step for most, step in _TICK_STEPS.items() if planned <= most), None)
    return axis | ({"nticks": 11} if step is None else {"tick0": 0, "dtick": step})


def value_axis(row: Row, colours: Palette, **more: Any) -> dict[str, Any]:
    """Return the vertical axis of a row; only epochs can be zoomed."""
    return {
        "domain": [round(row.bottom, 5), round(row.top, 5)],
        "anchor": "x",
        "fixedrange": True,
        "gridcolor": colours.grid,
        "zeroline": False,
        "tickfont": {"size": TICK_SIZE, "color": colours.soft},
        **more,
    }


def headings(frame: Frame, colours: Palette) -> list[dict[str, Any]]:
    """Return a small heading for each row, which takes no width from a narrow screen."""
    return [
        note(
            f"<b>{_HEADINGS[row.name]}</b>",
            colours.soft,
            x=0,
            y=row.top,
            yanchor="bottom",
            yshift=3,
        )
        for row in frame.rows
        if row.name in _HEADINGS
    ]


def note(text: str, colour: str, **place: Any) -> dict[str, Any]:
    """Return a left-aligned annotation without an arrow, in paper units unless told."""
    return {
        "text": text,
        "showarrow": False,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "font": {"size": NOTE_SIZE, "color": colour},
        **place,
    }


def paper(colours: Palette, *, height_px: int, margin: dict[str, int]) -> dict[str, Any]:
    """Return what the layouts share: size, ground, letters, labels and mode bar, but no axes.

    Args:
        colours: Of the page.
        height_px: Of the whole figure.
        margin: In pixels, around the drawing.
    """
    return {
        # Plotly's own template would add 7 kB to what is sent to the browser.
        "template": "none",
        "height": height_px,
        "margin": margin,
        # Not transparent: plotly lays a halo of this colour around the line through an epoch,
        # white if there is none, and a downloaded picture has to be legible on any page.
        "paper_bgcolor": colours.paper,
        "plot_bgcolor": colours.paper,
        "font": {"family": FONT, "size": 13, "color": colours.ink},
        # A finger that scrolls past the chart must not zoom it: the mode bar has a button.
        "dragmode": False,
        "hoverlabel": hover_label(colours),
        "modebar": {"bgcolor": colours.paper, "color": colours.soft, "activecolor": colours.ink},
    }


def hover_label(colours: Palette) -> dict[str, Any]:
    """Return the look of the labels that answer the pointer."""
    return {
        "bgcolor": colours.paper,
        "bordercolor": colours.soft,
        "align": "left",
        "font": {"family": FONT, "size": NOTE_SIZE, "color": colours.ink},
    }
