"""The figure of a plateau: the curves, where each rests, and how far its noise reaches."""

import html
from typing import Any

import plotly.graph_objects as go  # pyright: ignore[reportMissingTypeStubs]

from core.charts.frame import NOTE_SIZE, TICK_SIZE, note, paper
from core.charts.history import drawable
from core.charts.palette import Palette, faded, palette
from core.curves.recorded import Source
from core.curves.seeds import SeedCurves
from core.plateaus.evidence import Evidence
from core.plateaus.plateau import Plateau
from core.plateaus.wording import format_metric

_HEIGHT_PX = 340
_MARGIN = {"l": 60, "r": 16, "t": 86, "b": 46}
_EDGE_PX = 6
_MOST_POINTS_WITH_DOTS = 60
# So many deviations on either side hold all but an outlier.
_FAR = 5
_BAND_OPACITY, _SHADE_OPACITY = 0.22, 0.09

_ORIGINS: dict[Source, str] = {
    "csv_logger": "a CSVLogger file",
    "table": "a table you brought",
    "history": "a History you brought",
    "console": "pasted console output",
    "tensorboard": "TensorBoard files",
    "run": "trained runs",
}


def evidence_line(source: Source, count: int, about: str = "") -> str:
    """Return what an advice rests on: replayed, from where, how many seeds; plain text."""
    origin = about or ("a trained run" if source == "run" and count == 1 else _ORIGINS[source])
    return f"replayed · {origin} · {count} seed{'' if count == 1 else 's'}"


def plateau_figure(
    seeds: SeedCurves,
    metric: str,
    evidence: Evidence,
    *,
    rests_on: str,
    dark: bool,
    closely: bool = False,
) -> go.Figure:
    """Draw curves with their plateaus shaded, the noise of each around its level.

    Args:
        seeds: The curves.
        metric: Their name; plain text.
        evidence: Found on them.
        rests_on: The level of evidence; plain text.
        dark: Whether the page is dark.
        closely: Whether the vertical axis shows the plateaus only.
    """
    colours = palette(dark)
    numbers = [int(number) for number in seeds.numbers]
    curves = [_curve(seeds, row, numbers, colours) for row in range(len(evidence.plateaus))]
    traces = [*_bands(evidence, numbers, colours), *curves, *_reductions(seeds, evidence, colours)]
    _show_once_in_the_legend(traces)
    return go.Figure(
        {
            "data": traces,
            "layout": {
                **paper(colours, height_px=_HEIGHT_PX, margin=_MARGIN),
                "hovermode": "closest" if len(curves) > 1 else "x",
                "xaxis": axis(
                    colours, "epoch", showgrid=False, range=[numbers[0] - 1, numbers[-1] + 1]
                ),
                "yaxis": axis(colours, "", nticks=6, **(_close_range(evidence) if closely else {})),
                "shapes": _shades(evidence, numbers, colours),
                "annotations": titles(metric, rests_on, colours, _MARGIN["t"]),
                "legend": {
                    "orientation": "h",
                    "x": 0,
                    "y": 1.01,
                    "xanchor": "left",
                    "yanchor": "bottom",
                    "tracegroupgap": 0,
                    "bgcolor": "rgba(0,0,0,0)",
                    "font": {"size": NOTE_SIZE, "color": colours.ink},
                },
            },
        }
    )


def _close_range(evidence: Evidence) -> dict[str, Any]:
    """Return a range in which the noise of the plateaus is seen, if there is one."""
    ends = [
        (plateau.level - _FAR * plateau.noise, plateau.level + _FAR * plateau.noise)
        for plateau in evidence.plateaus
        if plateau.level is not None and plateau.noise
    ]
    return {"range": [min(low for low, _ in ends), max(high for _, high in ends)]} if ends else {}


def axis(colours: Palette, title: str, **more: Any) -> dict[str, Any]:
    """Return an axis with quiet ticks and a plain title."""
    return {
        "title": {"text": title, "font": {"size": NOTE_SIZE, "color": colours.soft}, "standoff": 6},
        "gridcolor": colours.grid,
        "zeroline": False,
        "ticks": "",
        "tickfont": {"size": TICK_SIZE, "color": colours.soft},
        **more,
    }


def titles(heading: str, rests_on: str, colours: Palette, top_px: int) -> list[dict[str, Any]]:
    """Return two lines in the top margin: what a figure shows, and what that rests on."""
    place = {"x": 0, "y": 1, "yanchor": "top", "xshift": -_MARGIN["l"] + _EDGE_PX}
    return [
        note(f"<b>{_plain(heading)}</b>", colours.ink, **place, yshift=top_px - 2),
        note(_plain(rests_on), colours.soft, **place, yshift=top_px - 20),
    ]


def _plain(text: str) -> str:
    return html.escape(text, quote=False)


def _curve(seeds: SeedCurves, row: int, numbers: list[int], colours: Palette) -> dict[str, Any]:
    only = seeds.curves.shape[0] == 1
    values = [
        drawable(value) if there else None
        for value, there in zip(seeds.curves.values[row], seeds.curves.present[row], strict=True)
    ]
    head = "" if only else f"seed {row + 1}, "
    return {
        "type": "scatter",
        "mode": "lines+markers" if only and len(numbers) <= _MOST_POINTS_WITH_DOTS else "lines",
        "x": numbers,
        "y": values,
        "name": "recorded" if only else "a line a seed",
        "connectgaps": False,
        "line": {"color": colours.validation, "width": 2.5 if only else 1.3},
        "marker": {"color": colours.validation, "size": 5},
        "hovertemplate": f"{head}epoch %{{x}}: %{{y:.4g}}<extra></extra>",
    }


def _span(plateau: Plateau, numbers: list[int]) -> tuple[float, float]:
    start = plateau.start or 0
    return numbers[start] - 0.5, numbers[-1] + 0.5


def _bands(evidence: Evidence, numbers: list[int], colours: Palette) -> list[dict[str, Any]]:
    """Return level and noise of each plateau: a dotted line within a band of one deviation."""
    traces: list[dict[str, Any]] = []
    for plateau in evidence.plateaus:
        if plateau.start is None or plateau.level is None or plateau.noise is None:
            continue
        left, right = _span(plateau, numbers)
        low, high = plateau.level - plateau.noise, plateau.level + plateau.noise
        told = f"plateau {format_metric(plateau.level)} ± {plateau.noise:.2g}"
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": [left, right, right, left],
                "y": [low, low, high, high],
                "fill": "toself",
                "fillcolor": faded(colours.best, _BAND_OPACITY),
                "line": {"width": 0},
                "name": "± its noise",
                "hoverinfo": "skip",
            }
        )
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": [left, right],
                "y": [plateau.level] * 2,
                "name": told if len(evidence.plateaus) == 1 else "plateau",
                "line": {"color": colours.best, "width": 1.5, "dash": "dot"},
                "hoverinfo": "skip",
            }
        )
    return traces


def _shades(evidence: Evidence, numbers: list[int], colours: Palette) -> list[dict[str, Any]]:
    """Return the plateau, from top to bottom; of several, where the last of them has begun."""
    flat = [plateau for plateau in evidence.plateaus if plateau.start is not None]
    if not flat:
        return []
    left, right = max(_span(plateau, numbers) for plateau in flat)
    return [
        {
            "type": "rect",
            "xref": "x",
            "yref": "paper",
            "x0": left,
            "x1": right,
            "y0": 0,
            "y1": 1,
            "layer": "below",
            "line": {"width": 0},
            "fillcolor": faded(colours.best, _SHADE_OPACITY),
        }
    ]


def _reductions(seeds: SeedCurves, evidence: Evidence, colours: Palette) -> list[dict[str, Any]]:
    """Return where the advised ReduceLROnPlateau would first act on each curve."""
    if evidence.reduction is None:
        return []
    fired = [(row, at) for row, at in enumerate(evidence.reduction.first_reduced) if at is not None]
    if not fired:
        return []
    epochs = [int(seeds.numbers[at]) for _, at in fired]
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": epochs,
            "y": [drawable(float(seeds.curves.values[place])) for place in fired],
            "name": "advised reduction",
            "marker": {
                "symbol": "triangle-down",
                "size": 13,
                "color": colours.reduction,
                "line": {"width": 1.5, "color": colours.paper},
            },
            "hovertemplate": "the advised ReduceLROnPlateau first acts<br>at the end of epoch %{x}"
            "<extra></extra>",
        }
    ]


def _show_once_in_the_legend(traces: list[dict[str, Any]]) -> None:
    seen: set[str] = set()
    for trace in traces:
        trace |= {"legendgroup": trace["name"], "showlegend": trace["name"] not in seen}
        seen.add(trace["name"])
