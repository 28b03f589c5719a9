"""All curves of a sweep; what settings share is drawn once."""

import html
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go  # pyright: ignore[reportMissingTypeStubs]

from core.charts.compare.colours import Stroke
from core.charts.compare.look import HEADING_PX, base_layout, is_share
from core.charts.event_text import change_of_rate
from core.charts.frame import (
    MARGIN,
    TICK_SIZE,
    Row,
    Scale,
    accuracy_scale,
    epochs_axis,
    loss_scale,
    note,
    value_axis,
)
from core.charts.history import drawable, verdict_on
from core.charts.marks import LOOKS, NAN
from core.charts.palette import Palette, palette
from core.charts.sweep.look import Place, evidence_of, marks, settings_told, strokes
from core.charts.sweep.results import SweepResults
from core.plateaus.wording import format_rate
from core.store.records import Branch, Epoch, EventKind

_DRAWING_PX, _RATE_SHARE, _BOTTOM_PX = 470, 0.18, 66
_SHARED_PX, _LINE_PX = 2.5, 1.75
_MOST_WITH_LARGE_MARKS, _LARGE, _SMALL = 12, 0.65, 0.45
_HOVER = (
    "epoch %{x}: <b>%{customdata[0]}</b><br>learning rate %{customdata[1]}%{customdata[2]}"
    "<br>%{fullData.text}"
    "<extra></extra>"
)


def curves_figure(
    results: SweepResults,
    seeds: Sequence[int],
    *,
    metric: str,
    verdicts: Mapping[str, Mapping[int, str]] | None = None,
    dark: bool,
) -> go.Figure:
    """Draw a metric of every branch over the epochs, with the learning rates below.

    Args:
        results: The sweep so far.
        seeds: Those whose curves are drawn.
        metric: A key of the logs.
        verdicts: What callbacks made of the epochs, from 1, of runs by their ids.
        dark: Whether the page is dark.
    """
    colours, looks = palette(dark), strokes(results, metric, dark=dark)
    branches = [branch for branch in results.branches if branch.seed in seeds and branch.epochs]
    # What is shared lies below what parted from it.
    branches.sort(key=lambda branch: not results.children(branch))
    epochs = [epoch for branch in branches for epoch in _epochs(results, branch)]
    floor = _metric_scale(epochs, metric).low
    data = [
        *(_rates(results, branch, looks, colours) for branch in branches),
        *(
            _curve(results, branch, metric, looks, colours, told=verdicts or {})
            for branch in branches
        ),
        *_marks(results, branches, metric, looks, colours, floor=floor),
    ]
    layout = _layout(results, epochs, seeds, metric, colours)
    return go.Figure({"data": data, "layout": layout})


def _epochs(results: SweepResults, branch: Branch) -> list[Epoch]:
    """Return the epochs of a branch, and the one before them that it starts from."""
    last = -1 if branch.last_epoch is None else branch.last_epoch
    every = results.leader(branch).epochs
    return [each for each in every if branch.first_epoch - 1 <= each.epoch <= last]


def _curve(
    results: SweepResults,
    branch: Branch,
    metric: str,
    looks: Sequence[Stroke],
    colours: Palette,
    *,
    told: Mapping[str, Mapping[int, str]],
) -> dict[str, Any]:
    epochs = _epochs(results, branch)
    values = [drawable(epoch.logs.get(metric)) for epoch in epochs]
    rates = [format_rate(epoch.learning_rate) for epoch in epochs]
    several = len(results.spec.seeds) > 1
    settings = settings_told(results, branch.settings)
    verdicts = _verdicts(results, branch, told)
    return {
        "type": "scatter",
        "mode": "lines+markers" if len(epochs) == 1 else "lines",
        "x": [epoch.epoch + 1 for epoch in epochs],
        "y": values,
        "customdata": [
            ["no number" if value is None else f"{value:.4f}", rate, verdict]
            for value, rate, verdict in zip(values, rates, verdicts, strict=True)
        ],
        "text": f"seed {branch.seed}<br>{settings}" if several else settings,
        "hovertemplate": _HOVER,
        "showlegend": False,
        "connectgaps": False,
        "line": _pen(results, branch, looks, colours),
    }


def _verdicts(
    results: SweepResults, branch: Branch, told: Mapping[str, Mapping[int, str]]
) -> list[str]:
    """Return the verdicts on each epoch of a curve; those of one of its settings, named."""
    run = results.leader(branch).run
    of = ""
    if len(branch.settings) > 1 and run.setting is not None:
        of = f"<br>{settings_told(results, [run.setting])}:"
    numbers = [epoch.epoch + 1 for epoch in _epochs(results, branch)]
    verdicts = [verdict_on(told.get(run.id, {}), number) for number in numbers]
    return [f"{of}{verdict}" if verdict else "" for verdict in verdicts]


def _rates(
    results: SweepResults, branch: Branch, looks: Sequence[Stroke], colours: Palette
) -> dict[str, Any]:
    x: list[float] = []
    y: list[float | None] = []
    for epoch in _epochs(results, branch):
        x += [epoch.epoch + 0.5, epoch.epoch + 1.5]
        y += [drawable(epoch.learning_rate)] * 2
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "yaxis": "y4",
        "hoverinfo": "skip",
        "showlegend": False,
        "line": _pen(results, branch, looks, colours) | {"width": 1.5},
    }


def _pen(
    results: SweepResults, branch: Branch, looks: Sequence[Stroke], colours: Palette
) -> dict[str, Any]:
    if results.children(branch):
        return {"color": colours.soft, "width": _SHARED_PX}
    look = looks[min(branch.settings)]
    return {"color": look.colour, "width": _LINE_PX, "dash": look.dash}


def _marks(
    results: SweepResults,
    branches: Sequence[Branch],
    metric: str,
    looks: Sequence[Stroke],
    colours: Palette,
    *,
    floor: float,
) -> list[dict[str, Any]]:
    """Return marks where the rate fell, where EarlyStopping ended a training, and where NaN began.

    A curve that was stopped ends, or goes on without that training.
    """
    reduced: list[Place] = []
    stopped: list[Place] = []
    lost: list[Place] = []
    for branch in branches:
        colour = _pen(results, branch, looks, colours)["color"]
        heights = _heights(results, branch, metric, floor)
        for event in results.reductions(branch):
            if event.epoch in heights:
                text = f"<b>after epoch {event.epoch + 1}</b><br>"
                text += change_of_rate(event.detail["from"], event.detail["to"])
                reduced.append((event.epoch + 1, heights[event.epoch], colour, text))
        for epoch, settings in results.stops(branch).items():
            text = f"<b>stopped early after epoch {epoch + 1}</b><br>"
            text += settings_told(results, settings)
            stopped.append((epoch + 1, heights[epoch], looks[settings[0]].colour, text))
        for epoch in _lost(results, branch, metric):
            text = f"<b>epoch {epoch + 1}: not a number, or absent</b><br>"
            text += settings_told(results, branch.settings)
            lost.append((epoch + 1, heights[epoch], colour, text))
    share = _LARGE if len(branches) <= _MOST_WITH_LARGE_MARKS else _SMALL
    kinds = (
        (LOOKS[EventKind.LEARNING_RATE_REDUCED], reduced),
        (LOOKS[EventKind.EARLY_STOP], stopped),
        (NAN, lost),
    )
    return [marks(look, places, colours, share=share) for look, places in kinds if places]


def _heights(results: SweepResults, branch: Branch, metric: str, floor: float) -> dict[int, float]:
    """Return the height of a curve by epoch; in a gap, where it was last, or the floor."""
    heights: dict[int, float] = {}
    for epoch in _epochs(results, branch):
        value = drawable(epoch.logs.get(metric))
        floor = floor if value is None else value
        heights[epoch.epoch] = floor
    return heights


def _lost(results: SweepResults, branch: Branch, metric: str) -> list[int]:
    """Return the epochs of a branch, from 0, in which a gap begins."""
    epochs = _epochs(results, branch)
    gaps = [drawable(epoch.logs.get(metric)) is None for epoch in epochs]
    return [
        epoch.epoch
        for epoch, gap, before in zip(epochs, gaps, [False, *gaps], strict=False)
        if gap and not before and epoch.epoch >= branch.first_epoch
    ]


def _layout(
    results: SweepResults,
    epochs: Sequence[Epoch],
    seeds: Sequence[int],
    metric: str,
    colours: Palette,
) -> dict[str, Any]:
    gap = HEADING_PX / _DRAWING_PX
    upper = Row("accuracy", _RATE_SHARE + gap, 1.0)
    lower = Row("learning_rate", 0.0, _RATE_SHARE)
    margin = MARGIN | {"t": HEADING_PX + 8, "b": _BOTTOM_PX}
    shares = {"tickformat": ".1~%"} if is_share(metric) else {"exponentformat": "e"}
    title = {"text": "epoch", "font": {"size": TICK_SIZE, "color": colours.soft}, "standoff": 4}
    metric_axis = {"nticks": 7, **shares, **_metric_scale(epochs, metric).ticks()}
    return {
        **base_layout(colours, height_px=_DRAWING_PX + margin["t"] + margin["b"], margin=margin),
        "uirevision": f"{results.sweep.id} {metric}",
        "xaxis": epochs_axis(results.planned, "y4", colours)
        | {"showspikes": False, "title": title},
        "yaxis": value_axis(upper, colours, **metric_axis),
        "yaxis4": value_axis(lower, colours, **_rate_scale(results, epochs).ticks()),
        "annotations": [
            _heading(html.escape(metric, quote=False), upper, colours),
            _heading("learning rate", lower, colours),
            note(
                html.escape(evidence_of(results, seeds), quote=False),
                colours.soft,
                x=0,
                y=0,
                yanchor="top",
                xshift=6 - margin["l"],
                yshift=-44,
            ),
        ],
    }


def _metric_scale(epochs: Sequence[Epoch], metric: str) -> Scale:
    values = [drawable(epoch.logs.get(metric)) for epoch in epochs]
    return accuracy_scale(values) if is_share(metric) else loss_scale(values)


def _rate_scale(results: SweepResults, epochs: Sequence[Epoch]) -> Scale:
    rates = [results.spec.base.training.learning_rate]
    rates += [epoch.learning_rate for epoch in epochs if epoch.learning_rate > 0]
    return Scale(min(rates) / 2.2, max(rates) * 2.2, log=True)


def _heading(text: str, row: Row, colours: Palette) -> dict[str, Any]:
    place = {"x": 0, "y": row.top, "yanchor": "bottom", "yshift": 3}
    return note(f"<b>{text}</b>", colours.soft, **place)
