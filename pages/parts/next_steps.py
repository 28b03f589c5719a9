"""Where to go from a run: replay it, evaluate its model, see it beside the one it goes on from."""

import streamlit as st

from core import store
from core.charts.compare.link import Comparison
from core.charts.going_on import turns_told
from core.charts.keras_restore import ALSO_LOST, acts_told, loss_told
from core.store import History, Run
from pages.parts import services, visitor
from pages.parts.compare_choice import COMPARE
from pages.parts.launch import MONITOR
from pages.parts.words import escaped


def show_links(run: Run, history: History) -> None:
    """Show where a run that has ended leads to."""
    if not history.epochs or run.is_active:
        return
    st.page_link(
        "pages/plateaus/replay.py",
        label="What if? Replay it with other settings",
        icon=":material/replay:",
        query_params={"run": run.id, **visitor.parameters()},
    )
    st.page_link(
        "pages/scans/evaluate.py",
        label="What is it worth? Evaluate its model",
        icon=":material/fact_check:",
        query_params={"runs": run.id, **visitor.parameters()},
    )


def show_turns(run: Run, history: History) -> None:
    """Say which turns a run took: where it was forked, where workers died."""
    for sentence in turns_told(run, history.events):
        st.info(sentence, icon=":material/healing:")
    if run.parent_id is None or run.forked_at is None:
        return
    parent = store.read_run(services.db(), run.parent_id)
    after = run.forked_at + 1
    how = "Brought back as Keras's BackupAndRestore would" if run.keras_restore else "Forked"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            f":material/fork_right: {how}, after epoch {after} of **{escaped(parent.name)}**.",
            width="content",
        )
        st.page_link(
            MONITOR,
            label="Open it",
            icon=":material/monitoring:",
            query_params={"run": parent.id, **visitor.parameters()},
        )
        st.page_link(
            COMPARE,
            label="Compare the two",
            icon=":material/stacked_line_chart:",
            query_params=Comparison(runs=(parent.id, run.id)).to_query() | visitor.parameters(),
        )
    if run.keras_restore:
        show_loss(run, parent, history)


def show_loss(run: Run, parent: Run, history: History) -> None:
    """Say what the callbacks of a run lost that Keras's own backup brought back."""
    exact, after = store.read_history(services.db(), parent.id), run.forked_at or 0
    own = [epoch for epoch in history.epochs if epoch.epoch > after]
    lost = loss_told(run.spec, exact.epochs, own, after_epoch=after)
    acts = acts_told(exact.events, history.events, after_epoch=after)
    st.markdown("\n".join(f"- {escaped(sentence)}" for sentence in [*lost, ALSO_LOST, *acts]))
