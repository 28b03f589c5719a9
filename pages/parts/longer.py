"""A long list, a part at a time, so that its page stays quick and its end can be reached."""

import streamlit as st


def shown(key: str, step: int) -> int:
    """Return how many of a list are shown.

    Args:
        key: Tells the lists of a session apart.
        step: How many at first, and more with each press.
    """
    return st.session_state.setdefault(key, step)


def offer(key: str, step: int, *, label: str, more: bool) -> None:
    """Show a button that lengthens a list, where there is more of it."""
    if more:
        st.button(
            label,
            key=f"{key}-more",
            icon=":material/add:",
            on_click=_lengthen,
            args=(key, step),
        )


def _lengthen(key: str, step: int) -> None:
    st.session_state[key] += step
