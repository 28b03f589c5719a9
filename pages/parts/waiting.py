"""Following a task in the background without holding the page up."""

import streamlit as st

from pages.parts import services


def follow(key: str) -> None:
    """Show where a task stands, and draw the page anew when it has ended."""
    st.fragment(_show, run_every="0.5s")(key)


def _show(key: str) -> None:
    state = services.tasks().state(key)
    if state is None or state.done:
        st.rerun()
    st.progress(min(1.0, state.share), text=f"{state.phase} …")
