"""How much longer is an epoch in the app, watched live, than in a bare `model.fit`?

Ours: the quick demo's network and scans, started in a browser, trained by the
engine's worker, recorded, and watched on the monitor by that browser on the same
machine. The reference: `fit` with the same specification on plain arrays, in a
process of its own with nothing else running; half of it before ours and half
after, so that a machine that warms up or slows down counts for neither.

The figures are medians over epochs, validation included; the first epoch of each
process, in which TensorFlow traces the graph, is left out.
"""

import json
import statistics
import sys
import tempfile
from pathlib import Path

import psutil
from playwright.sync_api import Page

from benchmarks import processes
from benchmarks.app import App, running_app
from benchmarks.browser import chromium, new_page, wait_until_warm
from benchmarks.homes import environment_of, load_scans, temporary_home
from benchmarks.report import Measurement, seconds, tell
from benchmarks.visits import open_form, require_healthy, start_run
from benchmarks.waiting import until
from core import store
from core.settings import Settings
from core.specs.callbacks import ReduceLROnPlateau
from core.specs.run import RunSpec, TrainingSpec

_EPOCHS = 16
_LIMIT_S = 600.0


def measure() -> Measurement:
    """Measure seconds an epoch."""
    with temporary_home() as settings:
        load_scans(_spec(0).scans, settings)
        before = _bare_epochs(settings, _EPOCHS // 2)
        ours = _app_epochs(settings, _EPOCHS)
        after = _bare_epochs(settings, _EPOCHS // 2)
    return Measurement(
        "overhead", statistics.median(ours), "s an epoch", statistics.median(before + after)
    )


def _spec(epochs: int) -> RunSpec:
    """Return a run of so many epochs and the one that is left out."""
    return RunSpec(
        name="overhead",
        training=TrainingSpec(epochs=1 + epochs, verbose=1),
        callbacks=(ReduceLROnPlateau(monitor="val_accuracy", verbose=1),),
    )


def _bare_epochs(settings: Settings, epochs: int) -> list[float]:
    tell("Training with `fit` alone.")
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        (directory / "spec.json").write_text(_spec(epochs).model_dump_json())
        processes.run(
            [sys.executable, "-m", "benchmarks.bare_fit", name],
            environment=environment_of(settings),
            within_s=_LIMIT_S,
        )
        took = json.loads((directory / "epochs.json").read_text())[1:]
    tell(f"Its epochs took {seconds(took)}.")
    return took


def _app_epochs(settings: Settings, epochs: int) -> list[float]:
    tell("Training in the app.")
    with (
        running_app(settings) as app,
        chromium() as browser,
        new_page(browser, app.server.url) as page,
    ):
        return _watched_epochs(app, page, epochs)


def _watched_epochs(app: App, page: Page, epochs: int) -> list[float]:
    open_form(page, _spec(epochs))
    wait_until_warm(page)
    run, _ = start_run(page, app.db)
    _wait_for_epochs(app, run.id, 1)
    spent = _Spent(app)
    _wait_for_epochs(app, run.id, 1 + epochs)
    tell(spent.sentence(epochs))
    require_healthy(store.read_run(app.db, run.id))
    took = [epoch.seconds for epoch in store.read_epochs(app.db, run.id)][1:]
    tell(f"Its epochs took {seconds(took)}.")
    return took


def _wait_for_epochs(app: App, run_id: str, count: int) -> None:
    until(
        lambda: (
            len(store.read_epochs(app.db, run_id)) >= count
            or not store.read_run(app.db, run_id).is_active
        ),
        within_s=_LIMIT_S,
        every_s=0.5,
        what=f"{count} epochs",
    )


class _Spent:
    """What else than the training the processors were busy with.

    Args:
        app: The app; the browser is a child of our own.
    """

    def __init__(self, app: App) -> None:
        below = app.server.process.children(recursive=True)
        worker = max(below, key=lambda process: process.memory_info().rss)
        ours = psutil.Process().children(recursive=True)
        self._parts: dict[str, list[psutil.Process]] = {
            "worker": [worker],
            "engine": [process for process in below if process != worker],
            "page": [app.server.process],
            "browser": [process for process in ours if "chrom" in process.name()],
        }
        self._before = self._now()

    def sentence(self, epochs: int) -> str:
        """Say how much each part took since, in seconds of one core for each epoch."""
        spent = {name: (now - self._before[name]) / epochs for name, now in self._now().items()}
        parts = ", ".join(f"{name} {value:.2f} s" for name, value in spent.items())
        return f"Processor time an epoch: {parts}."

    def _now(self) -> dict[str, float]:
        return {name: processes.processor_s(part) for name, part in self._parts.items()}
