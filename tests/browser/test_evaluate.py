"""A finished run evaluated, as a person does it in a browser."""

import re

from core.specs.callbacks import ModelCheckpoint
from tests.browser.test_runs import SLOW_MS, open_tab, press, squares, start
from tests.waiting import until, until_drawn, until_it_fits

# The plot that is a matrix of cells.
CONFUSION = ".js-plotly-plot:has(.heatmaplayer image)"


def press_cell(page, label, predicted):
    """Click the middle of a cell of the confusion matrix."""
    until_drawn(page)
    plot = page.locator(CONFUSION)
    plot.scroll_into_view_if_needed()
    place = plot.evaluate(
        """(plot, [label, predicted]) => {
            const box = plot.getBoundingClientRect(), { xaxis, yaxis } = plot._fullLayout;
            return [box.x + xaxis._offset + xaxis.l2p(predicted),
                    box.y + yaxis._offset + yaxis.l2p(label)];
        }""",
        [label, predicted],
    )
    page.mouse.move(*place)
    page.mouse.click(*place)


def counts(page):
    """Return the scans of each cell, as the matrix was handed to the plot."""
    return page.locator(CONFUSION).evaluate(
        r"plot => plot.data[0].text.map(row => row.map(t => Number(t.match(/\d+/)[0])))"
    )


def test_a_finished_run_is_evaluated_and_the_scans_of_a_cell_are_seen(page, server):
    best = ModelCheckpoint(filepath="best.keras", monitor="val_accuracy", save_best_only=True)
    run_id = start(page, squares(epochs=2, callbacks=(best,)))
    link = page.get_by_role("link", name="What is it worth?")
    link.first.wait_for(timeout=SLOW_MS)
    until_drawn(page)
    link.click()
    page.wait_for_url(re.compile(rf"/evaluate\?.*runs={run_id}"))
    press(page, "Evaluate these 2")
    page.get_by_text("What keeping the best is worth").first.wait_for(timeout=SLOW_MS)
    page.locator(CONFUSION).first.wait_for()
    until_drawn(page)
    found = counts(page)
    cells = [(n, row, col) for row, line in enumerate(found) for col, n in enumerate(line)]
    most, label, predicted = max(cells)
    press_cell(page, label, predicted)
    page.get_by_text("Orange is Grad-CAM").first.wait_for()
    shown = min(most, 12)
    page.wait_for_function(
        "n => [...document.querySelectorAll('[data-testid=stImage] img')]"
        ".filter(i => i.complete && i.naturalWidth > 0).length === n",
        arg=shown,
    )
    classes = ("bright", "dark")
    wanted = f"{classes[label]}, called {classes[predicted]} ({most})"
    chosen = page.get_by_role("combobox", name="Show the scans of").first
    until(lambda: chosen.input_value() == wanted, within_s=30, what=f"the choice of {wanted}")
    page.set_viewport_size({"width": 390, "height": 800})
    for tab in ("Curves", "Calibration", "Confusion"):
        open_tab(page, tab)
        until_it_fits(page)
