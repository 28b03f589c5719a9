"""Every page, as it stands before anything was done."""

import pytest

from tests.waiting import until_drawn, until_it_fits

PAGES = [
    "overview",
    "playground",
    "hooks",
    "configure",
    "monitor",
    "runs",
    "replay",
    "compare",
    "sweep",
    "datasets",
    "classify",
    "evaluate",
]
NOTICE = "Research and education only. Not a medical device. Do not upload identifiable scans."


@pytest.mark.parametrize("path", ["", *PAGES])
def test_every_page_opens_with_its_notice_and_asks_nobody_else(page, server, path):
    errors, asked = [], []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/{path}")
    page.get_by_text(NOTICE).wait_for()
    page.get_by_role("heading").first.wait_for()
    until_drawn(page)
    assert not errors
    own = (server.url, "data:", "blob:")
    assert not [address for address in asked if not address.startswith(own)]


@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_wider_than_a_phone(page, path):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"/{path}")
    page.get_by_role("heading").first.wait_for()
    until_it_fits(page)


def test_the_address_without_a_page_leads_to_the_overview(page):
    page.goto("/")
    page.wait_for_url("**/overview*")


def test_a_run_that_does_not_exist_gets_a_sentence(page):
    page.goto("/monitor?run=nope")
    page.get_by_text("There is no run 'nope': it may have been deleted.").wait_for()


def test_the_configuration_of_the_server_is_valid(page, server):
    page.goto("/overview")
    page.get_by_role("heading").first.wait_for()
    assert "not a valid config option" not in server.log.read_text()


def test_tensorflow_never_enters_the_apps_process(page, server):
    for path in PAGES:
        page.goto(f"/{path}")
        page.get_by_role("heading").first.wait_for()
    files = {mapped.path for mapped in server.process.memory_maps()}
    assert any("numpy" in file for file in files)
    assert not any("tensorflow" in file or "libtensorflow" in file for file in files)
