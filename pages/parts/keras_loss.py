"""What Keras's own resume lost, of a run that BackupAndRestore brought back."""

from collections.abc import Sequence

import streamlit as st

from core import store
from core.charts.keras_restore import ALSO_LOST, EVERY_LATER_FIT, acts_told, loss_told
from core.store import Run
from pages.parts import services, stored
from pages.parts.words import escaped


def show(run: Run, parent: Run) -> None:
    """Say what callbacks and dropout lost, and when the callbacks acted because of it.

    Args:
        run: The run that was brought back.
        parent: The exact run that it is beside.
    """
    after = run.forked_at or 0
    exact = stored.history(parent)
    own = store.read_epochs(services.db(), run.id)
    lost = loss_told(run.spec, exact.epochs, own, after_epoch=after)
    acts = acts_told(exact.events, store.read_events(services.db(), run.id), after_epoch=after)
    told = [*lost, ALSO_LOST, *acts, EVERY_LATER_FIT]
    st.markdown("\n".join(f"- {escaped(sentence)}" for sentence in told))


def show_among(runs: Sequence[Run]) -> None:
    """Say it of each such run that stands beside the exact one in a comparison."""
    by_id = {run.id: run for run in runs}
    pairs = [(run, by_id.get(run.parent_id or "")) for run in runs if run.keras_restore]
    beside = [(run, parent) for run, parent in pairs if parent is not None]
    if not beside:
        return
    st.subheader("What Keras's own resume lost")
    for run, parent in beside:
        st.markdown(f"**{escaped(run.name)}** beside **{escaped(parent.name)}**")
        show(run, parent)
