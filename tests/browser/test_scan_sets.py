"""Data sets, as a person brings and looks at them in a browser."""

import re

from tests.browser.test_runs import SLOW_MS, open_tab, press
from tests.data.intake.zips import whole, write_zip
from tests.data.sets import picture, save
from tests.waiting import until, until_drawn, until_it_fits


def open_set(page, key):
    page.goto(f"/datasets?set={key}")
    page.get_by_role("tab", name="Twins").first.wait_for(timeout=SLOW_MS)
    until_drawn(page)


def pictures_in(card):
    """Return how many pictures a card shows that have really arrived."""
    return card.evaluate(
        "c => [...c.querySelectorAll('img')].filter(i => i.complete && i.naturalWidth > 0).length"
    )


def test_the_twins_of_the_real_scans_are_found_and_shown_side_by_side(page, server, real_scans):
    open_set(page, "folder/real")
    page.get_by_text("Its test score cannot be believed").first.wait_for()
    page.get_by_text(re.compile(r"\d+ of its \d+ test scans have a twin")).first.wait_for()
    page.get_by_text("Style gives the class away").first.wait_for()
    open_tab(page, "Twins")
    same = page.get_by_text("byte for byte the same file")
    same.first.wait_for()
    until_drawn(page)
    card = page.locator("[data-testid=stVerticalBlock]").filter(has=same).last
    card.locator("img").nth(1).wait_for()
    until(lambda: pictures_in(card) == 2, within_s=60, what="the two pictures of the card")
    card.get_by_text("testing").wait_for()
    card.get_by_text("training").wait_for()
    open_tab(page, "Split")
    link = page.get_by_role("link", name="twins kept together")
    link.first.wait_for()
    until_drawn(page)
    link.click()
    page.get_by_role("heading", name="Configure a run").wait_for()
    page.wait_for_url(re.compile(r"scans\.split=twins"))
    assert "scans.folder=real" in page.url


def upload(page, archive):
    page.get_by_text("Add a data set").first.wait_for()
    until_drawn(page)
    page.get_by_text("Add a data set").click()
    page.get_by_role("tab", name="Upload a zip").click()
    page.locator("input[type=file]").set_input_files(archive)
    press(page, "Add this zip")


def test_a_zip_is_brought_audited_and_removed(page, server, tmp_path):
    # A twin of Training/healthy/scan00002.png: the zip's second healthy picture.
    twin = save(tmp_path / "twin.png", picture(1, size=48)).read_bytes()
    archive = write_zip(
        tmp_path / "My scans.zip", [*whole(), ("brains/Testing/healthy/twin.png", twin)]
    )
    page.goto("/datasets?set=folder/squares")
    upload(page, archive)
    page.wait_for_url(re.compile(r"set=folder(%2F|/)My_scans-"), timeout=SLOW_MS)
    page.get_by_text("Brought as a zip.").first.wait_for(timeout=SLOW_MS)
    page.get_by_text("Its test score cannot be believed").first.wait_for(timeout=SLOW_MS)
    press(page, "Remove this set")
    remove = page.get_by_role("dialog").get_by_role("button", name="Remove")
    remove.first.wait_for()
    until_drawn(page)
    remove.click()
    page.get_by_role("dialog").wait_for(state="detached")
    page.wait_for_function("() => !location.search.includes('My_scans')")


def test_a_hostile_zip_gets_a_sentence(page, server, tmp_path):
    archive = write_zip(tmp_path / "evil.zip", [*whole(), ("../../evil.png", b"x")])
    page.goto("/datasets?set=folder/squares")
    upload(page, archive)
    page.get_by_text("The zip holds a path that leads out of it").first.wait_for(timeout=SLOW_MS)


def test_a_set_is_looked_at_on_a_phone(page, server, real_scans):
    page.set_viewport_size({"width": 390, "height": 800})
    open_set(page, "folder/real")
    for tab in ("Scans", "Twins", "Split"):
        open_tab(page, tab)
        until_it_fits(page)
