"""The curves of many runs, read once for all visitors until there is more."""

from collections.abc import Mapping, Sequence

import streamlit as st

from core import store
from core.charts.epoch_text import with_verdicts
from core.charts.history import History
from core.store import Epoch, Event, Run
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


def read_verdicts(histories: Sequence[History]) -> dict[str, Mapping[int, str]]:
    """Return what callbacks made of the epochs of runs, by their ids, one query for all of them."""
    runs = {history.run.id: history.run for history in histories}
    return _read_verdicts(tuple(runs), store.newest(services.db(), *runs), runs)


@st.cache_resource(max_entries=8, show_spinner=False)
def _read_verdicts(
    ids: tuple[str, ...],
    newest: tuple[int, int],  # noqa: ARG001 - the key, as above
    _runs: Mapping[str, Run],
) -> dict[str, Mapping[int, str]]:
    epochs = store.read_curves(services.db(), ids, counters=True)
    return {
        run_id: with_verdicts(History(run, epochs[run_id], ())).verdicts
        for run_id, run in _runs.items()
    }
