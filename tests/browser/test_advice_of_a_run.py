"""The advice on a run, as a person reads it in a browser."""

import numpy as np

from core import store
from core.specs.callbacks import ReduceLROnPlateau
from core.specs.run import RunSpec, TrainingSpec
from core.store import Epoch, RunStatus
from tests.browser.test_runs import open_tab
from tests.waiting import until, until_drawn, until_it_fits

EPOCHS = 40


def a_resting_run(db):
    """A run that ended on a plateau, written as a worker writes it."""
    noise = 0.012 * np.random.default_rng(1).standard_normal(EPOCHS)
    curve = 0.85 - 0.5 * np.exp(-np.arange(EPOCHS) / 6) + noise
    spec = RunSpec(
        name="rests",
        training=TrainingSpec(epochs=EPOCHS),
        callbacks=(ReduceLROnPlateau(monitor="val_accuracy", factor=0.3, patience=3),),
    )
    run_id = store.create_run(db, spec, owner=store.owner_of("somebody"))
    store.start_run(db, run_id)
    rows = [
        Epoch(number, {"val_accuracy": float(value)}, 1e-3, 1e-3, 1.0, 0.8)
        for number, value in enumerate(curve)
    ]
    store.append(db, run_id, new_epochs=rows)
    store.end_run(db, run_id, RunStatus.FINISHED)
    return run_id


def figure_titled(page, title):
    """Return the chart that has this heading."""
    return page.locator(".js-plotly-plot").filter(has_text=title)


def label_at(page, plot, x_share, y_share):
    """Point into a chart and return what its label says."""
    until_drawn(page)
    plot.scroll_into_view_if_needed()
    label = plot.locator(".hoverlayer .hovertext").first

    def pointed():
        # Again where the chart has moved, or was drawn anew and lost its label.
        area = plot.locator(".nsewdrag").first.bounding_box()
        page.mouse.move(area["x"] + x_share * area["width"], area["y"] + y_share * area["height"])
        return label.is_visible()

    until(pointed, within_s=60, what="a label")
    return label.text_content()


def test_an_ended_run_is_advised_on_from_a_desk_and_from_a_telephone(page, server):
    run_id = a_resting_run(server.db)
    page.goto(f"/monitor?run={run_id}")
    open_tab(page, "What happened")
    page.get_by_text("Why, epoch by epoch").wait_for()
    page.get_by_role("cell", name="learning rate 0.001 → 0.0003").first.wait_for()
    open_tab(page, "Advice")
    page.get_by_text("ReduceLROnPlateau: patience=").wait_for()
    page.get_by_text("counts noise as progress").wait_for()
    page.get_by_text("One curve: another seed").wait_for()

    regret = figure_titled(page, "EarlyStopping: epochs saved")
    # The lower left cell: the shortest patience, and no min_delta.
    told = label_at(page, regret, 0.01, 0.99)
    assert "patience 1 · min_delta 0" in told
    assert "best value missed:" in told
    page.get_by_text("best value missed", exact=True).click()
    figure_titled(page, "EarlyStopping: best value missed").wait_for()
    reductions = figure_titled(page, "ReduceLROnPlateau: epoch of the first reduction")
    assert "first reduction: end of epoch" in label_at(page, reductions, 0.01, 0.99)

    page.set_viewport_size({"width": 390, "height": 900})
    until(lambda: regret_width(page) <= 390, within_s=60, what="the map to fit the telephone")
    until_it_fits(page)


def regret_width(page):
    box = figure_titled(page, "EarlyStopping:").locator("svg").first.bounding_box()
    return box["x"] + box["width"]
