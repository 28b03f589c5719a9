"""What happened in a run, what it was set to, and its links."""

from collections.abc import Sequence

import streamlit as st

from core.charts.event_text import event_line
from core.specs import links
from core.store import Event, Run
from pages.parts import code_view, visitor


def show_events(events: Sequence[Event]) -> None:
    """Show every act of a callback in a sentence, newest last."""
    if not events:
        st.caption("Nothing yet. Acts of callbacks appear here and as marks on the chart.")
        return
    rows = [
        {
            "epoch": None if event.epoch is None else event.epoch + 1,
            "what happened": event_line(event),
        }
        for event in events
    ]
    st.dataframe(rows, hide_index=True, width="stretch")


def show_settings(run: Run) -> None:
    """Show a run's settings, a link to its configuration and one to share it."""
    query = links.to_query(run.spec) | visitor.parameters()
    st.page_link(
        "pages/train/configure.py",
        label="Open these settings in the form",
        icon=":material/tune:",
        query_params=query,
    )
    st.caption("Link to share: whoever opens it can watch the run, not stop or delete it.")
    st.code(f"{_address()}?run={run.id}", language=None)
    with st.expander("Code", icon=":material/code:"):
        code_view.show(run.spec, key=f"code-{run.id}")
    st.json(run.spec.model_dump(mode="json"), expanded=2)


def _address() -> str:
    return (st.context.url or "").split("?")[0]
