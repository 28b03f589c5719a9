"""The replay page as a person uses it: paste, upload, move, walk."""

import re

import pytest

from tests.browser.test_runs import PLOT, open_tab, press
from tests.waiting import until, until_drawn, until_it_fits

CSV = "epoch,loss,learning_rate,val_loss\n" + "\n".join(
    f"{epoch},{0.9 - epoch / 50},0.001,{loss}"
    for epoch, loss in enumerate([0.9, 0.8, 0.7, 0.71, 0.72, 0.73, 0.74, 0.75])
)
CONSOLE = "\n".join(
    f"Epoch {epoch}/8\n50/50 ━━━━━━━━━━━━ 3s 45ms/step - loss: 0.5000 - val_loss: {loss:.4f}"
    for epoch, loss in enumerate([0.9, 0.8, 0.7, 0.71, 0.72, 0.73, 0.74, 0.75], start=1)
)


def marks_of(page, name):
    """Return the epochs at which a setting's marks stand on the chart."""
    script = """([plot, name]) => {
        const drawn = document.querySelector(plot)?.data ?? [];
        const marks = drawn.find(t => t.name === name && t.mode === 'markers');
        return marks ? Array.from(marks.x) : null;
    }"""
    return page.evaluate(script, [PLOT, name])


def wait_for_marks(page, name, epochs):
    # A first visit may load the page twice; waiting for an element outlasts that.
    page.locator(PLOT).first.wait_for()
    until(lambda: marks_of(page, name) == epochs, within_s=90, what=f"marks of {name} at {epochs}")
    until_drawn(page)


def move(page, label, key):
    # A press while Streamlit redraws a slider is lost.
    until_drawn(page)
    page.get_by_role("slider", name=label).press(key)


def test_a_slider_moves_the_marks_and_the_link_restores_them(page):
    page.goto("/replay")
    wait_for_marks(page, "A", [11, 15])
    move(page, "patience", "ArrowLeft")
    wait_for_marks(page, "A", [8])
    page.wait_for_url(re.compile(r"A\.patience=1(&|$)"))
    page.get_by_text("Exact up to epoch 8", exact=False).first.wait_for()
    press(page, "Add")
    wait_for_marks(page, "B", [8])
    for patience in (2, 3):
        move(page, "patience", "ArrowRight")
        page.wait_for_url(re.compile(rf"B\.patience={patience}(&|$)"))
    wait_for_marks(page, "B", [])
    address = page.url
    page.goto("/overview")
    page.goto(address)
    wait_for_marks(page, "A", [8])
    assert marks_of(page, "B") == []


def choose_own(page):
    page.get_by_text("Your own").first.wait_for()
    until_drawn(page)
    page.get_by_role("radio", name="Your own").or_(page.get_by_text("Your own")).first.click()
    page.get_by_text("Or paste what Keras printed").first.wait_for()
    until_drawn(page)


def test_pasted_console_output_is_replayed_and_walked_through(page):
    page.goto("/replay")
    choose_own(page)
    page.get_by_role("textbox", name="Or paste what Keras printed").fill(CONSOLE)
    page.get_by_role("button", name="Read it").click()
    wait_for_marks(page, "A", [5])
    press(page, "Next")
    page.get_by_role(
        "heading", name="Epoch 2: val_loss 0.8000 beat 0.9000 by more than 0.0001; wait 0 of 2."
    ).wait_for()
    press(page, "Next")
    page.get_by_role("heading", name="Epoch 3: val_loss 0.7000").wait_for()
    press(page, "Previous")
    page.get_by_role("heading", name="Epoch 2: val_loss 0.8000").wait_for()


def test_a_curve_is_uploaded_from_a_phone_and_a_bad_one_gets_a_sentence(page):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/replay")
    choose_own(page)
    chooser = page.locator("[data-testid=stFileUploader] input[type=file]")
    chooser.set_input_files({"name": "log.csv", "mimeType": "text/csv", "buffer": CSV.encode()})
    wait_for_marks(page, "A", [5])
    page.get_by_text("replayed · your curve · log.csv").first.wait_for()
    until_it_fits(page)
    bad = CSV.replace("0.71", "0.71,9")
    chooser.set_input_files({"name": "bad.csv", "mimeType": "text/csv", "buffer": bad.encode()})
    page.get_by_text("Line 5 has 5 values where the header names 4 columns").first.wait_for()
    wait_for_marks(page, "A", [5])


@pytest.mark.parametrize("tab", ["All verdicts", "Releases"])
def test_the_other_views_open(page, tab):
    page.goto("/replay")
    open_tab(page, tab)
    shown = {"All verdicts": page.locator("[data-testid=stDataFrame]").first}
    shown["Releases"] = page.get_by_text("They part at epoch 2").first
    shown[tab].wait_for()
