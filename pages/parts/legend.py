"""The legend of a chart, below it, in as many rows as the screen needs."""

import html
from collections.abc import Iterable

import streamlit as st

_ROW = "display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;font-size:.8rem;opacity:.9"


def show(entries: Iterable[tuple[str, str, str]]) -> None:
    """Show entries, each a name, a colour "#rrggbb" and the character of a shape."""
    items = "".join(
        f'<span><span style="color:{colour}">{shape}</span> {html.escape(name)}</span>'
        for name, colour, shape in entries
    )
    st.html(f'<div style="{_ROW}">{items}</div>')
