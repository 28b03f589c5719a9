"""How much memory does the app's own process hold, every page visited during a run?

Ours: the largest resident memory of the server's process after each page of the
navigation was visited while the quick demo trains. The worker, which holds
TensorFlow, is a process of its own and ends with the app. The reference: the
one-file app, after it has trained one epoch. Megabytes of 10^6 bytes.
"""

import re

import psutil
from playwright.sync_api import Browser, Page

from benchmarks.app import App, running_app
from benchmarks.browser import chromium, new_page, press, wait_until_warm
from benchmarks.homes import load_scans, temporary_home
from benchmarks.reference_app import BUTTON, TRAINED, ReferenceApp
from benchmarks.report import Measurement, tell
from benchmarks.visits import require_healthy, start_run, stop_run
from benchmarks.waiting import until
from core import store
from core.settings import Settings
from core.specs import presets

_LIMIT_S = 120.0


def measure() -> Measurement:
    """Measure megabytes of resident memory."""
    spec = presets.quick_demo()
    with temporary_home() as settings, chromium() as browser:
        scans = load_scans(spec.scans, settings)
        ours = _app_mb(settings, browser)
        reference_app = ReferenceApp(settings, scans, batch_size=spec.training.batch_size)
        reference = _reference_mb(reference_app, browser)
    return Measurement("app_memory", ours, "MB", reference)


def _app_mb(settings: Settings, browser: Browser) -> float:
    with running_app(settings) as app, new_page(browser, app.server.url) as page:
        page.goto("/overview")
        wait_until_warm(page)
        run, _ = start_run(page, app.db, "Start the quick demo")
        until(
            lambda: store.read_epochs(app.db, run.id),
            within_s=_LIMIT_S,
            every_s=0.2,
            what="an epoch",
        )
        held = _visit_every_page(app, page)
        run_then = store.read_run(app.db, run.id)
        require_healthy(run_then)
        tell(f"The run was {run_then.status} at the end of the visits.")
        _tell_tensorflow("The app", app.server.process)
        stop_run(run, app.db)
    return max(held)


def _visit_every_page(app: App, page: Page) -> list[float]:
    """Return what the server held after each page, in megabytes."""
    links = page.get_by_test_id("stSidebarNavLink")
    addresses = [link.get_attribute("href") or "" for link in links.all()]
    held: list[float] = []
    for address in addresses:
        page.goto(address)
        page.get_by_role("heading").first.wait_for()
        # The page is whole when Streamlit no longer says that it runs.
        page.get_by_test_id("stStatusWidget").wait_for(state="detached")
        held.append(_resident_mb(app.server.process))
        tell(f"{held[-1]:.0f} MB after {address}.")
    return held


def _reference_mb(app: ReferenceApp, browser: Browser) -> float:
    with app.start() as server:
        server.wait()
        with new_page(browser, server.url) as page:
            page.goto("/")
            press(page, BUTTON)
            app.wait_for(TRAINED, 1)
            _tell_tensorflow("The one-file app", server.process)
            return _resident_mb(server.process)


def _tell_tensorflow(who: str, process: psutil.Process) -> None:
    if not hasattr(process, "memory_maps"):  # macOS
        return
    files = {mapped.path for mapped in process.memory_maps()}
    found = [file for file in files if re.search("tensorflow", file)]
    tell(f"{who} has {len(found)} of TensorFlow's libraries in its process.")


def _resident_mb(process: psutil.Process) -> float:
    return process.memory_info().rss / 1e6
