"""The scans of a data set, to page through by class and split."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.data.audit.report import Audit
from pages.parts.words import escaped

PER_PAGE = 24
_WIDTH_PX = 132
_LONGEST = 20


def show(audit: Audit, *, key: str, sides: tuple[str, str]) -> None:
    """Show a page of scans, and what to choose them by.

    Args:
        audit: Of the set.
        key: Tells the sheets of different sets apart.
        sides: What the scans for training and those for testing are called.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label = st.selectbox(
            "Class",
            [-1, *range(len(audit.classes))],
            format_func=lambda i: "All classes" if i < 0 else audit.classes[i],
            key=f"sheet-class-{key}",
            width=220,
        )
        side = st.selectbox("Split", ["both", *sides], key=f"sheet-side-{key}", width=160)
    chosen = _chosen(audit, label, side, sides)
    pages = max(1, -(-len(chosen) // PER_PAGE))
    page = _turned(f"sheet-page-{key}-{label}-{side}", pages)
    some = chosen[page * PER_PAGE : (page + 1) * PER_PAGE]
    show_scans(audit, some.tolist())
    st.caption(
        "Look at the planes (axial, coronal, sagittal), the crops and the brightness: where one "
        "class looks different in a way that has nothing to do with a tumor, a network will learn "
        "that instead."
    )


def show_scans(audit: Audit, places: Sequence[int]) -> None:
    """Show some scans with their names in rows that fit the page."""
    if not places:
        st.info("No scans here.")
        return
    with st.container(horizontal=True, gap="small"):
        for index in places:
            with st.container(width=_WIDTH_PX, gap=None):
                st.image(np.asarray(audit.shown[index]), width=_WIDTH_PX, output_format="JPEG")
                st.caption(caption(audit, index))


def caption(audit: Audit, index: int) -> str:
    """Return what a scan is, in a line or two of Markdown."""
    fact = audit.facts[index]
    name = fact.name.rsplit("/", 1)[-1]
    short = name if len(name) <= _LONGEST else f"…{name[1 - _LONGEST :]}"
    twin = " · :orange[twin]" if audit.has_twin[index] else ""
    return f"{escaped(short)}  \n{escaped(audit.classes[fact.label])}{twin}"


def _chosen(audit: Audit, label: int, side: str, sides: tuple[str, str]) -> NDArray[np.int64]:
    wanted = audit.readable
    if label >= 0:
        wanted &= audit.labels == label
    if side in sides:
        wanted &= audit.testing == (side == sides[1])
    return np.flatnonzero(wanted)


def _turned(key: str, pages: int) -> int:
    """Show the buttons that turn pages, and return the page, from 0."""
    page = min(st.session_state.get(key, 0), pages - 1)

    def turn(by: int) -> None:
        st.session_state[key] = min(pages - 1, max(0, page + by))

    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Previous",
            icon=":material/chevron_left:",
            key=f"back-{key}",
            on_click=turn,
            args=(-1,),
            disabled=page == 0,
        )
        st.button(
            "Next",
            icon=":material/chevron_right:",
            key=f"on-{key}",
            on_click=turn,
            args=(1,),
            disabled=page == pages - 1,
        )
        st.caption(f"Page {page + 1} of {pages}", width="content")
    return page
