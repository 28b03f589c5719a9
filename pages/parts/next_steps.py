"""Where to go from a run: replay it, evaluate or ask its model, see what it goes on from."""

import streamlit as st

from core.charts.compare.link import Comparison
from core.charts.going_on import turns_told
from core.store import History, Run, RunStatus
from pages.parts import keras_loss, saved_models, stored, visitor
from pages.parts.compare_choice import COMPARE
from pages.parts.launch import MONITOR
from pages.parts.words import escaped

_WITHOUT_WORKER = (
    ("learn/playground", "Playground: a training, simulated", "science"),
    ("plateaus/replay", "Replay: the rules over a recorded curve", "replay"),
)


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
    if saved_models.weights_of(run, history.events):
        st.page_link(
            "pages/scans/evaluate.py",
            label="What is it worth? Evaluate its model",
            icon=":material/fact_check:",
            query_params={"runs": run.id, **visitor.parameters()},
        )
    here = saved_models.weights_here(run, history.events)
    # The last weights of a training that diverged answer NaN.
    sound = [which for which in here if which == "best" or run.status is not RunStatus.DIVERGED]
    if sound:
        show_reading(f"{run.id}-{sound[0]}")


def show_meanwhile(run: Run) -> None:
    """Show what can be done while a run waits for a worker."""
    if run.status is not RunStatus.QUEUED:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("Meanwhile, what needs no worker:", width="content")
        for page, label, icon in _WITHOUT_WORKER:
            link = {"icon": f":material/{icon}:", "query_params": visitor.parameters()}
            st.page_link(f"pages/{page}.py", label=label, **link)


def show_reading(model: str) -> None:
    """Show a link to a model on Classify.

    Args:
        model: The run and which of its weights, as Classify's own link has it.
    """
    st.page_link(
        "pages/scans/classify.py",
        label="Have it read a scan",
        icon=":material/image_search:",
        query_params={"model": model, **visitor.parameters()},
    )


def show_turns(run: Run, history: History) -> None:
    """Say which turns a run took: where it was forked, where workers died."""
    for sentence in turns_told(run, history.events):
        st.info(sentence, icon=":material/healing:")
    if run.parent_id is None or run.forked_at is None:
        return
    parent = stored.run(run.parent_id)
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
        keras_loss.show(run, parent)
