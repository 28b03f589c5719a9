"""What happened in a run, what it was set to, and its links."""

from collections.abc import Sequence

import streamlit as st

from core.charts.event_text import event_line
from core.charts.going_on import exactness_told
from core.data.scan_set import UNREADABLE
from core.specs import links
from core.store import Event, Run
from pages.parts import code_view, visitor
from pages.parts.words import escaped, quoting

_MOST_BOXES = 3
_NOTE = ":material/image_not_supported:"


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


def show_notes(run: Run) -> None:
    """Show what a person should know of a run; many sentences share one box."""
    unreadable = [note for note in run.notes if UNREADABLE in note]
    others = [note for note in run.notes if UNREADABLE not in note]
    _show_together(unreadable, f"{len(unreadable)} files were left out: none is a readable image.")
    _show_together(others, f"There is more to know of this run: {len(others)} notes.")


def _show_together(notes: Sequence[str], summary: str) -> None:
    if len(notes) <= _MOST_BOXES:
        for note in notes:
            st.warning(escaped(note), icon=_NOTE)
        return
    st.warning(summary, icon=_NOTE)
    with st.expander("Each of them"):
        st.dataframe({"": notes}, hide_index=True)


def show_settings(run: Run) -> None:
    """Show a run's settings, links to its form and to share it, and how exactly it goes on."""
    query = links.to_query(run.spec) | visitor.parameters()
    st.page_link(
        "pages/train/configure.py",
        label="Open these settings in the form",
        icon=":material/tune:",
        query_params=query,
    )
    st.caption("Link to share: whoever opens it can watch the run, not stop or delete it.")
    st.code(f"{_address()}?run={run.id}", language=None)
    if run.device:
        st.caption(quoting(f"Going on from one of its epochs: {exactness_told(run)}"))
    with st.expander("Code", icon=":material/code:"):
        code_view.show(run.spec, key=f"code-{run.id}")
    st.json(run.spec.model_dump(mode="json"), expanded=2)


def _address() -> str:
    return (st.context.url or "").split("?")[0]
