"""Noticing in the browser when plotly.js has drawn."""

from playwright.sync_api import Page

PLOT = ".js-plotly-plot"
_WATCH = """([plot, noteDrawn]) => {
    const note = () => (0, eval)(noteDrawn)(window.watched.data);
    const watch = () => {
        const found = document.querySelector(plot);
        // A chart that the page puts in another's place has to be watched anew.
        if (found?.data && found !== window.watched) {
            window.watched = found;
            found.on('plotly_afterplot', note);
            note();
        }
    };
    watch();
    setInterval(watch, 20);
}"""


def watch_plot(page: Page, note_drawn: str) -> None:
    """Call a JavaScript function with the traces each time the page's plot was drawn."""
    page.locator(PLOT).first.wait_for()
    page.evaluate(_WATCH, [PLOT, note_drawn])
