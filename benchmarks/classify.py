"""How long from one upload to its probabilities and heat map on the screen?

Ours: in Chromium, from the moment a PNG file is handed to the page of a warm app to the
probabilities' bars and the heat map in its document; the median over files that the app has
not seen, first with nothing else to do, then during a training. The reference: a script that
reads the same file, with `model.predict` and a gradient, in a process of its own.

Two more lines come with it: `classify_training`, the same during a training, and
`classify_own`, our own work without Streamlit and browser: from the file's bytes through
decoder, engine and worker to probabilities and map.
"""

import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
from playwright.sync_api import Page

from benchmarks.app import App, running_app
from benchmarks.asked import as_people_have_them
from benchmarks.batch import ask_and_predict
from benchmarks.browser import WARM_UP_MS, chromium, new_page, wait_until_warm
from benchmarks.homes import temporary_home
from benchmarks.report import Measurement, publish, seconds, tell
from benchmarks.visits import open_form, start_run, stop_run
from benchmarks.waiting import until
from core import store
from core.settings import Settings
from core.specs import presets

_FILES, _LIMIT_S = 7, 120.0
_ENDLESS = 200
_DRAWN = """() => {
    const map = document.querySelector('[data-testid=stImage] img');
    return map && map.complete && map.naturalWidth > 0
        && document.querySelector('.js-plotly-plot .barlayer path') !== null;
}"""
_GONE = "() => document.querySelector('[data-testid=stImage] img') === null"


def measure() -> Measurement:
    """Measure seconds on an idle machine, and publish those during a training and our own."""
    with temporary_home() as settings, tempfile.TemporaryDirectory() as name:
        asked, plain = ask_and_predict(settings, Path(name))
        idle, training = _in_the_app(settings, asked["run"], np.load(Path(name) / "scans.npy"))
    tell(f"Idle {seconds(idle)}; during a training {seconds(training)}.")
    tell(f"Our own work {seconds(asked['one'])}; the script {seconds(plain['one'])}.")
    reference = statistics.median(plain["one"])
    publish(Measurement("classify_training", statistics.median(training), "s", reference))
    publish(Measurement("classify_own", statistics.median(asked["one"]), "s", reference))
    return Measurement("classify", statistics.median(idle), "s", reference)


def _in_the_app(
    settings: Settings, run_id: str, scans: np.ndarray
) -> tuple[list[float], list[float]]:
    with (
        running_app(settings) as app,
        chromium() as browser,
        new_page(browser, app.server.url) as page,
        new_page(browser, app.server.url) as other,
        tempfile.TemporaryDirectory() as name,
    ):
        files = [_file(Path(name), number, scan) for number, scan in enumerate(scans[:16])]
        page.goto(f"/classify?model={run_id}-final")
        wait_until_warm(page)
        # The examples come from the answering worker, which starts second.
        page.wait_for_function(_DRAWN, timeout=WARM_UP_MS)
        page.get_by_text("Files", exact=True).click()
        page.wait_for_function(_GONE)
        _upload(page, files[-1])
        idle = [_upload(page, file) for file in files[:_FILES]]
        training = _during_a_training(app, other, page, files[_FILES : 2 * _FILES])
    return idle, training


def _during_a_training(app: App, other: Page, page: Page, files: list[Path]) -> list[float]:
    demo = presets.quick_demo()
    longer = demo.training.model_copy(update={"epochs": _ENDLESS})
    open_form(other, demo.model_copy(update={"training": longer, "callbacks": ()}))
    run, _ = start_run(other, app.db)
    until(lambda: store.read_epochs(app.db, run.id), within_s=_LIMIT_S, what="an epoch")
    took = [_upload(page, file) for file in files]
    stop_run(run, app.db)
    return took


def _file(directory: Path, number: int, scan: np.ndarray) -> Path:
    path = directory / f"scan-{number}.png"
    as_people_have_them(scan).save(path)
    return path


def _upload(page: Page, file: Path) -> float:
    """Bring a file, return the seconds until it is drawn, and take it away again."""
    # The other one takes weights.
    uploader = page.get_by_test_id("stFileUploader").filter(has_text="PNG, JPEG, DICOM or NIfTI")
    began = time.perf_counter()
    uploader.locator("input[type=file]").set_input_files(file)
    page.wait_for_function(_DRAWN)
    took = time.perf_counter() - began
    page.get_by_role("button", name=f"Remove {file.name}").click()
    page.wait_for_function(_GONE)
    return took
