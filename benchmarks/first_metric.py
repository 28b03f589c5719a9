"""How long from pressing Start to the first metric in the store?

Ours: from the click on the quick demo's button to the first batch's row, with a
warm worker and the scans in the cache. The reference: from the click to the end of
the first batch in the one-file app, TensorFlow imported and the same scans on the
disk. Both are started anew for each round; the figures are medians over the first
press of each, and the presses after it are told beside them.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from playwright.sync_api import Browser
from sqlalchemy import func, select

from benchmarks.app import running_app
from benchmarks.browser import chromium, new_page, press, wait_until_warm
from benchmarks.homes import load_scans, temporary_home
from benchmarks.reference_app import BUTTON, FIRST_BATCH, TRAINED, ReferenceApp
from benchmarks.report import Measurement, seconds, tell
from benchmarks.visits import require_healthy, start_run, stop_run
from benchmarks.waiting import until
from core import store
from core.settings import Settings
from core.specs import presets
from core.store import Store
from core.store.tables import batches

_ROUNDS, _PRESSES = 3, 2
_LIMIT_S = 60.0


@dataclass(frozen=True)
class Press:
    """One press of the button.

    Attributes:
        wait_s: Until the first batch, in seconds.
        parameters: Weights of the model that was trained.
    """

    wait_s: float
    parameters: int


def measure() -> Measurement:
    """Measure seconds to the first batch."""
    spec = presets.quick_demo()
    with temporary_home() as settings, chromium() as browser:
        scans = load_scans(spec.scans, settings)
        reference_app = ReferenceApp(settings, scans, batch_size=spec.training.batch_size)
        ours: list[list[Press]] = []
        reference: list[list[Press]] = []
        for number in range(_ROUNDS):
            tell(f"Round {number + 1} of {_ROUNDS}.")
            ours.append(_app_presses(browser, settings))
            reference.append(_reference_presses(browser, reference_app))
    _require_one_model([*ours, *reference])
    for number, name in enumerate(("First", "Second")):
        waits = (
            seconds([presses[number].wait_s for presses in side]) for side in (ours, reference)
        )
        tell(f"{name} presses: {' against '.join(waits)}.")
    return Measurement("first_metric", _first_s(ours), "s", _first_s(reference))


def _app_presses(browser: Browser, settings: Settings) -> list[Press]:
    presses: list[Press] = []
    with running_app(settings) as app, new_page(browser, app.server.url) as page:
        for _ in range(_PRESSES):
            page.goto("/overview")
            wait_until_warm(page)
            run, pressed_s = start_run(page, app.db, "Start the quick demo")
            wait_s = _first_batch_s(app.db, run.id) - pressed_s
            presses.append(Press(wait_s, store.read_run(app.db, run.id).parameters or 0))
            stop_run(run, app.db)
    return presses


def _first_batch_s(db: Store, run_id: str) -> float:
    """Return when the first batch of a run was written, in Unix seconds."""
    query = select(func.min(batches.c.written_s)).where(batches.c.run_id == run_id)

    def written_s() -> float | None:
        require_healthy(store.read_run(db, run_id))
        with db.read() as connection:
            return connection.execute(query).scalar()

    return until(written_s, within_s=_LIMIT_S, what="the first batch of a run") or 0.0


def _reference_presses(browser: Browser, app: ReferenceApp) -> list[Press]:
    presses: list[Press] = []
    with app.start() as server:
        server.wait()
        with new_page(browser, server.url) as page:
            page.goto("/")
            for number in range(1, 1 + _PRESSES):
                pressed_s = press(page, BUTTON)
                app.wait_for(TRAINED, number)
                first = app.wait_for(FIRST_BATCH, number)
                presses.append(Press(first["at_s"] - pressed_s, first["parameters"]))
    return presses


def _require_one_model(rounds: Sequence[Sequence[Press]]) -> None:
    """Refuse to compare different networks.

    Raises:
        RuntimeError: If the one-file app trains another network than the quick demo.
    """
    found = {press.parameters for presses in rounds for press in presses}
    if len(found) > 1:
        raise RuntimeError(
            f"The one-file app must train the quick demo's network, got {sorted(found)} "
            "parameters: bring its `build_model` up to date."
        )


def _first_s(rounds: Sequence[Sequence[Press]]) -> float:
    return statistics.median(presses[0].wait_s for presses in rounds)
