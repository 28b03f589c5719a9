"""The main job, as a person does it in a browser."""

import csv
import io
import json
import re
import signal

import psutil
import pytest

from core import store
from core.specs import links, presets
from core.specs.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau
from core.specs.data import FolderScans
from core.specs.run import RunSpec, TrainingSpec
from core.store import EventKind, RunStatus
from tests.waiting import until, until_drawn

PLOT = ".js-plotly-plot"
# A warm-up of the worker may come first, and other work beside it.
SLOW_MS = 240_000


def squares(*, epochs, callbacks=(), folder="squares", size=32):
    return RunSpec(
        name="squares",
        scans=FolderScans(folder=folder, image_size=size),
        training=TrainingSpec(epochs=epochs, verbose=2),
        callbacks=callbacks,
    )


def open_form(page, spec):
    query = "&".join(f"{name}={value}" for name, value in links.to_query(spec).items())
    page.goto(f"/configure?{query}")
    page.get_by_role("heading", name="Configure a run").wait_for()
    until_drawn(page)


def press_start(page):
    page.get_by_role("button", name="Start training").click()
    page.wait_for_url(re.compile(r"/monitor\?.*run="))
    return re.search(r"run=(\w+)", page.url)[1]


def start(page, spec):
    open_form(page, spec)
    return press_start(page)


def points_of(page, name):
    """Return how many points a curve of the chart has."""
    script = """([plot, name]) => {
        const drawn = document.querySelector(plot);
        const trace = drawn?.data?.find(t => t.name === name && t.y?.length);
        return trace ? trace.y.length : 0;
    }"""
    return page.evaluate(script, [PLOT, name])


def wait_for_points(page, name, count):
    """Wait for that many points of a curve: the chart is drawn after the words above it."""
    until(
        lambda: points_of(page, name) == count,
        within_s=SLOW_MS / 1000,
        what=f"{count} points of {name}",
    )


def wait_for_status(page, status):
    """Wait for the end of a run, and of the redraw that it brings."""
    page.get_by_text(status, exact=True).first.wait_for(timeout=SLOW_MS)
    until_drawn(page)


def wait_for_epochs(page, count):
    until(
        lambda: points_of(page, "validation") >= count,
        within_s=SLOW_MS / 1000,
        what=f"{count} epochs on the chart",
    )


def open_tab(page, name):
    page.get_by_role("tab", name=name).first.wait_for()
    until_drawn(page)
    page.get_by_role("tab", name=name).click()
    page.get_by_role("tab", name=name, selected=True).wait_for()


def press(page, button):
    """Press a button where it stands when all is drawn: above it, late parts may still come."""
    page.get_by_role("button", name=button).first.wait_for()
    until_drawn(page)
    page.get_by_role("button", name=button).click()


def download(page, label):
    page.get_by_role("button", name=label).first.wait_for()
    until_drawn(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name=label).click()
    return waiting.value.path().read_bytes()


def test_the_quick_demo_from_the_overview_to_its_downloads(page, server):
    page.goto("/")
    press(page, "Start the quick demo")
    page.wait_for_url(re.compile(r"/monitor\?.*run="))
    run_id = re.search(r"run=(\w+)", page.url)[1]
    until(lambda: points_of(page, "rate reduced") > 0, within_s=480, what="a reduction's mark")
    drops = [
        event
        for event in store.read_events(server.db, run_id)
        if event.kind is EventKind.LEARNING_RATE_REDUCED
    ]
    assert drops
    press(page, "Stop")
    wait_for_status(page, "stopped")
    console = page.get_by_text(
        f"Epoch {drops[0].epoch + 1}: ReduceLROnPlateau reducing learning rate to"
    )
    console.first.wait_for()
    open_tab(page, "Downloads")
    rows = list(csv.DictReader(io.StringIO(download(page, "History (CSV)").decode())))
    assert len(rows) == len(store.read_epochs(server.db, run_id))
    assert float(rows[drops[0].epoch]["learning_rate_after"]) == pytest.approx(3e-4)
    assert json.loads(download(page, "Settings (JSON)"))["name"] == "Quick demo"
    for model in ("Best model", "Final model"):
        assert download(page, model).startswith(b"PK")  # A .keras file is a zip archive.


def test_a_run_on_a_folder_of_real_scans(page, server, real_scans):
    spec = squares(epochs=2, folder="real", size=64)
    run_id = start(page, spec)
    wait_for_status(page, "finished")
    run = store.read_run(server.db, run_id)
    assert run.training_scans > 200
    wait_for_points(page, "validation", 2)
    open_tab(page, "Settings")
    page.get_by_text(f"/monitor?run={run_id}").first.wait_for()


def test_a_refresh_and_a_second_tab_show_the_same_run(page, server):
    run_id = start(page, squares(epochs=500))
    wait_for_epochs(page, 1)
    page.reload()
    wait_for_epochs(page, 2)
    second = page.context.new_page()
    second.goto(f"/monitor?run={run_id}")
    wait_for_epochs(second, 3)
    press(second, "Stop")
    wait_for_status(page, "stopped")
    assert store.read_run(server.db, run_id).status is RunStatus.STOPPED


def test_the_zoom_survives_new_epochs(page):
    start(page, squares(epochs=500))
    wait_for_epochs(page, 3)
    until_drawn(page)
    plot = page.locator(PLOT)
    plot.hover()
    plot.locator("[data-title='Zoom']").click()
    shown = "p => document.querySelector(p).layout.xaxis.range"

    def zoom():
        area = plot.locator(".nsewdrag").first.bounding_box()
        middle = area["y"] + area["height"] / 2
        page.mouse.move(area["x"] + area["width"] * 0.2, middle)
        page.mouse.down()
        page.mouse.move(area["x"] + area["width"] * 0.6, middle, steps=5)
        page.mouse.up()
        first, last = page.evaluate(shown, PLOT)
        return last - first < 0.5 * 500

    # Again where an epoch was drawn while the mouse was down.
    until(zoom, within_s=60, what="the zoom")
    zoomed = page.evaluate(shown, PLOT)
    wait_for_epochs(page, points_of(page, "validation") + 3)
    assert page.evaluate(shown, PLOT) == zoomed


@pytest.mark.parametrize("pause_ms", [0, 150])
def test_a_double_click_starts_one_run(page, server, pause_ms):
    before = len(store.read_runs(server.db))
    open_form(page, squares(epochs=500))
    page.get_by_role("button", name="Start training").dblclick(delay=pause_ms)
    page.wait_for_url(re.compile(r"/monitor\?.*run="))
    wait_for_epochs(page, 1)
    assert len(store.read_runs(server.db)) == before + 1


def test_a_wrong_setting_is_refused_with_a_sentence_before_the_start(page):
    open_form(page, presets.quick_demo())
    factor = page.get_by_label("`factor`", exact=True)
    factor.fill("1.5")
    factor.press("Enter")
    sentence = "must lie strictly between 0 and 1, got 1.5. Each plateau multiplies"
    page.get_by_text(sentence).first.wait_for()
    # The button is drawn after the sentence.
    until_drawn(page)
    assert page.get_by_role("button", name="Start training").is_disabled()
    factor.fill("0.5")
    factor.press("Enter")
    page.get_by_text(sentence).first.wait_for(state="detached")
    page.wait_for_url(re.compile(r"ReduceLROnPlateau\.factor=0\.5"))
    until_drawn(page)
    assert page.get_by_role("button", name="Start training").is_enabled()


def test_a_link_reproduces_the_form(page):
    spec = squares(
        epochs=7,
        callbacks=(
            EarlyStopping(patience=4, baseline=0.25, restore_best_weights=True),
            ReduceLROnPlateau(monitor="loss", factor=0.25, cooldown=2),
            ModelCheckpoint(filepath="{epoch:02d}.keras"),
        ),
    )
    open_form(page, spec)
    assert page.get_by_label("`epochs`", exact=True).input_value() == "7"
    assert page.get_by_label("`baseline`", exact=True).input_value() == "0.25"
    assert page.get_by_label("`cooldown`", exact=True).input_value() == "2"
    assert page.get_by_label("`filepath`", exact=True).input_value() == "{epoch:02d}.keras"


def test_a_killed_worker_is_said_and_its_run_goes_on_by_itself(page, server):
    page.goto("/overview")
    page.get_by_text("The engine is ready.").first.wait_for(timeout=SLOW_MS)
    # The worker that answers comes up last.
    until(lambda: busiest(server)[0] < 0.1, within_s=SLOW_MS / 1000, what="the workers to rest")
    run_id = start(page, squares(epochs=80))
    # By the store: while the page draws, a short training goes on.
    until(
        lambda: len(store.read_epochs(server.db, run_id)) >= 2,
        within_s=SLOW_MS / 1000,
        what="two epochs",
    )
    _, worker = busiest(server)
    worker.send_signal(signal.SIGKILL)
    page.get_by_text("A worker died").first.wait_for(timeout=SLOW_MS)
    wait_for_status(page, "finished")
    told = re.compile(r"A worker died in epoch \d+; another one went on")
    page.get_by_text(told).first.wait_for()
    wait_for_points(page, "resumed", 1)
    assert [epoch.epoch for epoch in store.read_epochs(server.db, run_id)] == list(range(80))
    wait_for_points(page, "validation", 80)


def busiest(server):
    """Return how long the busiest process below the app computed in half a second, and it.

    That is the worker that trains: the one that answers may hold as much memory.
    """
    children = server.process.children(recursive=True)
    before = [seconds_of(child) for child in children]
    psutil.wait_procs(children, timeout=0.5)
    worked = [seconds_of(child) - since for child, since in zip(children, before, strict=True)]
    return max(zip(worked, children, strict=True), key=lambda each: each[0])


def seconds_of(process):
    times = process.cpu_times()
    return times.user + times.system


def test_a_run_is_deleted_after_being_asked_for(page, server):
    run_id = start(page, squares(epochs=1))
    wait_for_status(page, "finished")
    page.goto("/runs")
    page.get_by_role("button", name="Delete").first.wait_for()
    until_drawn(page)
    page.get_by_role("button", name="Delete").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("This cannot be undone").wait_for()
    until_drawn(page)
    dialog.get_by_role("button", name="Delete").click()
    until(
        lambda: run_id not in {run.id for run in store.read_runs(server.db)},
        within_s=90,
        what="the run to be gone",
    )
    page.get_by_role("dialog").wait_for(state="detached")


def test_tensorboard_opens_and_ends_with_the_app(page, server):
    from core.specs.callbacks import TensorBoard

    start(page, squares(epochs=1, callbacks=(TensorBoard(),)))
    wait_for_status(page, "finished")
    open_tab(page, "Downloads")
    assert download(page, "TensorBoard logs (zip)").startswith(b"PK")
    press(page, "Open TensorBoard")
    link = page.get_by_role("link", name="TensorBoard is running")
    link.wait_for(timeout=SLOW_MS)
    program = page.context.new_page()
    program.goto(link.get_attribute("href"))
    program.get_by_text("TensorBoard").first.wait_for()
