"""The playground as a person plays with it."""

import re

from tests.waiting import until, until_drawn

PLOT = ".js-plotly-plot"


def slider(page, label):
    return page.locator("[data-testid=stSlider]").filter(has_text=label).first.locator("input")


def curves(page):
    """Return the drawn loss of each setting, by letter; empty before anything is drawn."""
    script = """plot => Object.fromEntries(
        (document.querySelector(plot)?.data ?? []).filter(trace => trace.customdata)
            .map(trace => [trace.legendgroup, trace.y]))"""
    return page.evaluate(script, PLOT)


def wait_for_curves(page, test, what):
    # A first visit may load the page twice; waiting for an element outlasts that.
    page.locator(PLOT).first.wait_for()
    until(lambda: test(curves(page)), within_s=90, what=what)
    # A slider that is drawn anew loses what is pressed on it.
    until_drawn(page)
    return curves(page)


def test_sliders_presets_and_the_link_move_the_curves(page):
    page.goto("/playground")
    first = wait_for_curves(page, lambda now: set(now) == {"A", "B", "C"}, "three curves")
    page.evaluate("plot => { document.querySelector(plot).marked = true }", PLOT)

    factor = slider(page, "factor")
    factor.press("ArrowRight")
    moved = wait_for_curves(page, lambda now: now["B"] != first["B"], "another curve of B")
    assert moved["A"] == first["A"]
    assert moved["C"] == first["C"]
    assert page.evaluate("plot => document.querySelector(plot).marked", PLOT)
    page.wait_for_url(re.compile(r"B\.ReduceLROnPlateau\.factor=0\.55"))
    address = page.url

    until_drawn(page)
    page.get_by_text("Stopped too early", exact=True).click()
    stopped = wait_for_curves(
        page, lambda now: len(now["A"]) < len(now["B"]) <= len(now["C"]), "curves that end"
    )
    assert len(stopped["C"]) == 100
    page.get_by_text("before a lower rate can help").first.wait_for()

    second = page.context.new_page()
    second.goto(address)
    assert wait_for_curves(second, lambda now: len(now) == 3, "the curves of the link") == moved
    assert slider(second, "factor").get_attribute("aria-valuetext") == "0.55"


def test_the_chart_stays_in_sight_on_a_phone_while_its_sliders_scroll_by(page):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/playground")
    wait_for_curves(page, len, "curves")
    slider(page, "min_lr").scroll_into_view_if_needed()

    def in_sight():
        box = page.locator(PLOT).first.bounding_box()
        return box["y"] >= 0 and box["y"] + box["height"] <= 800

    until(in_sight, within_s=30, what="the chart to stay in sight")
