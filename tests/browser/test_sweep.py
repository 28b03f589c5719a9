"""A sweep from its form to its ledger, as a person does it in a browser."""

import json
import re
from urllib.parse import urlencode

from core import store
from core.specs import links
from core.specs.callbacks import ReduceLROnPlateau
from core.specs.sweep_draft import SweepDraft
from core.store import RunStatus
from tests.browser.test_runs import SLOW_MS, download, press, squares
from tests.waiting import until, until_drawn

PATIENCE = "ReduceLROnPlateau.patience"


def draft():
    # Nothing improves by more than 1: a patience of 1 acts after the second epoch.
    reducing = ReduceLROnPlateau(monitor="val_accuracy", min_delta=1.0)
    base = links.flatten(squares(epochs=3, callbacks=(reducing,))) | {
        "name": "two patiences",
        # No other test trains with it: a known curve would narrow what the sweep may cost.
        "training.learning_rate": 0.002,
    }
    return SweepDraft(base, {PATIENCE: "1"}, seeds=2)


def drawn(page, key):
    """Return the lines of a chart, as so many points each."""
    return page.evaluate(
        """key => {
            const plot = document.querySelector(`.st-key-${key} .js-plotly-plot`);
            return (plot?.data ?? []).filter(t => t.hovertemplate && t.x).map(t => t.x.length);
        }""",
        key,
    )


def test_two_settings_share_their_first_epochs_from_the_form_to_the_ledger(page, server):
    page.goto(f"/sweep?{urlencode(draft().to_query())}")
    page.get_by_role("heading", name="What it costs").wait_for()
    until_drawn(page)
    page.get_by_label("Values of patience of ReduceLROnPlateau").fill("1 to 2")
    page.keyboard.press("Enter")
    # Two seeds of two settings, three epochs each; the first two are shared.
    page.get_by_text("6 to 8").first.wait_for()
    page.wait_for_url(re.compile(r"patience=1\+to\+2|patience=1%20to%202"))
    press(page, "Start the sweep")
    page.wait_for_url(re.compile(r"/sweep\?.*sweep=\w+"))
    sweep_id = re.search(r"sweep=(\w+)", page.url)[1]
    until(
        lambda: store.read_sweep(server.db, sweep_id).status is RunStatus.FINISHED,
        within_s=SLOW_MS / 1000,
        what="the sweep to finish",
    )
    ledger = store.read_ledger(server.db, sweep_id)
    assert (ledger.epochs_trained, ledger.epochs_reported) == (8, 12)
    # The page follows by itself.
    page.get_by_text("1.50", exact=True).first.wait_for(timeout=SLOW_MS)
    page.get_by_text("All 2 settings gave different trainings.").first.wait_for(timeout=SLOW_MS)
    until(lambda: len(drawn(page, "sweep-tree")) >= 3, within_s=90, what="the branches")
    second = page.context.new_page()
    second.goto(f"/sweep?sweep={sweep_id}")
    second.get_by_text("trained · scans of folder squares").first.wait_for()
    told = json.loads(download(second, "Everything (JSON)"))
    assert [len(run["epochs"]) for run in told["runs"]] == [3, 3, 3, 3]
    rates = {run["values"][PATIENCE]: run["epochs"][2]["learning_rate"] for run in told["runs"]}
    assert rates[1] < rates[2]
    until_drawn(second)
    second.get_by_role("link", name="Open them in Compare").click()
    second.get_by_role("heading", name="Compare runs").wait_for()
    second.get_by_text("Chance or not?").first.wait_for()
    until_drawn(page)
    page.get_by_role("link", name="My sweeps").click()
    # The sweep's own page has such a button too.
    page.get_by_role("heading", name="My sweeps").wait_for()
    until_drawn(page)
    page.get_by_role("button", name="Delete").first.click()
    delete = page.get_by_role("dialog").get_by_role("button", name="Delete")
    delete.first.wait_for()
    until_drawn(page)
    delete.click()
    until(lambda: not store.read_sweeps(server.db), within_s=90, what="the sweep to be deleted")
