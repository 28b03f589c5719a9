"""A run in a person's hands: the rate cut, paused, continued, forked, its family opened."""

import re

from core import store
from core.specs.callbacks import ReduceLROnPlateau
from core.store import EventKind, RunStatus
from tests.browser.test_advice_of_a_run import label_at
from tests.browser.test_runs import (
    download,
    open_tab,
    press,
    squares,
    start,
    wait_for_epochs,
    wait_for_points,
    wait_for_status,
)
from tests.waiting import until_drawn

FIRST = ReduceLROnPlateau(monitor="val_loss", patience=400)


def id_of(page):
    return re.search(r"run=(\w+)", page.url)[1]


def test_the_rate_is_cut_by_hand_and_the_run_paused_and_continued(page, server):
    run_id = start(page, squares(epochs=500, callbacks=(FIRST,)))
    wait_for_epochs(page, 1)
    press(page, "Learning rate")
    press(page, "Cut the rate now")
    wait_for_points(page, "rate set by hand", 1)
    page.get_by_text("Asked for").first.wait_for(state="detached")
    until_drawn(page)
    page.keyboard.press("Escape")
    press(page, "Pause")
    wait_for_status(page, "paused")
    paused_after = len(store.read_epochs(server.db, run_id))
    page.get_by_role("button", name="Continue", exact=True).click()
    wait_for_epochs(page, paused_after + 2)
    press(page, "Stop")
    wait_for_status(page, "stopped")
    kinds = [event.kind for event in store.read_events(server.db, run_id)]
    assert kinds.count(EventKind.PAUSED) == kinds.count(EventKind.CONTINUED) == 1
    (cut,) = [e for e in store.read_events(server.db, run_id) if e.detail.get("by") == "hand"]
    rates = {epoch.epoch: epoch.learning_rate for epoch in store.read_epochs(server.db, run_id)}
    assert abs(rates[cut.epoch + 1] - 0.3 * rates[cut.epoch]) < 1e-9
    open_tab(page, "Downloads")
    assert b"Set by hand" in download(page, "Events (CSV)")


def test_a_finished_run_is_forked_with_another_callback_and_its_family_opened(page, server):
    parent = start(page, squares(epochs=3))
    wait_for_status(page, "finished")
    page.get_by_text("Go on from an epoch").click()
    link = page.get_by_role("link", name="With other settings …")
    link.first.wait_for()
    until_drawn(page)
    # By the keyboard: Streamlit fetches the fields above it late, and the link moves then.
    link.press("Enter")
    page.get_by_role("heading", name="Fork a run").wait_for()
    until_drawn(page)
    seeds = page.get_by_label("`seed`", exact=True)  # That of the scans, and the training's.
    seeds.nth(1).wait_for()
    assert all(seed.is_disabled() for seed in seeds.all())
    add = page.get_by_role("combobox", name="Add a callback")
    add.click()
    add.fill("TerminateOnNaN")
    page.get_by_role("option", name="TerminateOnNaN").first.wait_for()
    add.press("Enter")
    page.locator(".st-key-card-TerminateOnNaN").first.wait_for()
    until_drawn(page)
    epochs = page.get_by_label("`epochs`", exact=True)
    epochs.fill("5")  # And no Enter: what stands in the field counts.
    page.get_by_role("button", name="Continue from epoch 3").click()
    page.wait_for_url(re.compile(rf"/monitor\?.*run=(?!{parent})"))
    wait_for_status(page, "finished")
    child = store.read_run(server.db, id_of(page))
    assert (child.parent_id, child.forked_at, child.status) == (parent, 2, RunStatus.FINISHED)
    assert [epoch.epoch for epoch in store.read_epochs(server.db, child.id)] == [3, 4]
    wait_for_points(page, "validation, shared", 3)
    wait_for_points(page, "forked", 1)
    open_tab(page, "Downloads")
    rows = download(page, "History (CSV)").decode().splitlines()
    assert [row.split(",")[0] for row in rows] == ["epoch", "1", "2", "3", "4", "5"]
    open_tab(page, "Family")
    page.get_by_text("+TerminateOnNaN").first.wait_for()
    # Pressing the parent's line opens it.
    tree = page.locator(".js-plotly-plot").filter(has_text="+TerminateOnNaN")
    label_at(page, tree, 0.318, 0.325)
    page.mouse.down()
    page.mouse.up()
    page.wait_for_url(re.compile(rf"run={parent}"))
