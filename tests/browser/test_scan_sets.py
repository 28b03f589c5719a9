"""Data sets, as a person brings and looks at them in a browser."""

import re

from tests.data.intake.zips import whole, write_zip
from tests.data.sets import picture, save

SLOW_MS = 60_000


def open_set(page, key):
    page.goto(f"/datasets?set={key}")
    page.get_by_role("tab", name="Twins").wait_for(timeout=SLOW_MS)


def pictures_in(card):
    """Return how many pictures a card shows that have really arrived."""
    return card.evaluate(
        "c => [...c.querySelectorAll('img')].filter(i => i.complete && i.naturalWidth > 0).length"
    )


def test_the_twins_of_the_real_scans_are_found_and_shown_side_by_side(page, server, real_scans):
    open_set(page, "folder/real")
    page.get_by_text("Its test score cannot be believed").wait_for()
    page.get_by_text(re.compile(r"\d+ of its \d+ test scans have a twin")).wait_for()
    page.get_by_text("Style gives the class away").wait_for()
    page.get_by_role("tab", name="Twins").click()
    same = page.get_by_text("byte for byte the same file")
    same.first.wait_for()
    card = page.locator("[data-testid=stVerticalBlock]").filter(has=same).last
    card.locator("img").nth(1).wait_for()
    page.wait_for_function(
        "n => [...document.querySelectorAll('[data-testid=stImage] img')]"
        ".filter(i => i.complete && i.naturalWidth > 0).length >= n",
        arg=2,
    )
    assert pictures_in(card) == 2
    card.get_by_text("testing").wait_for()
    card.get_by_text("training").wait_for()
    page.get_by_role("tab", name="Split").click()
    page.get_by_role("link", name="twins kept together").click()
    page.get_by_role("heading", name="Configure a run").wait_for()
    page.wait_for_url(re.compile(r"scans\.split=twins"))
    assert "scans.folder=real" in page.url


def test_a_zip_is_brought_audited_and_removed(page, server, tmp_path):
    # A twin of Training/healthy/scan00002.png: the zip's second healthy picture.
    twin = save(tmp_path / "twin.png", picture(1, size=48)).read_bytes()
    archive = write_zip(
        tmp_path / "My scans.zip", [*whole(), ("brains/Testing/healthy/twin.png", twin)]
    )
    page.goto("/datasets?set=folder/squares")
    page.get_by_text("Add a data set").click()
    page.get_by_role("tab", name="Upload a zip").click()
    page.locator("input[type=file]").set_input_files(archive)
    page.get_by_role("button", name="Add this zip").click()
    page.wait_for_url(re.compile(r"set=folder(%2F|/)My_scans-"), timeout=SLOW_MS)
    page.get_by_text("Its test score cannot be believed").wait_for(timeout=SLOW_MS)
    page.get_by_text("Brought as a zip.").wait_for()
    page.get_by_role("button", name="Remove this set").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").wait_for(state="detached")
    page.wait_for_function("() => !location.search.includes('My_scans')")


def test_a_hostile_zip_gets_a_sentence(page, server, tmp_path):
    archive = write_zip(tmp_path / "evil.zip", [*whole(), ("../../evil.png", b"x")])
    page.goto("/datasets?set=folder/squares")
    page.get_by_text("Add a data set").click()
    page.get_by_role("tab", name="Upload a zip").click()
    page.locator("input[type=file]").set_input_files(archive)
    page.get_by_role("button", name="Add this zip").click()
    page.get_by_text("The zip holds a path that leads out of it").wait_for(timeout=SLOW_MS)


def test_a_set_is_looked_at_on_a_phone(page, server, real_scans):
    page.set_viewport_size({"width": 390, "height": 800})
    open_set(page, "folder/real")
    for tab in ("Scans", "Twins", "Split"):
        page.get_by_role("tab", name=tab).click()
        page.get_by_role("tab", name=tab, selected=True).wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
