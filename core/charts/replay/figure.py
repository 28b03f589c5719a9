"""The figure of a replay, redrawn whenever a slider moves."""

import html
from typing import Any

import plotly.graph_objects as go  # pyright: ignore[reportMissingTypeStubs]

from core.charts.epoch_text import hover_label
from core.charts.frame import (
    MARGIN,
    NOTE_SIZE,
    TICK_SIZE,
    epochs_axis,
    note,
    paper,
    value_axis,
)
from core.charts.live import hover_layout, legend_layout
from core.charts.pointer import pointer_traces
from core.charts.replay.marks import (
    SIGNS,
    act_traces,
    edge_notes,
    hand_traces,
    nan_trace,
    shapes,
)
from core.charts.replay.strips import UNIFORM_TEXT, strip_axis, strip_traces
from core.charts.replay.traces import band_traces, curve_traces, rate_traces
from core.charts.replay.view import AXES, ReplayView
from core.plateaus.what_if import Replayed

_EDGE_PX = 6

# Beyond this many epochs the labels would be most of the figure: only acts keep theirs.
_MOST_LABELS = 500


def replay_figure(view: ReplayView) -> go.Figure:
    """Draw a recorded curve, and what each setting makes of it.

    From the top: the curve with the band that had to be beaten and a mark where a setting acts;
    a row of cells for each setting; the learning rates. Where the recording is no evidence any
    more, everything is grey.
    """
    return go.Figure({"data": _traces(view), "layout": _layout(view)})


def hover_texts(view: ReplayView) -> dict[int, str]:
    """Return the verdicts by epoch, from 1, as plotly's HTML; of a long curve those on acts."""
    epochs = range(view.epochs)
    if view.epochs > _MOST_LABELS:
        epochs = sorted({epoch for one in view.replays for epoch in one.acts})
    return {
        epoch + 1: hover_label(
            f"Epoch {epoch + 1}", [_verdict_line(one, epoch) for one in view.replays]
        )
        for epoch in epochs
    }


def _verdict_line(replayed: Replayed, epoch: int) -> str:
    name, run = replayed.setting.name, len(replayed.verdicts)
    if epoch >= run:
        return f"{name}: stopped after epoch {run}"
    told = replayed.verdicts[epoch].sentence.partition(": ")[2]
    grey = "not known, only reckoned: " if epoch >= replayed.first_unknown else ""
    return f"{name}: {grey}{told}"


def _traces(view: ReplayView) -> list[dict[str, Any]]:
    bands = [trace for one in view.replays for trace in band_traces(view, one)]
    rates = rate_traces(view) if view.shows_rates else []
    return [
        *bands,
        *curve_traces(view),
        *strip_traces(view),
        *rates,
        *act_traces(view),
        *hand_traces(view),
        *nan_trace(view),
        *_key_traces(view),
        *_pointer_traces(view),
    ]


def _key_traces(view: ReplayView) -> list[dict[str, Any]]:
    """Return traces without points, which tell in the legend whose colour is whose."""
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [None],
            "y": [None],
            "yaxis": AXES["curve"],
            "name": one.setting.name,
            "line": {"color": view.colour(one), "width": 5},
        }
        for one in view.replays
    ]


def _pointer_traces(view: ReplayView) -> list[dict[str, Any]]:
    floors = {"curve": view.scale.low, "waiting": 0.0, "learning_rate": view.rate_scale.low}
    shown = {AXES[row]: floor for row, floor in floors.items() if row in view.rows}
    return pointer_traces(hover_texts(view), shown, lane=AXES["lane"])


def _layout(view: ReplayView) -> dict[str, Any]:
    colours = view.colours
    return {
        **paper(colours, height_px=view.height_px, margin=MARGIN),
        "plot_bgcolor": "rgba(0,0,0,0)",
        "uirevision": view.revision,
        "barmode": "overlay",
        "uniformtext": UNIFORM_TEXT,
        "xaxis": epochs_axis(view.epochs, AXES[view.lowest], colours),
        **_value_axes(view),
        **hover_layout(),
        "legend": legend_layout(view.rows["lane"].bottom, colours),
        "shapes": shapes(view),
        "annotations": [*_headings(view), *edge_notes(view), *_notes(view)],
    }


def _value_axes(view: ReplayView) -> dict[str, Any]:
    more: dict[str, dict[str, Any]] = {
        "lane": {"range": [0, 1], "visible": False},
        "curve": {"nticks": 7, "exponentformat": "e", **view.scale.ticks()},
        "waiting": strip_axis(view),
        "learning_rate": view.rate_scale.ticks(),
    }
    return {
        AXES[name].replace("y", "yaxis"): value_axis(row, view.colours, **more[name])
        for name, row in view.rows.items()
    }


def _headings(view: ReplayView) -> list[dict[str, Any]]:
    metric = html.escape(view.metric if len(view.metric) <= 24 else f"{view.metric[:23]}…")  # noqa: PLR2004
    kinds = dict.fromkeys(one.setting.callback.kind for one in view.replays)
    signs = "".join(f" · {SIGNS[kind]}" for kind in kinds)
    texts = {
        "curve": f"<b>{metric}</b>{signs}",
        "waiting": f"<b>{_waiting_heading(view)}</b>",
        "learning_rate": "<b>learning rate</b>",
    }
    return [
        note(text, view.colours.soft, x=0, y=view.rows[name].top, yanchor="bottom", yshift=3)
        for name, text in texts.items()
        if name in view.rows
    ]


def _waiting_heading(view: ReplayView) -> str:
    if not any(one.setting.limit for one in view.replays):
        return "saved"
    hatched = any(one.cooldown_counter.any() for one in view.replays)
    return "epochs waited" + ("; hatched: cooldown" if hatched else ", full at the patience")


def _notes(view: ReplayView) -> list[dict[str, Any]]:
    colours, below = view.colours, {"x": 0, "y": 0, "yanchor": "top"}
    small = {"size": TICK_SIZE, "color": colours.soft}
    rests_on = html.escape(view.evidence, quote=False)
    return [
        note("epoch", colours.soft, **below, xanchor="right", xshift=-6, yshift=-1, font=small),
        note(
            rests_on,
            colours.soft,
            **below,
            xshift=_EDGE_PX - MARGIN["l"],
            yshift=-24,
            font={"size": NOTE_SIZE, "color": colours.soft},
        ),
    ]
