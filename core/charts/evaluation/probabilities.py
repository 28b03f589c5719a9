"""What a model says of one scan, as bars."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go  # pyright: ignore[reportMissingTypeStubs]

from core.charts.evaluation.panel import axis, layout, shares, short
from core.charts.palette import faded, palette

_ROW_PX, _AROUND_PX, _LEFT_PX = 36, 96, 186
_LONGEST = 18


def probabilities_figure(
    classes: Sequence[str],
    probabilities: Sequence[float],
    rests_on: str,
    *,
    ends: tuple[Sequence[float], Sequence[float]] | None = None,
    doubtful: bool = False,
    dark: bool,
) -> go.Figure:
    """Draw the probability of each class as a bar, the highest in colour.

    Args:
        classes: Names.
        probabilities: Of each class, 0 to 1.
        rests_on: Level of evidence, scans and seeds; plain text.
        ends: The lowest and the highest probability of any model, where several vote.
        doubtful: Whether the scan is unlike those the model knows: no bar stands out, and no
            number does.
        dark: Whether the page is dark.
    """
    colours = palette(dark)
    best = max(range(len(classes)), key=lambda place: probabilities[place])
    strong = colours.waiting if doubtful else colours.validation
    bar: dict[str, Any] = {
        "type": "bar",
        "orientation": "h",
        "x": list(probabilities),
        "y": list(range(len(classes))),
        "text": [short(name) for name in classes],
        "textposition": "none",
        "marker": {
            "color": [strong if i == best else colours.waiting for i in range(len(classes))]
        },
        "hovertemplate": "%{text}: %{x:.1%}<extra></extra>",
    }
    if ends is not None:
        bar["error_x"] = {
            "type": "data",
            "symmetric": False,
            "array": [high - value for value, high in zip(probabilities, ends[1], strict=True)],
            "arrayminus": [value - low for value, low in zip(probabilities, ends[0], strict=True)],
            "color": faded(colours.ink, 0.6),
            "thickness": 1.2,
            "width": 4,
        }
    height = _AROUND_PX + _ROW_PX * len(classes)
    frame = layout("Probability of each class", rests_on, colours, height_px=height)
    frame["margin"]["l"], frame["margin"]["r"] = _LEFT_PX, 18
    frame["bargap"] = 0.35
    frame["xaxis"] = shares("", colours)
    # Beside the names, where no bar and no line of a vote runs through the numbers.
    ticks = [
        short(name, _LONGEST) + ("" if doubtful else f"  <b>{value:.0%}</b>")
        for name, value in zip(classes, probabilities, strict=True)
    ]
    places = {"tickvals": list(range(len(classes))), "ticktext": ticks}
    frame["yaxis"] = axis("", colours, autorange="reversed", showgrid=False, **places)
    frame["yaxis"]["tickfont"] = {"size": 13, "color": colours.ink}
    return go.Figure({"data": [bar], "layout": frame})
