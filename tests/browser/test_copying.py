"""The button that copies, in a page of its own: no server is asked."""

import pytest

from pages.parts import copy_button

ADDRESS = "http://plateau.test/monitor?run=1&owner=secret&seed=2"
PAGE = f"<div id=place>{copy_button._HTML}</div>"
CLICK = """async ([source, data]) => {
  let copied;
  Object.defineProperty(navigator, "clipboard", { value: { writeText: (it) => { copied = it; } } });
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const place = document.getElementById("place");
  (await import(url)).default({ data, parentElement: place });
  const before = place.innerText;
  place.querySelector("button").click();
  await new Promise((resolve) => setTimeout(resolve));
  return [before, copied, place.innerText];
}"""


@pytest.fixture
def click(browser):
    """Press the button and return what it said before, what it copied, what it says then."""
    opened = browser.new_page()
    opened.route("**/*", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
    opened.goto(ADDRESS)
    yield lambda data: opened.evaluate(CLICK, [copy_button._JS, data])
    opened.close()


@pytest.mark.browser
def test_a_link_to_share_is_the_address_without_the_key(click):
    data = {"text": None, "name": "Copy link to share", "without": "owner", "label": "…"}
    shared = "http://plateau.test/monitor?run=1&seed=2"
    assert click(data) == ["Copy link to share", shared, "Copied"]


@pytest.mark.browser
def test_a_text_is_copied_as_it_is(click):
    assert click({"text": "a = 1", "label": "…"}) == ["Copy", "a = 1", "Copied"]
