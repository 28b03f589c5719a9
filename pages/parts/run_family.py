"""The family of a run as a tree: whatever is pressed in it is opened."""

from collections.abc import Sequence

import streamlit as st

from core.charts.family import family_figure
from core.charts.live import CONFIG
from core.store import Run
from pages.parts import chart, stored, visitor
from pages.parts.launch import MONITOR
from pages.parts.words import STATUS_BADGES, escaped

_PRESSED = "family-pressed"


def show(run: Run, family: Sequence[Run]) -> None:
    """Show a run with its ancestors and all their forks."""
    past = stored.histories(family)
    st.caption(
        "Each line is a run; a fork leaves its parent's line after the last epoch they share. "
        "Press a line to open its run."
    )
    figure = family_figure(family, past, shown=run.id, dark=st.context.theme.type == "dark")
    chart.show(figure, key=f"family-{run.id}", config=CONFIG, on_press=_press)
    if pressed := st.session_state.pop(_PRESSED, None):
        st.switch_page(MONITOR, query_params={"run": pressed, **visitor.parameters()})
    with st.container(horizontal=True):
        for one in family:
            if one.id != run.id:
                st.page_link(
                    MONITOR,
                    label=escaped(one.name),
                    icon=STATUS_BADGES[one.status][1],
                    query_params={"run": one.id, **visitor.parameters()},
                )


def _press(run_id: object) -> None:
    if isinstance(run_id, str):
        st.session_state[_PRESSED] = run_id
