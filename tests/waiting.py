"""Waiting for what another process does."""

import itertools
import threading
import time
from collections.abc import Callable
from typing import Any

_PAUSE = threading.Event()
_LOOKS = itertools.count()
_SLOW_S = 120.0
# Between two redraws that follow one another, Streamlit rests for a moment.
_STILL = """look => {
    const app = document.querySelector('[data-testid=stApp]'), now = performance.now();
    const state = app?.dataset.testScriptState;
    const drawn = state === 'notRunning' && !document.querySelector('[data-testid=stSkeleton]');
    if (!drawn || window.lookedAt !== look) [window.lookedAt, window.stillSince] = [look, now];
    return now - window.stillSince > 150;
}"""


def until(condition: Callable[[], object], *, within_s: float, what: str) -> None:
    """Return as soon as a condition holds.

    Raises:
        AssertionError: If it does not hold in time.
    """
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, f"not within {within_s} s: {what}"
        _PAUSE.wait(0.02)


def until_drawn(page: Any) -> None:
    """Return when Streamlit has drawn a page to its end, late parts included, and rests.

    While it draws, what it drew before stays in the page beside the new, and what is pressed may
    move away below the mouse. A step that draws anew is first waited for by what it shows: its
    redraw begins a moment after it.

    Source: `data-test-script-state` of `stApp`, Streamlit 1.67.
    """
    page.wait_for_function(_STILL, arg=next(_LOOKS), timeout=1000 * _SLOW_S)


def until_it_fits(page: Any) -> None:
    """Return when a page that is drawn is no wider than its window; charts shrink a little late."""
    until_drawn(page)
    page.wait_for_function("() => document.documentElement.scrollWidth <= window.innerWidth")
