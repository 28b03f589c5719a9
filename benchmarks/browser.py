"""Chromium, as a person would use it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_PATIENCE_MS = 60_000
WARM_UP_MS = 180_000


class NoBrowser(RuntimeError):
    """Chromium is not installed."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield a browser, which is gone afterwards.

    Raises:
        NoBrowser: If there is no Chromium.
    """
    path = shutil.which("chromium")
    if path is None:
        raise NoBrowser("This benchmark needs a program `chromium`: apt-get install chromium.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def new_page(browser: Browser, url: str) -> Iterator[Page]:
    """Yield a page of a visitor's own with an empty cache, 1280 pixels wide.

    Args:
        browser: The browser.
        url: What addresses on the page are relative to.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 1000}, base_url=url)
    try:
        page = context.new_page()
        page.set_default_timeout(_PATIENCE_MS)
        yield page
    finally:
        context.close()


def wait_until_warm(page: Page) -> None:
    """Wait until the app's sidebar says that a run would start at once."""
    page.get_by_text("The engine is ready.").wait_for(timeout=WARM_UP_MS)


def press(page: Page, button: str) -> float:
    """Press a button, and return when the page felt it, in Unix seconds."""
    found = page.get_by_role("button", name=button)
    found.wait_for()
    page.evaluate(
        "addEventListener('click', () => { window.pressedMs = Date.now() },"
        " {capture: true, once: true})"
    )
    found.click()
    return page.evaluate("window.pressedMs") / 1000
