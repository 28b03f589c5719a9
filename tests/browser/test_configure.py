"""Callbacks set up as a person does it: by mouse, by keyboard, on a phone."""

import re

from core.specs.callbacks import CSVLogger, EarlyStopping, LearningRateScheduler, ReduceLROnPlateau
from core.specs.run import RunSpec, TrainingSpec
from tests.browser.test_runs import open_form
from tests.waiting import until, until_drawn, until_it_fits

RATES = """() => {
    const plot = document.querySelector('.js-plotly-plot');
    return plot?.data ? plot.data[0].y : [];
}"""


def order(page):
    titles = page.locator("[class*=st-key-card-] strong").all_inner_texts()
    return [title.partition(" · ")[2] for title in titles]


def wait_for_order(page, *names):
    until(lambda: order(page) == list(names), within_s=90, what=f"the order {names}")
    until_drawn(page)


def wait_for_rates(page, count, first):
    def drawn():
        rates = page.evaluate(RATES)
        return len(rates) == count and abs(rates[0] - first) < 1e-12

    until(drawn, within_s=90, what=f"{count} planned rates from {first}")
    until_drawn(page)


def card(page, name):
    return page.locator(f".st-key-card-{name}")


def values_of(fields):
    """Return what stands in fields, read at one moment."""
    return fields.evaluate_all("fields => fields.map(field => field.value)")


def test_callbacks_are_ordered_mended_pasted_and_taken_home_as_code(page):
    spec = RunSpec(
        training=TrainingSpec(epochs=12),
        callbacks=(
            CSVLogger(),
            EarlyStopping(patience=6, restore_best_weights=True),
            ReduceLROnPlateau(factor=0.95, patience=2),
        ),
    )
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_form(page, spec)
    wait_for_order(page, "CSVLogger", "EarlyStopping", "ReduceLROnPlateau")

    # By keyboard; the button keeps the focus, so that it can be pressed again.
    page.locator(".st-key-down-CSVLogger button").focus()
    page.keyboard.press("Enter")
    wait_for_order(page, "EarlyStopping", "CSVLogger", "ReduceLROnPlateau")
    page.locator(".st-key-down-CSVLogger button:focus").wait_for()
    page.keyboard.press("Enter")
    wait_for_order(page, "EarlyStopping", "ReduceLROnPlateau", "CSVLogger")
    page.get_by_text("its table has a column for").first.wait_for()
    until_drawn(page)

    # A finding is applied, and the card opens to show it.
    page.get_by_role("button", name="Set factor to 0.5").click()
    factor = card(page, "ReduceLROnPlateau").get_by_label("`factor`", exact=True)
    # The field of the old value stays in the page, out of sight, until the page is drawn.
    until(lambda: values_of(factor) == ["0.5"], within_s=90, what="the new factor")
    until_drawn(page)
    assert factor.is_visible()
    factor.fill("0.25")
    factor.press("Enter")
    page.wait_for_url(re.compile(r"ReduceLROnPlateau\.factor=0\.25"))
    until_drawn(page)
    assert factor.is_visible()

    # A pasted call, added to the others, with a preview of its plan.
    page.get_by_text("Paste your own call").click()
    page.get_by_label("Your code", exact=True).fill(
        "LearningRateScheduler(lambda epoch, lr: lr, verbose=1)"
    )
    page.get_by_role("button", name="Add to my callbacks").click()
    page.get_by_text("`schedule` of LearningRateScheduler is not a plain value").first.wait_for()
    wait_for_order(page, "EarlyStopping", "ReduceLROnPlateau", "CSVLogger", "LearningRateScheduler")
    wait_for_rates(page, 12, 0.001)
    page.get_by_text("LearningRateScheduler sets the rate anew").first.wait_for()
    # The link is written when the page is drawn to its end.
    page.wait_for_url(re.compile(r"callbacks=\S+LearningRateScheduler"))
    until_drawn(page)
    schedule = card(page, "LearningRateScheduler").get_by_label("`schedule`", exact=True)
    schedule.click()
    schedule.fill("one_cycle")
    page.get_by_role("option", name="one_cycle").wait_for()
    schedule.press("Enter")
    wait_for_rates(page, 12, 0.001 / 25)
    box = page.locator(".js-plotly-plot .main-svg").first.bounding_box()
    assert box["width"] <= card(page, "LearningRateScheduler").bounding_box()["width"]

    # The code is that of the form, and can be copied.
    page.get_by_text("Code", exact=True).click()
    source = page.locator("[data-testid=stCode]", has_text="def schedule").first
    source.wait_for()
    assert "factor=0.25" in source.inner_text()
    page.get_by_role("button", name="Copy quick_demo.py", exact=True).click()
    page.get_by_text("Copied", exact=True).wait_for()
    assert "factor=0.25" in page.evaluate("navigator.clipboard.readText()")

    # The link reproduces it all.
    before = order(page)
    page.goto(page.url)
    wait_for_order(page, *before)
    wait_for_rates(page, 12, 0.001 / 25)


def test_callbacks_are_ordered_on_a_phone(page):
    page.set_viewport_size({"width": 390, "height": 800})
    plan = LearningRateScheduler(schedule="cosine")
    open_form(page, RunSpec(callbacks=(plan, EarlyStopping(patience=3))))
    card(page, "EarlyStopping").get_by_role("button", name="Up").click()
    wait_for_order(page, "EarlyStopping", "LearningRateScheduler")
    wait_for_rates(page, 16, 0.001)
    until_it_fits(page)
    page.wait_for_url(re.compile(r"callbacks=EarlyStopping(%2C|,)LearningRateScheduler"))
