"""Source code with some of its lines marked."""

import html
from collections.abc import Container, Iterator
from itertools import groupby

import streamlit as st

from core.charts.palette import palette
from core.store.traces import Listing

_BLOCK = (
    "margin:0 0 .8rem;padding:.6rem 0;border-radius:.5rem;overflow-x:auto;"
    "font:.78rem/1.6 'Source Code Pro',monospace;"
    "background:color-mix(in srgb,currentColor 5%,transparent)"
)
_ROW = "display:block;width:max-content;min-width:100%;padding:0 .8rem;box-sizing:border-box"
_NUMBER = "display:inline-block;width:2.6rem;opacity:.5;user-select:none"
# Gaps of this many lines are shown as they are.
_SHORT_GAP = 3


def show(listing: Listing, marked: Container[int], *, fold: bool = False) -> None:
    """Show a listing with the numbers of its lines.

    Args:
        listing: The code.
        marked: The numbers of the lines to mark.
        fold: Whether to leave out long stretches of lines that are not marked.
    """
    dark = st.context.theme.type == "dark"
    rows = _folded(listing, marked, dark=dark) if fold else _plain(listing, marked, dark=dark)
    st.html(f'<pre style="{_BLOCK}">{"".join(rows)}</pre>')


def _plain(listing: Listing, marked: Container[int], *, dark: bool) -> Iterator[str]:
    for number, text in zip(listing.numbers, listing.lines, strict=True):
        yield _row(str(number), text, style=_marked(dark) if number in marked else "")


def _folded(listing: Listing, marked: Container[int], *, dark: bool) -> Iterator[str]:
    numbered = list(zip(listing.numbers, listing.lines, strict=True))
    first = listing.numbers[0]
    for is_marked, group in groupby(numbered, key=lambda row: row[0] in marked or row[0] == first):
        lines = list(group)
        if not is_marked and len(lines) > _SHORT_GAP:
            yield _row("⋮", f"{len(lines)} lines that did not run", style="opacity:.45")
            continue
        for number, text in lines:
            style = _marked(dark) if number in marked else "opacity:.55"
            yield _row(str(number), text, style=style)


def _marked(dark: bool) -> str:
    # The last two digits are the opacity.
    return f"background:{palette(dark).validation}2e"


def _row(number: str, text: str, *, style: str) -> str:
    code = html.escape(text) or " "
    return f'<span style="{_ROW};{style}"><span style="{_NUMBER}">{number}</span>{code}</span>'
