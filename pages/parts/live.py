"""A run as it goes on: its progress, chart and console, followed without Streamlit's help."""

from collections.abc import Callable, Sequence

import streamlit as st
from streamlit.components.v2 import component

from core.charts.live import CONFIG, run_figure
from core.store import Epoch, Event, Run, Signs
from pages.parts import chart, plotly_file, visitor
from pages.parts.live_feed import address, console_of, state_of
from pages.parts.progress import line, progress_of

_HTML = """
<div class="plateau-progress"><p class="plateau-text"></p>
<div class="plateau-bar"><div class="plateau-fill"></div></div></div>
<p class="plateau-line"></p>
<div class="plateau-plot"></div>
"""
_CSS = """
.plateau-text { margin: 0 0 0.4rem; font-variant-numeric: tabular-nums; min-height: 1.5em; }
.plateau-bar { height: 0.5rem; border-radius: 0.25rem; overflow: hidden;
  background: var(--st-secondary-background-color); }
.plateau-fill { height: 100%; background: var(--st-primary-color); }
.plateau-line { margin: 0.9rem 0 0.5rem; }
"""
_CONSOLE_CSS = """
.plateau-console { margin: 0; padding: 1rem; height: 300px; overflow: auto; font-size: 0.875rem;
  line-height: 1.5; border-radius: 0.5rem; background: var(--st-secondary-background-color);
  font-family: var(--st-code-font); white-space: pre; box-sizing: border-box; }
"""
_live = component(
    "plateau_live",
    html=_HTML,
    css=_CSS,
    js=plotly_file.script("plotly.js", "feed.js", "live.js"),
    isolate_styles=False,
)
_console = component(
    "plateau_console",
    html='<pre class="plateau-console" tabindex="0"></pre>',
    css=_CONSOLE_CSS,
    js=plotly_file.script("feed.js", "console.js"),
    isolate_styles=False,
)


def show(
    run: Run,
    epochs: Sequence[Epoch],
    events: Sequence[Event],
    seen: Signs,
    *,
    shared_with: str = "",
) -> None:
    """Show a run's progress and chart; while it is active, both follow it.

    When the run takes a turn, as from queued to running, the page is drawn anew.

    Args:
        run: The run.
        epochs: Its epochs, the shared ones first.
        events: Likewise.
        seen: Its signs, read before all that the page shows: a turn after them is news.
        shared_with: The name of the run it was forked from, or "".
    """
    figure = run_figure(run, epochs, events, shared_with=shared_with, dark=_is_dark())
    progress = progress_of(run, epochs)
    data = {
        **chart.data_of(figure, CONFIG),
        "share": progress.share,
        "text": progress.text,
        "line": line(run, epochs),
        "state": state_of(seen),
        "feed": address(run, viewer=visitor.owner(), dark=_is_dark()),
    }
    _live(data=data, key=f"live-{run.id}", on_turned_change=_ignore)


def show_console(run: Run) -> None:
    """Show what Keras printed, and follow it while the run is active."""
    lines = console_of(run, run.id) or "Keras has printed nothing yet."
    data = {"lines": lines, "feed": address(run, viewer=visitor.owner(), dark=_is_dark())}
    _console(data=data, key=f"console-{run.id}")


def _is_dark() -> bool:
    return st.context.theme.type == "dark"


_ignore: Callable[[], None] = lambda: None  # noqa: E731 - that the page is drawn anew is all
