"""The curves of many runs, read once for all visitors until there is more."""

import streamlit as st

from core import store
from core.store import Epoch, Event
from pages.parts import services


def read(ids: tuple[str, ...]) -> tuple[dict[str, list[Epoch]], dict[str, list[Event]]]:
    """Return the epochs and events of runs by their ids, two queries for all of them."""
    return _read(ids, store.newest(services.db(), *ids))


@st.cache_resource(max_entries=8, show_spinner=False)
def _read(
    ids: tuple[str, ...],
    newest: tuple[int, int],  # noqa: ARG001 - the key: another number means new rows
) -> tuple[dict[str, list[Epoch]], dict[str, list[Event]]]:
    return store.read_curves(services.db(), ids), store.read_events_of(services.db(), ids)
