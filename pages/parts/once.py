"""Starting something once, however often and however fast its button is pressed.

Where another rerun waits, Streamlit stops a script at its next call of `st` or look at the
session. So there is none between the making of something and the note that it is made, and the
button stays the same one until what it made is on the screen.
"""

import secrets
from collections.abc import Callable

import streamlit as st


class Once:
    """What one button makes.

    Args:
        name: Tells kinds of things apart, such as runs and sweeps.
    """

    def __init__(self, name: str) -> None:
        self.nonce: str = st.session_state.setdefault(_nonce(name), secrets.token_hex(4))
        self._made: dict[str, str] = st.session_state.setdefault(_made(name), {})

    @property
    def made(self) -> str:
        """The id of what the button made, or ""."""
        return self._made.get(self.nonce, "")

    def make(self, create: Callable[[], str]) -> None:
        """Make it, unless an earlier press did.

        Args:
            create: Makes it and returns its id, without a look at the session.
        """
        if not self.made:
            self._made[self.nonce] = create()


def arrived(name: str, shown: str) -> None:
    """Have the next button make another one, if what the last one made is shown now."""
    nonce = st.session_state.get(_nonce(name))
    if nonce is not None and st.session_state.get(_made(name), {}).get(nonce) == shown:
        del st.session_state[_nonce(name)]


def _nonce(name: str) -> str:
    return f"{name}-nonce"


def _made(name: str) -> str:
    return f"{name}-made"
