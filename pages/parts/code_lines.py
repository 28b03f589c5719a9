"""Source code with some of its lines marked."""

import html
from collections.abc import Container

import streamlit as st

from core.store.traces import Listing

# The page's own colours, light or dark: only how much of them is said here.
_MARKED = "background:color-mix(in srgb,var(--st-primary-color) 22%,transparent)"
_BLOCK = (
    "margin:0;padding:.6rem 0;border-radius:.5rem;overflow:auto;max-height:26rem;"
    "font:.8rem/1.55 var(--st-code-font,monospace);"
    "background:var(--st-secondary-background-color)"
)
_ROW = "display:block;width:max-content;min-width:100%;padding:0 .8rem;box-sizing:border-box"
_NUMBER = "display:inline-block;width:2.6rem;opacity:.5;user-select:none"
_PALE = "opacity:.55"


def show(listing: Listing, marked: Container[int], *, pale_others: bool = False) -> None:
    """Show a listing with the numbers of its lines.

    Args:
        listing: The code.
        marked: The numbers of the lines to mark.
        pale_others: Whether the other lines step back.
    """
    rows = [
        _row(number, text, number in marked, pale=pale_others)
        for number, text in zip(listing.numbers, listing.lines, strict=True)
    ]
    st.html(f'<pre style="{_BLOCK}">{"".join(rows)}</pre>')


def _row(number: int, text: str, marked: bool, *, pale: bool) -> str:
    style = f"{_ROW};{_MARKED}" if marked else f"{_ROW};{_PALE}" if pale else _ROW
    code = html.escape(text) or " "
    return f'<span style="{style}"><span style="{_NUMBER}">{number}</span>{code}</span>'
