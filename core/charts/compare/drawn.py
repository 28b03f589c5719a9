"""A line as it is drawn: where its epochs stand, its curves, what happened on them."""

import html
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from core.charts.compare.colours import Stroke
from core.charts.compare.lines import Line, lowered_before, rates_of, values_of
from core.charts.compare.smoothing import smoothed
from core.charts.event_text import event_line
from core.charts.history import History, is_by_plan
from core.charts.marks import BEST_SAVED, NAN, Look, look_of, saves_best_only
from core.plateaus.arrays import FloatArray, IntArray
from core.store.records import Event, EventKind

Align = Literal["epoch", "reduction"]
"""Where epochs stand: by their number from 1, or with the first at a lower rate as 0."""

LONGEST_NAME = 34

# A plan that sets the rate at every epoch is seen in the row of the rate.
_MOST_MARKS_OF_A_PLAN = 12
_MARKED = (
    EventKind.LEARNING_RATE_REDUCED,
    EventKind.LEARNING_RATE_SET,
    EventKind.WEIGHTS_RESTORED,
    EventKind.EARLY_STOP,
    EventKind.STOPPED,
    EventKind.FAILED,
    EventKind.PAUSED,
    EventKind.CONTINUED,
    EventKind.RESUMED,
    EventKind.FORKED,
)


@dataclass(frozen=True)
class DrawnLine:
    """A line with all that its traces need.

    Attributes:
        line: The runs.
        stroke: Its colour.
        curves: One for each run.
    """

    line: Line
    stroke: Stroke
    curves: "tuple[DrawnCurve, ...]"

    @property
    def label(self) -> str:
        """Its name for plotly: short, and escaped."""
        name, label = self.line.name, self.line.label
        if len(name) > LONGEST_NAME:
            label = f"{name[: LONGEST_NAME - 1]}…{label[len(name) :]}"
        return html.escape(label, quote=False)

    @property
    def common(self) -> IntArray:
        """Where every run of the line has an epoch, shape (epochs,)."""
        together = self.curves[0].x
        for curve in self.curves[1:]:
            together = np.intersect1d(together, curve.x)
        return together


@dataclass(frozen=True)
class DrawnCurve:
    """One metric of one run.

    Attributes:
        history: The run.
        offset: What is taken from an epoch's number for its place.
        x: Where the epochs stand, shape (epochs,).
        raw: The metric as it was logged, same shape.
        y: The same, smoothed.
        past_drawn: Whether another line of the chart draws what it shares with its parent.
    """

    history: History
    offset: int
    x: IntArray
    raw: FloatArray
    y: FloatArray
    past_drawn: bool = False

    @property
    def own_from(self) -> int:
        """The index of its first point that is not its parent's alone: the last shared one."""
        return max(0, self.history.shared - 1)

    def at(self, x: int) -> float:
        """Return the smoothed metric at a place; NaN where there is none."""
        found = np.flatnonzero(self.x == x)
        return float(self.y[found[0]]) if found.size else np.nan

    def marks(self) -> Iterator[tuple[Look, int, str]]:
        """Yield what is marked on the curve: look, place, and a line of text, escaped."""
        for look, event in _marked(self.history):
            shown = self.history.shown_epoch(event)
            own_fork = event.kind is EventKind.FORKED and shown == self.history.fork
            if own_fork or not self._is_drawn_elsewhere(shown):
                text = html.escape(event_line(event), quote=False)
                yield look, shown - self.offset, text
        # What the logs hold counts, whichever metric the event was about.
        lost = ~np.isfinite(self.raw)
        for x in self.x[lost & ~np.concatenate([[False], lost[:-1]])]:
            if not self._is_drawn_elsewhere(int(x) + self.offset):
                yield NAN, int(x), "not a number from here on, or absent."

    def _is_drawn_elsewhere(self, shown: int) -> bool:
        return self.past_drawn and shown <= self.history.fork


def draw(
    line: Line,
    stroke: Stroke,
    metric: str,
    *,
    align: Align,
    window: int,
    past_drawn: bool = False,
) -> DrawnLine:
    """Prepare a line.

    Args:
        line: The runs; aligned by reduction, each must have one.
        stroke: Its colour.
        metric: What is drawn.
        align: Where the epochs stand.
        window: Epochs that smoothing brings together; 1 for none.
        past_drawn: Whether another line draws what it shares with its parent.
    """
    curves = (_curve(h, metric, align=align, window=window) for h in line.histories)
    if past_drawn:
        curves = (replace(curve, past_drawn=True) for curve in curves)
    return DrawnLine(line, stroke, tuple(curves))


def can_be_aligned(history: History, align: Align) -> bool:
    """Tell whether a run has the epoch that others are aligned by."""
    return align == "epoch" or bool(lowered_before(history))


def _curve(history: History, metric: str, *, align: Align, window: int) -> DrawnCurve:
    offset = lowered_before(history)[0] if align == "reduction" else 0
    raw = values_of(history, metric)
    return DrawnCurve(
        history=history,
        offset=offset,
        x=np.array(history.shown, dtype=np.int64) - offset,
        raw=raw,
        y=smoothed(raw, rates_of(history), window=window),
    )


def _marked(history: History) -> Iterator[tuple[Look, Event]]:
    """Yield what happened on a run; of the models that it saved, the last of the best alone."""
    events = [event for event in history.events if event.kind in _MARKED]
    many = sum(map(is_by_plan, events)) > _MOST_MARKS_OF_A_PLAN
    yield from ((look_of(event), event) for event in events if not (many and is_by_plan(event)))
    saved = [event for event in history.events if event.kind is EventKind.CHECKPOINT_SAVED]
    if saved and saves_best_only(history):
        yield BEST_SAVED, saved[-1]
