"""Heat maps of settings: what EarlyStopping saves and misses, when a reduction would fire."""

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go  # pyright: ignore[reportMissingTypeStubs]
from numpy.typing import NDArray

from core.charts.advice import axis, titles
from core.charts.frame import TICK_SIZE, paper
from core.charts.palette import Palette, mixed, palette
from core.plateaus.arrays import FloatArray
from core.plateaus.reductions import ReductionMap
from core.plateaus.regret import RegretMap

Regret = Literal["epochs saved", "best value missed"]
Fired = Literal["first reduction", "number of reductions"]

_ROW_PX, _NUMBERED_ROW_PX = 15, 19
_MARGIN = {"l": 62, "r": 16, "t": 50, "b": 112}
# Labels of small numbers stand beside one another on the narrowest screen.
_MOST_COLUMN_TICKS, _MOST_ROW_TICKS = 8, 16

# A number of a numbered map stands on a colour, so that "never" is told from "at once".
_FAINTEST = 0.2

Texts = NDArray[np.object_]


def regret_figure(
    regret: RegretMap,
    shown: Regret,
    *,
    numbers: Sequence[int],
    advised: tuple[int, float] | None,
    rests_on: str,
    dark: bool,
) -> go.Figure:
    """Draw patience by min_delta of EarlyStopping; of several curves, the median in each cell.

    Args:
        regret: The map.
        shown: What the colours show; pointing at a cell tells both.
        numbers: Of the epochs, as shown, shape (E,).
        advised: Patience and min_delta to be marked with a star.
        rests_on: The level of evidence; plain text.
        dark: Whether the page is dark.
    """
    colours = palette(dark)
    values = regret.epochs_saved if shown == "epochs saved" else regret.missed
    hue = colours.validation if shown == "epochs saved" else colours.reduction
    seeds = regret.missed.shape[-1]
    heading = f"EarlyStopping: {shown}" + (f", median of {seeds}" if seeds > 1 else "")
    figure = _map_figure(
        _medians(values),
        _regret_texts(regret, numbers),
        rows=[str(patience) for patience in regret.patience],
        columns=[f"{min_delta:g}" for min_delta in regret.min_delta],
        column_title="min_delta",
        hue=hue,
        titles=titles(heading, rests_on, colours, _MARGIN["t"]),
        colours=colours,
    )
    if advised is not None:
        figure["data"].append(_star(regret, advised, colours))
    return go.Figure(figure)


def reduction_figure(
    reductions: ReductionMap,
    shown: Fired,
    *,
    numbers: Sequence[int],
    rests_on: str,
    dark: bool,
) -> go.Figure:
    """Draw patience by cooldown of ReduceLROnPlateau; of several curves, the median in each cell.

    Args:
        reductions: The map.
        shown: What the cells show; pointing at one tells both.
        numbers: Of the epochs, as shown, shape (E,).
        rests_on: The level of evidence; plain text.
        dark: Whether the page is dark.
    """
    colours = palette(dark)
    first = np.append(np.asarray(numbers, dtype=np.float64), np.nan)[reductions.first_reduced_epoch]
    values = first if shown == "first reduction" else reductions.reductions.astype(np.float64)
    seeds = first.shape[-1]
    what = "epoch of the first reduction" if shown == "first reduction" else shown
    return go.Figure(
        _map_figure(
            _medians(values),
            _reduction_texts(reductions, first),
            rows=[str(patience) for patience in reductions.patience],
            columns=[str(cooldown) for cooldown in reductions.cooldown],
            column_title="cooldown",
            hue=colours.reduction,
            titles=titles(
                f"ReduceLROnPlateau: {what}" + (f", median of {seeds}" if seeds > 1 else ""),
                rests_on,
                colours,
                _MARGIN["t"],
            ),
            colours=colours,
            numbered=True,
        )
    )


def _medians(values: NDArray[Any]) -> list[list[float | None]]:
    """The median over the curves, shape (rows, columns); None where half or more have none."""
    filled = np.where(np.isnan(values.astype(np.float64)), np.inf, values)
    # Of an even number the lower of the two in the middle, which some curve has.
    medians = np.quantile(filled, 0.5, axis=-1, method="lower")
    return [
        [float(f"{cell:.4g}") if np.isfinite(cell) else None for cell in row] for row in medians
    ]


def _map_figure(
    cells: list[list[float | None]],
    texts: Texts,
    *,
    rows: list[str],
    columns: list[str],
    column_title: str,
    hue: str,
    titles: list[dict[str, Any]],
    colours: Palette,
    numbered: bool = False,
) -> dict[str, Any]:
    row_px = _NUMBERED_ROW_PX if numbered else _ROW_PX
    height = row_px * len(rows) + _MARGIN["t"] + _MARGIN["b"]
    trace: dict[str, Any] = {
        "type": "heatmap",
        "z": cells,
        "customdata": texts.tolist(),
        "hovertemplate": "%{customdata}<extra></extra>",
        "colorscale": [[0, mixed(colours.cell, hue, _FAINTEST if numbered else 0)], [1, hue]],
        "xgap": 1,
        "ygap": 1,
        "colorbar": _bar(height, colours),
    }
    if numbered:
        trace |= {"texttemplate": "%{z:.4~g}", "textfont": {"size": TICK_SIZE}}
    return {
        "data": [trace],
        "layout": {
            **paper(colours, height_px=height, margin=_MARGIN),
            # A cell without a value: where nothing fires.
            "plot_bgcolor": colours.cell if numbered else colours.paper,
            "xaxis": _category_axis(columns, column_title, _MOST_COLUMN_TICKS, colours),
            "yaxis": _category_axis(rows, "patience", _MOST_ROW_TICKS, colours),
            "annotations": titles,
        },
    }


def _bar(height_px: int, colours: Palette) -> dict[str, Any]:
    """Return the scale of colours, below the map where a narrow screen has room."""
    drawn = height_px - _MARGIN["t"] - _MARGIN["b"]
    return {
        "orientation": "h",
        "x": 0,
        "xanchor": "left",
        "len": 1,
        "y": -58 / drawn,
        "yanchor": "top",
        "thickness": 10,
        "xpad": 0,
        "ypad": 0,
        "nticks": 6,
        "outlinewidth": 0,
        "tickfont": {"size": TICK_SIZE, "color": colours.soft},
    }


def _category_axis(labels: list[str], title: str, most: int, colours: Palette) -> dict[str, Any]:
    """Return an axis of equal cells with so many labels at most, the first always among them."""
    step = -(-len(labels) // most)
    return axis(
        colours,
        title,
        tickmode="array",
        tickvals=list(range(0, len(labels), step)),
        ticktext=labels[::step],
        tickangle=0,
        range=[-0.5, len(labels) - 0.5],
        showgrid=False,
        fixedrange=True,
    )


def _star(regret: RegretMap, advised: tuple[int, float], colours: Palette) -> dict[str, Any]:
    patience, min_delta = advised
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [int(np.abs(regret.min_delta - min_delta).argmin())],
        "y": [int(np.abs(regret.patience - patience).argmin())],
        "marker": {
            "symbol": "star",
            "size": 15,
            "color": colours.best,
            "line": {"width": 1.5, "color": colours.paper},
        },
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _regret_texts(regret: RegretMap, numbers: Sequence[int]) -> Texts:
    """What is said of each cell, shape (P, M)."""
    texts = np.empty(regret.missed.shape[:2], dtype=np.object_)
    kept = np.asarray(numbers)[regret.kept_epoch]
    for row, column in np.ndindex(texts.shape):
        saved, missed = regret.epochs_saved[row, column], regret.missed[row, column]
        texts[row, column] = "<br>".join(
            [
                f"<b>patience {regret.patience[row]} · min_delta {regret.min_delta[column]:g}</b>",
                f"epochs saved: {_told(saved)} of {len(numbers)}",
                f"best value missed: {_told(missed)}",
                f"keeps epoch {_told(kept[row, column])}",
            ]
        )
    return texts


def _reduction_texts(reductions: ReductionMap, first: FloatArray) -> Texts:
    texts = np.empty(first.shape[:2], dtype=np.object_)
    for row, column in np.ndindex(texts.shape):
        head = f"patience {reductions.patience[row]} · cooldown {reductions.cooldown[column]}"
        texts[row, column] = "<br>".join(
            [
                f"<b>{head}</b>",
                f"first reduction: {_first_told(first[row, column])}",
                f"in all, if the curve took no notice: {_told(reductions.reductions[row, column])}",
            ]
        )
    return texts


def _first_told(epochs: FloatArray) -> str:
    fired = epochs[~np.isnan(epochs)]
    if not fired.size:
        return "never"
    never = epochs.size - fired.size
    return f"end of epoch {_told(fired)}" + (
        f", never on {never} of {epochs.size}" if never else ""
    )


def _told(values: NDArray[Any]) -> str:
    """One number, or the median of several with the range."""
    # Plain Python: NumPy takes ten times as long for a handful of numbers.
    numbers = sorted(value for value in values.tolist() if not math.isnan(value))
    if not numbers:
        return "not a number"
    low, high = f"{numbers[0]:.4g}", f"{numbers[-1]:.4g}"
    median = f"{numbers[(len(numbers) - 1) // 2]:.4g}"
    return median if low == high else f"{median} ({low} to {high})"
