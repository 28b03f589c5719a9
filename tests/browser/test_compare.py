"""Comparing stored runs, as a person does it in a browser."""

import csv
import io
import re

import pytest

from core import store
from tests.browser.test_runs import PLOT, download
from tests.compared_runs import store_run
from tests.waiting import until, until_drawn


@pytest.fixture
def three(server, page):
    """Store three runs of the visitor's, reduced after different epochs."""
    page.goto("/overview")
    written = server.log.parent / "home" / "owner"
    until(written.exists, within_s=60, what="the visitor's token")
    token = written.read_text()
    ids = [
        store_run(
            server.db,
            f"compared {patience}",
            patience=patience,
            reduced_after=(after,),
            owner=token,
        )
        for patience, after in ((2, 1), (4, 3), (6, 5))
    ]
    yield ids
    for run_id in ids:
        store.delete_run(server.db, run_id, owner=store.owner_of(token))


def curves(page):
    """Return the first place of each named curve on the chart."""
    return page.evaluate(
        """plot => {
            const drawn = document.querySelector(plot)?.data ?? [];
            const named = drawn.filter(t => t.mode === 'lines' && t.name);
            return Object.fromEntries(named.map(t => [t.name, t.x[0]]));
        }""",
        PLOT,
    )


def wait_for_curves(page, expected):
    until(lambda: curves(page) == expected, within_s=90, what=f"the curves {expected}")


def test_three_runs_are_ticked_aligned_linked_and_taken_home(page, three):
    page.goto("/runs")
    # The visitor's newest runs stand first.
    for row in range(3):
        box = page.get_by_test_id("stCheckbox").nth(row)
        box.wait_for()
        until_drawn(page)
        box.get_by_text("Compare").click()
    link = page.get_by_role("link", name="Compare these 3 runs")
    link.first.wait_for()
    until_drawn(page)
    link.click()
    page.wait_for_url(re.compile(r"/compare\?.*runs="))
    names = {"compared 6": 1, "compared 4": 1, "compared 2": 1}
    wait_for_curves(page, names)
    until_drawn(page)
    page.get_by_role("radio", name="First reduction").click()
    # The first epoch at the lower rate, two behind the one that was reduced from 0, is place 0.
    aligned = {"compared 6": -6, "compared 4": -4, "compared 2": -2}
    wait_for_curves(page, aligned)
    page.wait_for_url(re.compile(r"align=reduction"))
    second = page.context.new_page()
    second.goto(page.url)
    wait_for_curves(second, aligned)
    second.get_by_text("trained · simulated scans (demo) · 1 seed each").first.wait_for()
    rows = list(csv.DictReader(io.StringIO(download(second, "Table (CSV)").decode())))
    assert {row["run"] for row in rows} == set(names)
    assert [row["patience"] for row in rows] == ["6", "4", "2"]
    assert {row["reductions"] for row in rows} == {"1"}
