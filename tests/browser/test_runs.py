"""The main job, as a person does it in a browser."""

import csv
import io
import json
import re
import signal

import pytest

from core import store
from core.specs import links, presets
from core.specs.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau
from core.specs.data import FolderScans
from core.specs.run import RunSpec, TrainingSpec
from core.store import EventKind, RunStatus
from tests.waiting import until

PLOT = ".js-plotly-plot"
# A warm-up of the worker may come first.
SLOW_MS = 120_000


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


def wait_for_epochs(page, count):
    until(
        lambda: points_of(page, "validation") >= count,
        within_s=SLOW_MS / 1000,
        what=f"{count} epochs on the chart",
    )


def download(page, label):
    with page.expect_download() as waiting:
        page.get_by_role("button", name=label).click()
    return waiting.value.path().read_bytes()


def test_the_quick_demo_from_the_overview_to_its_downloads(page, server):
    page.goto("/")
    page.get_by_role("button", name="Start the quick demo").click()
    page.wait_for_url(re.compile(r"/monitor\?.*run="))
    run_id = re.search(r"run=(\w+)", page.url)[1]
    until(lambda: points_of(page, "rate reduced") > 0, within_s=240, what="a reduction's mark")
    drops = [
        event
        for event in store.read_events(server.db, run_id)
        if event.kind is EventKind.LEARNING_RATE_REDUCED
    ]
    assert drops
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("stopped", exact=True).wait_for()
    console = page.get_by_text(
        f"Epoch {drops[0].epoch + 1}: ReduceLROnPlateau reducing learning rate to"
    )
    console.first.wait_for()
    page.get_by_role("tab", name="Downloads").click()
    rows = list(csv.DictReader(io.StringIO(download(page, "History (CSV)").decode())))
    assert len(rows) == len(store.read_epochs(server.db, run_id))
    assert float(rows[drops[0].epoch]["learning_rate_after"]) == pytest.approx(3e-4)
    assert json.loads(download(page, "Settings (JSON)"))["name"] == "Quick demo"
    for model in ("Best model", "Final model"):
        assert download(page, model).startswith(b"PK")  # A .keras file is a zip archive.


def test_a_run_on_a_folder_of_real_scans(page, server, real_scans):
    spec = squares(epochs=2, folder="real", size=64)
    run_id = start(page, spec)
    page.get_by_text("finished", exact=True).wait_for(timeout=SLOW_MS)
    run = store.read_run(server.db, run_id)
    assert run.training_scans > 200
    assert points_of(page, "validation") == 2
    page.get_by_role("tab", name="Settings").click()
    page.get_by_text(f"/monitor?run={run_id}").wait_for()


def test_a_refresh_and_a_second_tab_show_the_same_run(page, server):
    run_id = start(page, squares(epochs=500))
    wait_for_epochs(page, 1)
    page.reload()
    wait_for_epochs(page, 2)
    second = page.context.new_page()
    second.goto(f"/monitor?run={run_id}")
    wait_for_epochs(second, 3)
    second.get_by_role("button", name="Stop").click()
    page.get_by_text("stopped", exact=True).wait_for()
    assert store.read_run(server.db, run_id).status is RunStatus.STOPPED


def test_the_zoom_survives_new_epochs(page):
    start(page, squares(epochs=500))
    wait_for_epochs(page, 3)
    plot = page.locator(PLOT)
    plot.hover()
    plot.locator("[data-title='Zoom']").click()
    area = plot.locator(".nsewdrag").first.bounding_box()
    middle = area["y"] + area["height"] / 2
    page.mouse.move(area["x"] + area["width"] * 0.2, middle)
    page.mouse.down()
    page.mouse.move(area["x"] + area["width"] * 0.6, middle, steps=5)
    page.mouse.up()
    shown = "p => document.querySelector(p).layout.xaxis.range"
    zoomed = page.evaluate(shown, PLOT)
    assert zoomed[1] - zoomed[0] < 0.5 * 500
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
    assert page.get_by_role("button", name="Start training").is_disabled()
    factor.fill("0.5")
    factor.press("Enter")
    page.get_by_text(sentence).first.wait_for(state="detached")
    assert page.get_by_role("button", name="Start training").is_enabled()
    page.wait_for_url(re.compile(r"ReduceLROnPlateau\.factor=0\.5"))


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
    run_id = start(page, squares(epochs=40))
    wait_for_epochs(page, 2)
    worker = max(
        server.process.children(recursive=True), key=lambda process: process.memory_info().rss
    )
    worker.send_signal(signal.SIGKILL)
    page.get_by_text("A worker died").first.wait_for(timeout=SLOW_MS)
    page.get_by_text("finished", exact=True).first.wait_for(timeout=SLOW_MS)
    page.get_by_text(re.compile(r"A worker died in epoch \d+; another one went on")).wait_for()
    assert points_of(page, "resumed") == 1
    assert [epoch.epoch for epoch in store.read_epochs(server.db, run_id)] == list(range(40))
    assert points_of(page, "validation") == 40


def test_a_run_is_deleted_after_being_asked_for(page, server):
    run_id = start(page, squares(epochs=1))
    page.get_by_text("finished", exact=True).wait_for(timeout=SLOW_MS)
    page.goto("/runs")
    page.get_by_role("button", name="Delete").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("This cannot be undone").wait_for()
    dialog.get_by_role("button", name="Delete").click()
    until(
        lambda: run_id not in {run.id for run in store.read_runs(server.db)},
        within_s=30,
        what="the run to be gone",
    )
    page.get_by_role("dialog").wait_for(state="detached")


def test_tensorboard_opens_and_ends_with_the_app(page, server):
    from core.specs.callbacks import TensorBoard

    start(page, squares(epochs=1, callbacks=(TensorBoard(),)))
    page.get_by_text("finished", exact=True).wait_for(timeout=SLOW_MS)
    page.get_by_role("tab", name="Downloads").click()
    assert download(page, "TensorBoard logs (zip)").startswith(b"PK")
    page.get_by_role("button", name="Open TensorBoard").click()
    link = page.get_by_role("link", name="TensorBoard is running")
    link.wait_for(timeout=90_000)
    program = page.context.new_page()
    program.goto(link.get_attribute("href"))
    program.get_by_text("TensorBoard").first.wait_for()
