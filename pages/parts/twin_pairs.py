"""Twins side by side, with what is different between them."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.data.audit import pairs
from core.data.audit.pairs import KINDS, Kind, Pair, TwinCounts
from core.data.audit.report import Audit
from pages.parts.words import escaped

_PER_PAGE = 6
# Two cards in a row beside an open sidebar at 1280 pixels, two pictures in a card on a phone.
_CARD_PX, _WIDTH_PX = 372, 148
_AMPLIFIED = 4
_WORDS: dict[Kind, str] = {
    "training and testing": "Across training and testing",
    "different classes": "Across classes",
    "same file": "Byte for byte the same",
    "all": "All",
}


def show(audit: Audit, counts: TwinCounts, *, key: str, sides: tuple[str, str]) -> None:
    """Show the pairs of a kind, six at a time.

    Args:
        audit: Of the set.
        counts: Of its twins.
        key: Tells sets apart.
        sides: What the scans for training and those for testing are called.
    """
    if not counts.scans:
        st.success("No two scans of this set are the same picture.", icon=":material/check_circle:")
        return
    st.markdown(
        f"**{counts.scans:,}** of {audit.readable.sum():,} scans have a twin: the same picture, or "
        "so nearly that at 24 by 24 pixels the two correlate above 0.999. "
        f"**{counts.identical:,}** files are byte for byte another's."
    )
    found = {kind: pairs.pairs(audit, kind) for kind in KINDS}
    kind = st.segmented_control(
        "Which pairs",
        [kind for kind in KINDS if found[kind]],
        default=next(kind for kind in KINDS if found[kind]),
        format_func=lambda kind: f"{_WORDS[kind]} ({len(found[kind]):,})",
        key=f"pairs-{key}",
        required=True,
    )
    chosen = found[kind or "all"]
    pages = -(-len(chosen) // _PER_PAGE)
    page = 1
    if pages > 1:
        page = st.number_input(
            f"Page, of {pages:,}", 1, pages, key=f"pairs-page-{key}-{kind}", width=160
        )
    with st.container(horizontal=True):
        for pair in chosen[(page - 1) * _PER_PAGE : page * _PER_PAGE]:
            _show_pair(audit, pair, sides)


def _show_pair(audit: Audit, pair: Pair, sides: tuple[str, str]) -> None:
    first, second = np.asarray(audit.shown[pair.first]), np.asarray(audit.shown[pair.second])
    with st.container(border=True, width=_CARD_PX):
        words = (
            "byte for byte the same file"
            if pair.identical
            else f"nearly the same picture · correlation {pair.correlation:.5f}"
        )
        st.markdown(f":material/content_copy: {words}")
        with st.container(horizontal=True):
            _show_one(audit, pair.first, first, sides)
            _show_one(audit, pair.second, second, sides)
            if not pair.identical:
                with st.container(width=_WIDTH_PX, gap=None):
                    st.image(_difference(first, second), width=_WIDTH_PX, output_format="PNG")
                    st.caption(f"difference, {_AMPLIFIED} times as strong")


def _show_one(audit: Audit, index: int, picture: NDArray[np.uint8], sides: tuple[str, str]) -> None:
    fact = audit.facts[index]
    with st.container(width=_WIDTH_PX, gap=None):
        st.image(picture, width=_WIDTH_PX, output_format="JPEG")
        side = sides[1] if fact.testing else sides[0]
        name = escaped(fact.name.rsplit("/", 1)[-1])
        st.caption(f"**{side}** · {escaped(audit.classes[fact.label])}  \n{name}")


def _difference(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> NDArray[np.uint8]:
    apart = np.abs(first.astype(np.int16) - second.astype(np.int16)) * _AMPLIFIED
    return np.minimum(apart, 255).astype(np.uint8)
