"""How long from moving a slider of the playground to its redrawn curves?

Four settings are drawn, each with 32 seeds over 100 epochs. In Chromium, arrow keys
move one slider after the other, each time to a value that is new; a wait runs from
the key to plotly.js having drawn another curve. The pauses between two moves do not
keep step with the page, and are too short for some of its maps to be ready.
The reference: one file with a slider, that simulates the same and draws the same
figure with `st.plotly_chart`, in a server of its own. Figures are the 95th percentiles.
"""

import random
import time
from urllib.parse import urlencode

from playwright.sync_api import Browser, Locator, Page

from benchmarks.app import running_app
from benchmarks.browser import chromium, new_page, wait_until_warm
from benchmarks.chart_latency import percentile_95, tell_waits
from benchmarks.homes import environment_of, temporary_home
from benchmarks.plots import watch_plot
from benchmarks.report import Measurement
from benchmarks.servers import serving
from core.settings import Settings
from core.specs import playground
from core.specs.playground import LETTERS, OWN, SHARED, Values

_PAUSE_S = (0.2, 0.6)
_SLIDER = "[data-testid=stSlider]"
_FACTOR = "ReduceLROnPlateau.factor"
# Of setting B, and of all; the first stops of both, so that each move changes the curve.
_PATIENCE, _PATIENCE_MOVES = "ReduceLROnPlateau.patience", 20
_NOTE = """traces => {
    const now = JSON.stringify(traces.filter(trace => trace.customdata).map(trace => trace.y));
    if (now !== window.curves) {
        window.curves = now;
        window.drawnMs = Date.now();
        window.drawn = (window.drawn ?? 0) + 1;
    }
}"""
_NOTE_PRESSES = """() => {
    addEventListener('keydown', () => { window.pressedMs = Date.now() }, {capture: true});
}"""


def measure() -> Measurement:
    """Measure seconds from a moved slider to its curves."""
    with temporary_home() as settings, chromium() as browser:
        ours = _in_app(settings, browser)
        reference = _in_reference(settings, browser)
    tell_waits("The playground", ours)
    tell_waits("The plain page", reference)
    return Measurement("playground", percentile_95(ours), "s", percentile_95(reference))


def four_settings() -> Values:
    """Return dials that draw four settings, all of which lower their rates and none stops."""
    values = playground.defaults()
    for letter in LETTERS:
        values |= {letter: True, f"{letter}.ReduceLROnPlateau": True}
    first_stop = OWN[_FACTOR].choices[0]
    return values | {
        f"A.{_FACTOR}": first_stop,
        f"A.{_PATIENCE}": 1,
        f"B.{_FACTOR}": 0.3,
        f"C.{_FACTOR}": 0.1,
        f"D.{_FACTOR}": 0.7,
        "measurement_noise": SHARED["measurement_noise"].choices[0],
    }


def _in_app(settings: Settings, browser: Browser) -> list[float]:
    with running_app(settings) as app, new_page(browser, app.server.url) as page:
        page.goto("/overview")
        wait_until_warm(page)
        page.goto(f"/playground?{urlencode(playground.to_query(four_settings()))}")
        moves = {
            "factor": len(OWN[_FACTOR].choices) - 1,
            "patience": _PATIENCE_MOVES,
            "measurement noise": len(SHARED["measurement_noise"].choices) - 1,
        }
        return _waits_s(page, moves)


def _in_reference(settings: Settings, browser: Browser) -> list[float]:
    environment = environment_of(settings)
    with serving("benchmarks/reference/playground.py", environment=environment) as server:
        server.wait()
        with new_page(browser, server.url) as page:
            page.goto("/")
            return _waits_s(page, {"factor": len(OWN[_FACTOR].choices) - 1})


def _waits_s(page: Page, moves: dict[str, int]) -> list[float]:
    """Return the wait after each move of each slider, in seconds."""
    watch_plot(page, _NOTE)
    page.evaluate(_NOTE_PRESSES)
    page.wait_for_function("window.drawn")
    pauses = random.Random(0)
    waits_s: list[float] = []
    for label, count in moves.items():
        slider = page.locator(_SLIDER).filter(has_text=label).first.locator("input")
        for _ in range(count):
            time.sleep(pauses.uniform(*_PAUSE_S))
            waits_s.append(_wait_s(page, slider))
    return waits_s


def _wait_s(page: Page, slider: Locator) -> float:
    drawn = page.evaluate("window.drawn")
    slider.press("ArrowRight")
    page.wait_for_function("before => window.drawn > before", arg=drawn)
    return page.evaluate("window.drawnMs - window.pressedMs") / 1000
