"""What a person has chosen on the replay page: in the session, and in the link."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from core.plateaus import what_if_links
from core.plateaus.what_if_links import NAMES, Values
from pages.parts import visitor

EXAMPLE, RUN, OWN = "Example", "A run", "Your own"
"""Where a curve comes from."""

_MINE = ("run", "source", "callback", "metric", "settings")
_OWN_IN_LINK = {"source": "own"}


@dataclass
class ReplayState:
    """The choices; they outlast a visit to another page.

    Attributes:
        source: Where the curve comes from.
        run_id: The stored run, if one was chosen.
        awaits_curve: Whether a link brought the settings for a curve that only the visitor has.
        training: Which training of a brought file, from 0.
        callback: The kind of callback.
        metric: As chosen; another curve may lack it.
        settings: Their values by the kind of callback, in the order of their names.
        shown: The name of the setting whose sliders are open.
        start_rate: Taken where the recording does not tell the first learning rate.
        step: The epoch, from 1, of the walk.
        generation: How often the sliders were given other values, which renames them.
        origins: The values that the sliders began with, by generation and setting.
    """

    source: str = EXAMPLE
    run_id: str | None = None
    awaits_curve: bool = False
    training: int = 0
    callback: str = "ReduceLROnPlateau"
    metric: str | None = None
    settings: dict[str, list[Values]] = field(default_factory=dict[str, list[Values]])
    shown: str = NAMES[0]
    start_rate: float | None = None
    step: int = 1
    generation: int = 0
    origins: dict[str, Values] = field(default_factory=dict[str, Values])

    @property
    def values(self) -> list[Values]:
        """The values of the settings of the chosen callback."""
        return self.settings.setdefault(self.callback, [])

    def replace(self, settings: Sequence[Values]) -> None:
        """Give the sliders of the chosen callback other values."""
        self.settings[self.callback] = [dict(values) for values in settings]
        self.renew()

    def renew(self) -> None:
        """Rename all widgets, so that they start from the values as they are."""
        self.generation += 1
        self.origins.clear()
        if self.shown not in NAMES[: len(self.values)]:
            self.shown = NAMES[0]

    def begin_anew(self) -> None:
        """Forget what belongs to the curve before, and draw the page again for another.

        What a link said of the curve that it could not hold stays for the one that is brought.
        """
        self.training, self.step, self.start_rate = 0, 1, None
        if not self.awaits_curve:
            self.metric = None
            self.settings.clear()
        self.renew()
        # Widgets above still have their old names: what is pressed in them would be lost.
        st.rerun()

    def key(self, name: str) -> str:
        """Return the key of a widget."""
        return f"replay-{self.generation}-{self.callback}-{name}"


def of_session() -> ReplayState:
    """Return the visitor's choices, with those of the link they came by."""
    state = st.session_state.setdefault("replay", ReplayState())
    query = {name: value for name, value in st.query_params.items() if name != "owner"}
    if query != st.session_state.get("replay_query") and set(query) & set(_MINE):
        _take(state, query)
    return state


def _take(state: ReplayState, query: dict[str, str]) -> None:
    state.awaits_curve = "run" not in query and _OWN_IN_LINK.items() <= query.items()
    if state.awaits_curve:
        state.source = OWN
    elif "run" in query:
        state.source, state.run_id = RUN, query["run"]
        # Another run has settings of its own.
        state.settings.clear()
        state.metric = None
    elif state.source == RUN:
        state.source = EXAMPLE
    taken = what_if_links.from_query(query)
    if taken is not None:
        state.callback, metric, settings = taken
        state.metric = metric or state.metric
        state.replace(settings)
    state.renew()


def to_link(state: ReplayState, metric: str) -> None:
    """Make the page's address reproduce it."""
    wanted = state.metric if state.awaits_curve else None
    query: dict[str, Any] = what_if_links.to_query(state.callback, wanted or metric, state.values)
    if state.source == RUN and state.run_id is not None:
        query = {"run": state.run_id, **query}
    elif state.source == OWN:
        query = _OWN_IN_LINK | query
    st.session_state["replay_query"] = query
    if dict(st.query_params.items()) != query | visitor.parameters():
        st.query_params.from_dict(query | visitor.parameters())
