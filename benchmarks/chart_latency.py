"""How long from an epoch's row in the store to its point on the live chart?

Ours: the benchmark plays a run under ReduceLROnPlateau and writes its epochs into
the store, at moments that do not keep step with the page, while Chromium shows the
monitor. Each wait runs from before the row is written until plotly.js has drawn the
validation curve with the new point. The reference: the least that shows a run live,
a page that draws one plain curve from the same store, asked as often, in a server
of its own. Figures are the 95th percentiles.
"""

import random
import statistics
import time

from playwright.sync_api import Browser, Page

from benchmarks.app import running_app
from benchmarks.browser import chromium, new_page, wait_until_warm
from benchmarks.homes import environment_of, temporary_home
from benchmarks.played_run import PlayedRun
from benchmarks.plots import watch_plot
from benchmarks.report import Measurement, tell
from benchmarks.servers import serving
from core.settings import Settings
from core.store import Store

_EPOCHS = 50
_PAUSE_S = (0.5, 1.5)
_NOTE = """traces => {
    const curve = traces.find(trace => trace.name === 'validation');
    (window.drawnMs ??= {})[curve?.x?.length ?? 0] ??= Date.now();
}"""


def measure() -> Measurement:
    """Measure seconds from a row to its point."""
    with temporary_home() as settings, chromium() as browser:
        ours = _in_app(settings, browser)
        reference = _in_reference(settings, browser)
    tell_waits("The monitor", ours)
    tell_waits("The plain curve", reference)
    return Measurement("chart_latency", percentile_95(ours), "s", percentile_95(reference))


def _in_app(settings: Settings, browser: Browser) -> list[float]:
    with running_app(settings) as app, new_page(browser, app.server.url) as page:
        page.goto("/overview")
        wait_until_warm(page)
        run = PlayedRun(app.db, _EPOCHS)
        page.goto(f"/monitor?run={run.id}")
        return _waits_s(run, page)


def _in_reference(settings: Settings, browser: Browser) -> list[float]:
    db = Store(settings.store_url)
    run = PlayedRun(db, _EPOCHS)
    serving_chart = serving(
        "benchmarks/reference/chart.py",
        settings.store_url,
        run.id,
        environment=environment_of(settings),
    )
    with serving_chart as server:
        server.wait()
        with new_page(browser, server.url) as page:
            page.goto("/")
            waits_s = _waits_s(run, page)
    db.close()
    return waits_s


def _waits_s(run: PlayedRun, page: Page) -> list[float]:
    """Return the wait for each epoch of a run, in seconds."""
    watch_plot(page, _NOTE)
    pauses = random.Random(0)
    waits_s: list[float] = []
    for epoch in range(_EPOCHS):
        time.sleep(pauses.uniform(*_PAUSE_S))
        written_s = run.write(epoch)
        drawn = page.wait_for_function("points => window.drawnMs[points]", arg=epoch + 1)
        waits_s.append(drawn.json_value() / 1000 - written_s)
        run.give_sign_of_life()
    run.end()
    return waits_s


def percentile_95(values: list[float]) -> float:
    """Return what 95 of 100 values stay within."""
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def tell_waits(who: str, waits_s: list[float]) -> None:
    """Print the spread of waits, in seconds."""
    tell(
        f"{who}: median {statistics.median(waits_s):.2f} s, "
        f"95 of 100 within {percentile_95(waits_s):.2f} s, longest {max(waits_s):.2f} s."
    )
