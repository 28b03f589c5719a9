"""What answers the pointer on a figure of rows: points that cannot be seen."""

from collections.abc import Mapping
from typing import Any


def pointer_traces(
    texts: Mapping[int, str], floors: Mapping[str, float], *, lane: str
) -> list[dict[str, Any]]:
    """Return points for every row of a figure.

    Those of the lane carry the labels, above the curves. The others carry none, but
    plotly draws the line through an epoch only if the row under the pointer has a point.

    Args:
        texts: The label of each epoch, in Plotly's HTML; epochs count from 1.
        floors: For the axis of each other row, a height inside it.
        lane: The axis of the row above the curves, from 0 to 1.
    """
    epochs, labels = list(texts), list(texts.values())
    silent = [_points(epochs, floor, axis, hoverinfo="none") for axis, floor in floors.items()]
    template = "%{text}<extra></extra>"
    return [*silent, _points(epochs, 0.5, lane, text=labels, hovertemplate=template)]


def _points(epochs: list[int], height: float, axis: str, **labels: Any) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": epochs,
        "y": [height] * len(epochs),
        "yaxis": axis,
        "showlegend": False,
        "marker": {"opacity": 0, "size": 1},
        **labels,
    }
