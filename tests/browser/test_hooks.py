"""A real fit, traced from the Hooks page."""

from tests.browser.test_runs import PLOT, SLOW_MS, open_tab, press
from tests.waiting import until, until_drawn


def test_a_fit_is_traced_and_walked_through(page):
    page.goto("/hooks?callbacks=ReduceLROnPlateau,CSVLogger&epochs=2&batches=1&reduce_patience=1")
    page.get_by_text("trained · other settings").first.wait_for()
    press(page, "Trace a real fit")
    page.get_by_text("This trace was made here").first.wait_for(timeout=SLOW_MS)
    open_tab(page, "What this trace shows")
    page.get_by_role("button", name="Show the call").nth(2).wait_for()
    until_drawn(page)
    page.get_by_role("button", name="Show the call").nth(2).click()
    page.get_by_role("heading", name="ReduceLROnPlateau.on_epoch_end(1, logs)").wait_for()
    page.get_by_text("learning rate 0.001 → 0.0005").first.wait_for()
    page.get_by_text("self._reduce_optimizer_lr", exact=False).first.wait_for()
    # Pressing a bar leads to its call.
    until_drawn(page)
    before = page.url
    bar = page.locator(f"{PLOT} .bars .point path").first
    label = page.locator(".hoverlayer").get_by_text("model.train_function(iterator)").first

    def pointed():
        bar.hover(force=True)  # Plotly's own layer lies above its bars.
        return label.is_visible()

    until(pointed, within_s=60, what="the label of the bar")
    page.mouse.down()
    page.mouse.up()
    page.get_by_role("heading", name="model.train_function(iterator)").wait_for()
    # The link shows the same trace and the same call, at once; it named another one before.
    page.wait_for_url(lambda url: url != before)
    second = page.context.new_page()
    second.goto(page.url)
    second.get_by_role("heading", name="model.train_function(iterator)").wait_for()
    second.get_by_text("This trace was made here").first.wait_for()
