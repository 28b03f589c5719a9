"""A real fit, traced from the Hooks page."""

from tests.browser.test_runs import PLOT, SLOW_MS


def test_a_fit_is_traced_and_walked_through(page):
    page.goto("/hooks?callbacks=ReduceLROnPlateau,CSVLogger&epochs=2&batches=1&reduce_patience=1")
    page.get_by_text("trained · other settings").wait_for()
    page.get_by_role("button", name="Trace a real fit").click()
    page.get_by_text("This trace was made here").wait_for(timeout=SLOW_MS)
    page.get_by_role("tab", name="What this trace shows").click()
    page.get_by_role("button", name="Show the call").nth(2).click()
    page.get_by_role("heading", name="ReduceLROnPlateau.on_epoch_end(1, logs)").wait_for()
    page.get_by_text("learning rate 0.001 → 0.0005").wait_for()
    page.get_by_text("self._reduce_optimizer_lr", exact=False).first.wait_for()
    # Pressing a bar leads to its call.
    bar = page.locator(f"{PLOT} .bars .point path").first
    bar.hover(force=True)  # Plotly's own layer lies above its bars.
    page.locator(".hoverlayer").get_by_text("model.train_function(iterator)").wait_for()
    page.mouse.down()
    page.mouse.up()
    page.get_by_role("heading", name="model.train_function(iterator)").wait_for()
    # The link shows the same trace and the same call, at once.
    page.wait_for_url("**call=*")
    second = page.context.new_page()
    second.goto(page.url)
    second.get_by_role("heading", name="model.train_function(iterator)").wait_for()
    second.get_by_text("This trace was made here").wait_for()
