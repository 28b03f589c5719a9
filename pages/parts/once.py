"""Starting something once, however often and however fast its button is pressed.

Where another rerun waits, Streamlit stops a script at its next call of `st` or look at the
session. So there is none between the making of something and the note that it is made, and the
button stays the same one until what it made is on the screen.

A second click can also be on its way while that screen is drawn: it takes the visitor back to the
page that was left. So what was made stays due until its page is drawn to its end.
"""

import secrets
from collections.abc import Callable
from typing import TypedDict, cast

import streamlit as st


class _State(TypedDict):
    nonce: str
    made: str
    due: str
    page: str


class Once:
    """What one button makes.

    Args:
        name: Tells kinds of things apart, such as runs and sweeps.
    """

    def __init__(self, name: str) -> None:
        self._state = _state(name)

    @property
    def nonce(self) -> str:
        """What tells this button from the next one."""
        return self._state["nonce"]

    @property
    def made(self) -> str:
        """The id of what the button made, or ""."""
        return self._state["made"]

    def make(self, create: Callable[[], str]) -> None:
        """Make it, unless an earlier press did.

        Args:
            create: Makes it and returns its id, without a look at the session.
        """
        if not self.made:
            self._state["made"] = self._state["due"] = create()


def arrived(name: str, shown: str) -> None:
    """Have the next button make another one, if what the last one made is shown now."""
    state = _state(name)
    if state["made"] == shown:
        state.update(nonce=secrets.token_hex(4), made="")


def drawn(name: str, shown: str) -> None:
    """Note that the page of what was made is on the screen, to its end."""
    state = _state(name)
    if state["due"] == shown:
        state["due"] = ""


def overtaken(name: str, *, page: str, shown: str | None) -> str:
    """Return the id of what was made while a later click takes the visitor back, or "".

    It is returned once, so that nobody is held on a page.

    Args:
        name: The kind of things.
        page: The page that is about to be drawn.
        shown: The id of what it shows, if it shows such a thing.
    """
    state = _state(name)
    due, left = state["due"], state["page"]
    if due and due == shown:
        return ""
    state.update(due="", page=page)
    return due if page == left else ""


def _state(name: str) -> _State:
    new = _State(nonce=secrets.token_hex(4), made="", due="", page="")
    return cast("_State", st.session_state.setdefault(f"once-{name}", new))
