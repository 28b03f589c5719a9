"""The curves of the playground: the loss and the rate of up to four settings, with bands."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go  # pyright: ignore[reportMissingTypeStubs]

from core.charts.frame import NOTE_SIZE, TICK_SIZE, Scale, note, paper
from core.charts.history import drawable
from core.charts.palette import Palette, faded, palette
from core.charts.setting_colours import setting_colours
from core.plateaus.arrays import FloatArray
from core.plateaus.outcomes import Outcome
from core.plateaus.wording import format_rate
from core.specs.playground import EPOCHS

HEIGHT_PX = 470
_MARGIN = {"l": 48, "r": 26, "t": 56, "b": 36}
_LOSS, _RATE = (0.38, 1.0), (0.0, 0.27)
_OPACITY = 0.16
_HEADING_SHIFT = -40
# Letters nearer than this share of the axis would overlap.
_LETTER_ROOM = 0.055
# A loss that runs away leaves the chart at this many times the highest start of the others.
_HIGHEST = 3.0


def playground_figure(
    outcomes: Sequence[Outcome], names: Mapping[str, str], *, dark: bool
) -> go.Figure:
    """Draw the loss and the learning rate of up to four settings over the epochs.

    Args:
        outcomes: Of the same simulation.
        names: Of each setting, by its letter, for the legend.
        dark: Whether the page is dark.
    """
    colours, lines = palette(dark), setting_colours(dark=dark)
    loss, rate = _loss_scale(outcomes), _rate_scale(outcomes)
    data = [_band(outcome, "y", lines[outcome.letter]) for outcome in outcomes]
    data += [_band(outcome, "y2", lines[outcome.letter]) for outcome in outcomes]
    for outcome in outcomes:
        colour = lines[outcome.letter]
        data.append(_rate_line(outcome, colour))
        data.append(_loss_line(outcome, names[outcome.letter], colour))
        data += _stop_mark(outcome, loss, colour, colours)
    seeds = outcomes[0].seeds if outcomes else 0
    return go.Figure(
        {
            "data": data,
            "layout": _layout(seeds, loss, rate, _letters(outcomes, loss, lines), colours),
        }
    )


def _loss_line(outcome: Outcome, name: str, colour: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x0": 1,
        "dx": 1,
        "y": _drawable(outcome.loss_band.middle),
        "yaxis": "y",
        "name": f"<b>{outcome.letter}</b> {name}",
        "legendgroup": outcome.letter,
        "line": {"color": colour, "width": 2.25},
        "customdata": _drawable(outcome.rate_band.middle),
        "hovertemplate": f"<b>{outcome.letter}</b> %{{y:.2~g}} at a rate of %{{customdata:.2~g}}"
        "<extra></extra>",
    }


def _rate_line(outcome: Outcome, colour: str) -> dict[str, Any]:
    """Return the rate as steps; it changes between two epochs."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x0": 1,
        "dx": 1,
        "y": _drawable(outcome.rate_band.middle),
        "yaxis": "y2",
        "legendgroup": outcome.letter,
        "showlegend": False,
        "line": {"color": colour, "width": 2.25, "shape": "hvh"},
        "hoverinfo": "skip",
    }


def _band(outcome: Outcome, axis: str, colour: str) -> dict[str, Any]:
    """Return the middle 80 % of the seeds as one polygon, up to where it has no upper edge."""
    band = outcome.loss_band if axis == "y" else outcome.rate_band
    finite = np.isfinite(band.high)
    known = int(finite.argmin()) if not finite.all() else len(finite)
    epochs = list(range(1, known + 1))
    return {
        "type": "scatter",
        "mode": "lines",
        "x": epochs + epochs[::-1],
        "y": _drawable(band.low[:known]) + _drawable(band.high[:known][::-1]),
        "yaxis": axis,
        "legendgroup": outcome.letter,
        "showlegend": False,
        "hoverinfo": "skip",
        "fill": "toself",
        "fillcolor": faded(colour, _OPACITY),
        "line": {"width": 0, "shape": "linear" if axis == "y" else "hvh"},
    }


def _stop_mark(
    outcome: Outcome, scale: Scale, colour: str, colours: Palette
) -> list[dict[str, Any]]:
    if not outcome.stopped:
        return []
    end = _clipped(float(outcome.loss_band.middle[-1]), scale)
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [outcome.drawn_epochs],
            "y": [end],
            "yaxis": "y",
            "legendgroup": outcome.letter,
            "showlegend": False,
            "cliponaxis": False,
            "marker": {
                "symbol": "square",
                "size": 11,
                "color": colour,
                "line": {"width": 2, "color": colours.paper},
            },
            "hovertemplate": f"<b>{outcome.letter}</b> stops here<extra></extra>",
        }
    ]


def _letters(
    outcomes: Sequence[Outcome], scale: Scale, lines: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return a letter behind the end of each curve; those at the right edge keep apart."""
    span = math.log10(scale.high) - math.log10(scale.low)
    ends = [(*_end(outcome, scale), outcome.letter) for outcome in outcomes]
    notes: list[dict[str, Any]] = []
    lowest_free = -math.inf
    for height, epoch, what, letter in sorted(ends):
        at_the_edge = epoch == EPOCHS
        free = max(height, lowest_free) if at_the_edge else height
        if at_the_edge:
            lowest_free = free + _LETTER_ROOM * span
        notes.append(
            note(
                f"<b>{letter}{what}</b>",
                lines[letter],
                x=epoch,
                xref="x",
                xshift=8,
                y=free,
                yref="y",
            )
        )
    return notes


def _end(outcome: Outcome, scale: Scale) -> tuple[float, int, str]:
    """Return where a curve ends: the logarithm of the loss, the epoch, and why."""
    gone = np.flatnonzero(outcome.loss_band.middle > scale.high)
    if gone.size:
        top = _LETTER_ROOM * math.log10(scale.high / scale.low)
        return math.log10(scale.high) - top, max(int(gone[0]), 1), " off the chart"
    end = _clipped(float(outcome.loss_band.middle[-1]), scale)
    return math.log10(end), outcome.drawn_epochs, " stops" if outcome.stopped else ""


def _loss_scale(outcomes: Sequence[Outcome]) -> Scale:
    """Return a logarithmic scale for all bands; what runs away is cut off."""
    sound = [outcome for outcome in outcomes if math.isfinite(outcome.end_loss)] or outcomes
    starts = [float(outcome.loss_band.high[0]) for outcome in sound]
    start = max((start for start in starts if start > 0 and math.isfinite(start)), default=1.0)
    values = [
        edge[np.isfinite(edge) & (edge > 0)]
        for outcome in sound
        for edge in (outcome.loss_band.low, outcome.loss_band.high)
    ]
    shown = np.concatenate([np.array([start]), *values])
    most = min(float(shown.max()) * 1.5, _HIGHEST * start)
    return Scale(min(float(shown.min()) / 1.5, most / 10), most, log=True)


def _rate_scale(outcomes: Sequence[Outcome]) -> Scale:
    rates = np.concatenate([[0.1], *(outcome.rate_band.low for outcome in outcomes)])
    highest = max((outcome.start_rate for outcome in outcomes), default=1.0)
    return Scale(float(rates[rates > 0].min()) / 2, highest * 2, log=True)


def _ticks(scale: Scale) -> dict[str, Any]:
    """Return the ticks of a logarithmic axis, written as people write such numbers."""
    ticks = scale.ticks()
    return ticks | {"ticktext": [format_rate(value) for value in ticks["tickvals"]]}


def _clipped(value: float, scale: Scale) -> float:
    return min(max(value, scale.low), scale.high)


def _drawable(values: FloatArray) -> list[float | None]:
    """Round to three digits, finer than a pixel here; what is no number is a gap."""
    rounded = [float(f"{value:.3g}") for value in values.tolist()]
    return [drawable(value if value > 0 else math.nan) for value in rounded]


def _layout(
    seeds: int, loss: Scale, rate: Scale, letters: list[dict[str, Any]], colours: Palette
) -> dict[str, Any]:
    ticks = {"size": TICK_SIZE, "color": colours.soft}
    axis = {"gridcolor": colours.grid, "zeroline": False, "tickfont": ticks, "fixedrange": True}
    return {
        **paper(colours, height_px=HEIGHT_PX, margin=_MARGIN),
        "uirevision": "playground",
        "hovermode": "x unified",
        "hoversubplots": "axis",
        "xaxis": {
            "range": [0, EPOCHS + 1],
            "anchor": "y2",
            "showgrid": False,
            "zeroline": False,
            "tickvals": [1, 20, 40, 60, 80, 100],
            "tickfont": ticks,
            "hoverformat": "d",
            "unifiedhovertitle": {"text": "epoch %{x}"},
            "spikethickness": 1,
            "spikedash": "solid",
            "spikecolor": colours.soft,
        },
        "yaxis": {"domain": list(_LOSS), "anchor": "x", **axis, **_ticks(loss)},
        "yaxis2": {"domain": list(_RATE), "anchor": "x", **axis, **_ticks(rate)},
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 1.06,
            "xanchor": "left",
            "yanchor": "bottom",
            "tracegroupgap": 0,
            "bgcolor": "rgba(0,0,0,0)",
            "font": {"size": NOTE_SIZE, "color": colours.ink},
        },
        "annotations": [
            note(
                f"<b>val_loss</b> simulated · {seeds} seeds, median and middle 80 %",
                colours.soft,
                x=0,
                xshift=_HEADING_SHIFT,
                y=1.0,
                yanchor="bottom",
                yshift=3,
            ),
            note(
                "<b>learning rate</b>",
                colours.soft,
                x=0,
                xshift=_HEADING_SHIFT,
                y=_RATE[1],
                yanchor="bottom",
                yshift=3,
            ),
            *letters,
        ],
    }
