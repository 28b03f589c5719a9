"""Where the browser finds plotly.js: served from the installed package, no network needed."""

from pathlib import Path

import plotly
from streamlit.components.v1 import declare_component

_PLOTLY = declare_component("plotly", path=str(Path(plotly.__file__).parent / "package_data"))

ADDRESS = f"component/{_PLOTLY.name}/plotly.min.js"
"""The file's address, below the app's own."""


def script(*names: str) -> str:
    """Return scripts of this folder as one, for a component.

    Args:
        *names: Their files; the last one has the component's function.
    """
    return "\n".join((Path(__file__).parent / name).read_text() for name in names)
