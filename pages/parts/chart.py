"""A Plotly chart that is changed in place: it neither flickers nor loses its zoom.

`st.plotly_chart` gives a chart whose data changed a new identity, with a key too
(Streamlit 1.67), and the browser builds it anew at every epoch. This component
keeps one plot and hands it the new figure.
"""

from typing import Any

import plotly.graph_objects as go
from streamlit.components.v2 import component

from pages.parts import plotly_file

_draw = component(
    "plateau_chart",
    html='<div class="plot"></div>',
    js=plotly_file.script("plotly.js", "chart.js"),
    isolate_styles=False,
)


def show(figure: go.Figure, *, key: str, config: dict[str, Any]) -> None:
    """Show a figure, or change the one that is shown under this key.

    Args:
        figure: The figure, with a height and colours of its own.
        key: Tells the charts of one page apart.
        config: Plotly's configuration.
    """
    _draw(data=data_of(figure, config), key=key, height=int(figure["layout"]["height"]))


def data_of(figure: go.Figure, config: dict[str, Any]) -> dict[str, Any]:
    """Return what the browser needs to draw a figure."""
    return {
        "figure": figure.to_json(),
        "config": {"responsive": True, **config},
        "plotly": plotly_file.ADDRESS,
    }
