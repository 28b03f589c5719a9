"""The figure of one run, redrawn after each epoch."""

import html
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go  # pyright: ignore[reportMissingTypeStubs]

from core.charts.cells import UNIFORM_TEXT, cell_rows, cell_traces, strip_axis
from core.charts.curves import metric_traces, rate_trace
from core.charts.epoch_text import epoch_texts
from core.charts.forked import shared_band, shared_note
from core.charts.frame import (
    AXES,
    MARGIN,
    NOTE_SIZE,
    TICK_SIZE,
    Frame,
    Scale,
    accuracy_scale,
    epoch_axis,
    frame_of,
    headings,
    loss_scale,
    note,
    paper,
    rate_scale,
    value_axis,
)
from core.charts.history import History
from core.charts.marks import event_traces, nan_traces, reduction_labels, reduction_lines
from core.charts.palette import Palette, palette
from core.charts.pointer import pointer_traces
from core.data import owned
from core.specs.data import FolderScans, ScansSpec
from core.store.records import Epoch, Event, Run

CONFIG: dict[str, Any] = {
    "displaylogo": False,
    "modeBarButtonsToRemove": [
        "select2d",
        "lasso2d",
        "zoomIn2d",
        "zoomOut2d",
        "autoScale2d",
        "sendChartToCloud",
    ],
    "toImageButtonOptions": {"format": "png", "filename": "plateau", "scale": 2},
}
"""What goes to plotly.js beside the figure: no logo, and only the buttons that do something."""

_LONGEST_FOLDER = 20
_EDGE_PX = 6


def run_figure(
    run: Run,
    epochs: Sequence[Epoch],
    events: Sequence[Event],
    *,
    shared_with: str = "",
    dark: bool,
) -> go.Figure:
    """Draw one run: its metrics, what its callbacks count and do, its learning rate.

    The rows share the epochs. Pointing anywhere shows what happened in that epoch, in a
    label above the curves, where it hides no point.

    Args:
        run: The run; its spec says which rows there are.
        epochs: Its finished epochs, in order; may be empty. A fork has those it shares, too.
        events: Its events, in order.
        shared_with: The name of the run that a fork shares its past with.
        dark: Whether the page is dark.
    """
    history, colours = History(run, epochs, events, shared_with), palette(dark)
    frame = frame_of(history)
    scales = {
        "accuracy": accuracy_scale(
            history.curve("accuracy"), history.curve("val_accuracy"), _best_of(history, "accuracy")
        ),
        "loss": loss_scale(
            history.curve("loss"), history.curve("val_loss"), _best_of(history, "loss")
        ),
        "learning_rate": rate_scale(history),
    }
    # Built from plain values: adding traces and annotations one by one takes ten times as long.
    return go.Figure(
        {
            "data": _traces(history, scales, colours),
            "layout": _layout(history, frame, scales, colours),
        }
    )


def evidence(scans: ScansSpec, *, seeds: str = "1 seed") -> str:
    """Return what a trained run rests on: how, which scans, how many seeds; plain text."""
    if owned.is_stand_in(scans):
        return f"trained · a private set of scans · {seeds}"
    if isinstance(scans, FolderScans):
        name = scans.folder
        short = name if len(name) <= _LONGEST_FOLDER else f"{name[: _LONGEST_FOLDER - 1]}…"
        return f"trained · scans of folder {short} · {seeds}"
    return f"trained · simulated scans ({scans.preset}) · {seeds}"


def _best_of(history: History, kind: str) -> list[float | None]:
    return history.best_so_far if history.judged_row == kind else []


def _traces(history: History, scales: dict[str, Scale], colours: Palette) -> list[dict[str, Any]]:
    return [
        *metric_traces(history, "accuracy", AXES["accuracy"], colours),
        *metric_traces(history, "loss", AXES["loss"], colours),
        *cell_traces(history, AXES["waiting"], colours),
        rate_trace(history, AXES["learning_rate"], colours),
        *event_traces(history, scales, colours),
        *nan_traces(history, scales, colours),
        *_pointer_traces(history, scales),
    ]


def _pointer_traces(history: History, scales: dict[str, Scale]) -> list[dict[str, Any]]:
    floors = {AXES[row]: scale.low for row, scale in scales.items()}
    if cell_rows(history.run.spec):
        floors[AXES["waiting"]] = 0.0
    return pointer_traces(epoch_texts(history), floors, lane=AXES["lane"])


def _layout(
    history: History, frame: Frame, scales: dict[str, Scale], colours: Palette
) -> dict[str, Any]:
    accuracy, rate = frame.row("accuracy"), frame.row("learning_rate")
    return {
        **paper(colours, height_px=frame.height_px, margin=MARGIN),
        "uirevision": history.run.id,
        "barmode": "overlay",
        "uniformtext": UNIFORM_TEXT,
        "xaxis": epoch_axis(history, colours),
        **_value_axes(history, frame, scales, colours),
        **hover_layout(),
        "legend": legend_layout(frame.row("lane").bottom, colours),
        "shapes": [
            *shared_band(history, rate.bottom, accuracy.top, colours),
            *reduction_lines(history, rate.bottom, accuracy.top, colours),
        ],
        "annotations": [
            *headings(frame, colours),
            *shared_note(history, accuracy.top, colours),
            *reduction_labels(history, accuracy.top, colours),
            *_notes(history, frame, colours),
        ],
    }


def _value_axes(
    history: History, frame: Frame, scales: dict[str, Scale], colours: Palette
) -> dict[str, Any]:
    more: dict[str, dict[str, Any]] = {
        "lane": {"range": [0, 1], "visible": False},
        "accuracy": {"tickformat": ".1~%", "nticks": 7, **scales["accuracy"].ticks()},
        "loss": {"nticks": 5, "exponentformat": "e", **scales["loss"].ticks()},
        "waiting": strip_axis(history.run.spec) if cell_rows(history.run.spec) else {},
        "learning_rate": scales["learning_rate"].ticks(),
    }
    return {
        row.axis.replace("y", "yaxis"): value_axis(row, colours, **more[row.name])
        for row in frame.rows
    }


def hover_layout() -> dict[str, Any]:
    """Return how a figure with rows answers the pointer: one label for the epoch below it."""
    return {
        "hovermode": "x",
        # Whichever row the pointer is in, the nearest epoch answers.
        "hoversubplots": "axis",
        "hoverdistance": -1,
        "spikedistance": -1,
    }


def legend_layout(bottom: float, colours: Palette) -> dict[str, Any]:
    """Return a legend in one line, above `bottom`, a share of the drawing's height."""
    return {
        "orientation": "h",
        "x": 0,
        "y": bottom,
        "xanchor": "left",
        "yanchor": "bottom",
        # Plotly would set the groups, of one entry each, apart.
        "tracegroupgap": 0,
        "bgcolor": "rgba(0,0,0,0)",
        "font": {"size": NOTE_SIZE, "color": colours.ink},
    }


def _notes(history: History, frame: Frame, colours: Palette) -> list[dict[str, Any]]:
    below = {"x": 0, "y": 0, "yanchor": "top"}
    small = {"size": TICK_SIZE, "color": colours.soft}
    rests_on = html.escape(evidence(history.run.spec.scans), quote=False)
    notes = [
        note("epoch", colours.soft, **below, xanchor="right", xshift=-6, yshift=-1, font=small),
        note(rests_on, colours.soft, **below, xshift=_EDGE_PX - MARGIN["l"], yshift=-24),
    ]
    if not history.epochs:
        row = frame.row("accuracy")
        place = {"x": 0.5, "y": (row.bottom + row.top) / 2, "xanchor": "center"}
        notes.append(note(_waiting_text(history.run), colours.soft, **place))
    return notes


def _waiting_text(run: Run) -> str:
    return "The first epoch is on its way" if run.is_active else "No epoch was finished"
