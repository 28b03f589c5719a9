"""A Plotly chart that is changed in place: it neither flickers nor loses its zoom.

`st.plotly_chart` gives a chart whose data changed a new identity, with a key too
(Streamlit 1.67), and the browser builds it anew at every epoch. This component
keeps one plot and hands it the new figure.
"""

from collections.abc import Callable
from typing import Any

import plotly.graph_objects as go
import streamlit as st
from streamlit.components.v2 import component

from pages.parts import plotly_file

_draw = component(
    "plateau_chart",
    html='<div class="plot"></div>',
    js=plotly_file.script("plotly.js", "chart.js"),
    isolate_styles=False,
)


def show(
    figure: go.Figure,
    *,
    key: str,
    config: dict[str, Any],
    on_press: Callable[[Any], None] | None = None,
) -> None:
    """Show a figure, or change the one that is shown under this key.

    Args:
        figure: The figure, with a height and colours of its own.
        key: Tells the charts of one page apart.
        config: Plotly's configuration.
        on_press: Called with the `customdata` of a mark that was pressed.
    """
    data, layout = data_of(figure, config), _layout(figure)
    height = int(layout.height)
    if on_press is None:
        _draw(data=data, key=key, height=height)
        return

    def tell() -> None:
        pressed = st.session_state[key].get("pressed")
        if pressed is not None:
            on_press(pressed)

    _draw(data=data | {"pressable": True}, key=key, height=height, on_pressed_change=tell)


def data_of(figure: go.Figure, config: dict[str, Any]) -> dict[str, Any]:
    """Return what the browser needs to draw a figure."""
    return {
        "figure": figure.to_json(),
        "config": {"responsive": True, **config},
        "plotly": plotly_file.ADDRESS,
    }


def _layout(figure: go.Figure) -> Any:
    return figure.layout
