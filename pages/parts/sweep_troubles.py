"""What went wrong in a sweep: the whole of it, or some of its runs."""

import streamlit as st

from core.charts.sweep.results import SweepResults
from core.charts.sweep.troubles import failures_told, notes_told
from pages.parts.words import escaped


def show(results: SweepResults) -> None:
    """Say why the sweep ended before its end, why runs failed, and what else is noted of them."""
    ended = results.sweep.error
    for sentence in [*([ended] if ended else []), *failures_told(results)]:
        st.error(escaped(sentence), icon=":material/error:")
    notes = notes_told(results)
    if notes:
        with st.expander(f"Notes of its runs ({len(notes)})", icon=":material/info:"):
            st.markdown("\n".join(f"- {escaped(note)}" for note in notes))
