"""The sweep that a visitor is writing: in the session, and in the link."""

from dataclasses import dataclass, field

import streamlit as st

from core.specs import links, presets
from core.specs.sweep_draft import SweepDraft, draft_for
from pages.parts import visitor
from pages.parts.form import Form

_QUERY = "sweep_query"
GRID, LIST = "Grid", "List"


@dataclass
class Axes:
    """What differs, as it stands in the widgets; it outlasts a visit to another page.

    Attributes:
        varied: The text of each parameter's values, by its flat name.
        as_list: Whether the list counts, and not the grid.
        listed: The pasted list.
        seeds: How many.
        generation: How often the widgets were given other values, which renames them.
    """

    varied: dict[str, str] = field(default_factory=dict[str, str])
    as_list: bool = False
    listed: str = ""
    seeds: int = 1
    generation: int = 0

    def key(self, name: str) -> str:
        """Return the key of a widget."""
        return f"sweep-{self.generation}-{name}"


def form() -> Form:
    """Return the form of the base."""
    return Form("sweep")


def axes() -> Axes:
    """Return what differs."""
    return st.session_state.setdefault("sweep_axes", Axes())


def take_link() -> None:
    """Fill the page from the link it was opened with, or with a sweep over the quick demo."""
    query = {name: value for name, value in st.query_params.items() if name != "owner"}
    if query and query != st.session_state.get(_QUERY) and links.is_configuration(query):
        take(SweepDraft.from_query(query))
    elif not form().values:
        take(draft_for(presets.quick_demo()))


def take(draft: SweepDraft) -> None:
    """Give the page another draft."""
    form().replace(dict(draft.base))
    before = axes()
    st.session_state["sweep_axes"] = Axes(
        varied=dict(draft.varied),
        as_list=bool(draft.listed),
        listed=draft.listed,
        seeds=min(max(draft.seeds, 1), 10),
        generation=before.generation + 1,
    )


def current() -> SweepDraft:
    """Return what the widgets hold."""
    held = axes()
    listed = (held.listed or " ") if held.as_list else ""
    return SweepDraft(form().values, held.varied, listed, held.seeds)


def keep_link() -> None:
    """Put the draft into the address."""
    st.session_state[_QUERY] = current().to_query()
    st.query_params.from_dict(st.session_state[_QUERY] | visitor.parameters())
