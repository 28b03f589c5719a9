"""How long from opening the link of 50 runs of 100 epochs to their chart and table?

Ours: from the start of the navigation to the Compare page, a link with 50 runs of
different settings in it, until plotly.js has drawn 50 curves with their rates and
marks, and the table stands below. The reference: a one-file app that draws the same
50 curves with `st.plotly_chart`, from a list in its memory, and nothing else.
Medians of several openings in turn, by a browser that has both apps' files in its
cache, as somebody has who comes from the list of runs; the first opening, without
them, is told.
"""

import statistics
from itertools import product

from playwright.sync_api import Page

from benchmarks.app import running_app
from benchmarks.browser import chromium, new_page, wait_until_warm
from benchmarks.homes import environment_of, temporary_home
from benchmarks.played_run import PlayedRun
from benchmarks.report import Measurement, tell
from benchmarks.servers import serving
from core.specs.callbacks import ReduceLROnPlateau
from core.store import Store

_RUNS, _EPOCHS, _OPENINGS = 50, 100, 7
# Frames are waited for: what was drawn must also have been shown.
_OPENED = """async ([count, table]) => {
    const frame = () => new Promise(requestAnimationFrame);
    const curves = () => document.querySelectorAll('.js-plotly-plot path.js-line').length;
    const there = () => !table || document.querySelector('[data-testid=stDataFrame] canvas');
    while (curves() < count || !there()) await frame();
    await frame();
    return performance.now() / 1000;
}"""


def measure() -> Measurement:
    """Measure seconds to the chart and the table."""
    with (
        temporary_home() as settings,
        chromium() as browser,
        running_app(settings) as app,
        new_page(browser, app.server.url) as ours,
        serving(
            "benchmarks/reference/curves.py",
            str(_RUNS),
            str(_EPOCHS),
            environment=environment_of(settings),
        ) as server,
        new_page(browser, server.url) as reference,
    ):
        ours.goto("/overview")
        wait_until_warm(ours)
        server.wait()
        link = f"/compare?runs={','.join(_stored(app.db))}"
        opened = [
            # Ours has a rate to each curve, and the table.
            (_opened_s(ours, link, 2 * _RUNS, True), _opened_s(reference, "/", _RUNS, False))
            for _ in range(1 + _OPENINGS)
        ]
    tell(f"The first time {opened[0][0]:.2f} s against {opened[0][1]:.2f} s.")
    for figures in opened[1:]:
        tell(f"{figures[0]:.2f} s against {figures[1]:.2f} s.")
    ours_s, reference_s = (statistics.median(each) for each in zip(*opened[1:], strict=True))
    return Measurement("compare", ours_s, "s", reference_s)


def _stored(db: Store) -> list[str]:
    """Store the runs, and return their ids."""
    tell(f"Storing {_RUNS} runs.")
    settings = product(range(1, 11), (0.1, 0.2, 0.3, 0.5, 0.7))
    ids: list[str] = []
    for number, (patience, factor) in enumerate(settings):
        reducing = ReduceLROnPlateau(
            monitor="val_accuracy", factor=factor, patience=patience, min_delta=0.001
        )
        run = PlayedRun(db, _EPOCHS, reducing=reducing, seed=number)
        run.write_all()
        ids.append(run.id)
    return ids


def _opened_s(page: Page, address: str, curves: int, table: bool) -> float:
    """Open an address, and return the seconds until all curves are shown, and a table."""
    page.goto(address, wait_until="commit")
    return page.evaluate(_OPENED, [curves, table])
