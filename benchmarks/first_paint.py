"""How long from starting the server to the overview on the screen?

Ours: from starting `streamlit run` in a home that has never been used to the
overview's heading, in a browser that was already open and has nothing in its
cache. The reference: the one-file app, likewise. Medians of several starts each,
in turn; the first of each, in which Python may still have modules to compile, is
left out.
"""

import statistics
import time
from contextlib import AbstractContextManager

from playwright.sync_api import Browser

from benchmarks.app import started_app
from benchmarks.browser import chromium, new_page
from benchmarks.homes import load_scans, temporary_home
from benchmarks.reference_app import ReferenceApp
from benchmarks.report import Measurement, tell
from benchmarks.servers import Server
from core.specs import presets

_STARTS = 5


def measure() -> Measurement:
    """Measure seconds to the first heading."""
    ours: list[float] = []
    reference: list[float] = []
    spec = presets.quick_demo()
    with temporary_home() as kept, chromium() as browser:
        scans = load_scans(spec.scans, kept)
        reference_app = ReferenceApp(kept, scans, batch_size=spec.training.batch_size)
        for _ in range(1 + _STARTS):
            with temporary_home() as fresh:
                ours.append(_painted_s(started_app(fresh), browser))
            reference.append(_painted_s(reference_app.start(), browser))
            tell(f"{ours[-1]:.2f} s against {reference[-1]:.2f} s.")
    return Measurement(
        "first_paint", statistics.median(ours[1:]), "s", statistics.median(reference[1:])
    )


def _painted_s(starting: AbstractContextManager[Server], browser: Browser) -> float:
    """Return the seconds from a server's start until a page shows its heading."""
    with starting as server, new_page(browser, server.url) as page:
        server.wait()
        page.goto("/")
        page.locator("h1").first.wait_for()
        return time.perf_counter() - server.started_s
