"""What a person does in the app: configure, start, watch, stop."""

import re
from urllib.parse import parse_qs, urlencode, urlsplit

from playwright.sync_api import Page

from benchmarks.browser import press
from benchmarks.waiting import until
from core import store
from core.specs import links
from core.specs.run import RunSpec
from core.store import Run, Store

_MONITOR = re.compile(r"/monitor\?.*run=")
_END_LIMIT_S = 60.0


def open_form(page: Page, spec: RunSpec) -> None:
    """Open the form with the settings of a run."""
    page.goto(f"/configure?{urlencode(links.to_query(spec))}")
    page.get_by_role("button", name="Start training").wait_for()


def start_run(page: Page, db: Store, button: str = "Start training") -> tuple[Run, float]:
    """Press a button that starts a run, and return the run and when, in Unix seconds."""
    pressed_s = press(page, button)
    page.wait_for_url(_MONITOR)
    run_id = parse_qs(urlsplit(page.url).query)["run"][0]
    return store.read_run(db, run_id), pressed_s


def stop_run(run: Run, db: Store) -> None:
    """Stop a run and wait for its end."""
    store.request_stop(db, run.id, owner=run.owner)
    until(lambda: not store.read_run(db, run.id).is_active, within_s=_END_LIMIT_S, what="the end")


def require_healthy(run: Run) -> None:
    """Refuse to go on after a run that came to grief.

    Raises:
        RuntimeError: If it failed.
    """
    if run.error:
        raise RuntimeError(f"The run {run.name!r} is {run.status}: {run.error}")
