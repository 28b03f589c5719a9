"""What a model says of one scan, as bars."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go  # pyright: ignore[reportMissingTypeStubs]

from core.charts.evaluation.panel import axis, layout, shares, short
from core.charts.palette import faded, palette

_ROW_PX, _AROUND_PX = 40, 100
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
        doubtful: Whether the scan is unlike those the model knows: no bar stands out.
        dark: Whether the page is dark.
    """
    colours = palette(dark)
    best = max(range(len(classes)), key=lambda place: probabilities[place])
    strong = colours.waiting if doubtful else colours.validation
    bar: dict[str, Any] = {
        "type": "bar",
        "orientation": "h",
        "x": list(probabilities),
        "y": [short(name, _LONGEST) for name in classes],
        "text": [f"{value:.0%}" for value in probabilities],
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {
            "color": [strong if i == best else colours.waiting for i in range(len(classes))]
        },
        "hovertemplate": "%{y}: %{x:.1%}<extra></extra>",
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
    frame["margin"]["l"], frame["margin"]["r"] = 120, 46
    # The title line starts at the edge of the figure, left of the names.
    for line in frame["annotations"]:
        line["xshift"] = -112
    frame["bargap"] = 0.35
    frame["xaxis"] = shares("", colours)
    frame["yaxis"] = axis("", colours, autorange="reversed", showgrid=False)
    return go.Figure({"data": [bar], "layout": frame})
