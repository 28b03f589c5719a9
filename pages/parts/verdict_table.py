"""Every epoch's verdict of every callback, the epochs in which it acted set apart."""

from collections.abc import Sequence

import streamlit as st

from core.charts.run_verdicts import CallbackVerdicts, run_verdicts
from core.plateaus.verdicts import Verdict
from core.store import Epoch, Event, Run
from pages.parts.words import escaped

# Colour and sign of an epoch in which the callback acted.
_ACTS = {
    "ReduceLROnPlateau": ("orange", "trending_down"),
    "EarlyStopping": ("red", "stop_circle"),
    "ModelCheckpoint": ("green", "save"),
}
_HEIGHT_PX = 420
_NAMED = 5


def show(run: Run, epochs: Sequence[Epoch], events: Sequence[Event]) -> None:
    """Show what a callback made of each epoch, and let the person choose which one.

    Of a fork, only its own epochs are told: those before are its parent's.
    """
    fork = -1 if run.forked_at is None else run.forked_at
    own = [epoch for epoch in epochs if epoch.epoch > fork]
    if not own:
        return
    # Brought back by Keras, callbacks began anew.
    judged = own if run.keras_restore else epochs
    callbacks = {told.kind: told for told in run_verdicts(run, judged, events)}
    if not callbacks:
        return
    st.markdown("**Why, epoch by epoch**")
    with st.container(horizontal=True, vertical_alignment="center"):
        kind = st.segmented_control(
            "Callback",
            list(callbacks),
            default=next(iter(callbacks)),
            required=True,
            key=f"verdicts-{run.id}",
            label_visibility="collapsed",
            wrap=True,
        )
        acts_only = st.toggle("Only where it acted", key=f"verdicts-acts-{run.id}")
    told = callbacks[kind or next(iter(callbacks))]
    if told.refusal:
        st.caption(f":material/help: {escaped(told.refusal)}")
        return
    if len(told.verdicts) <= len(judged) - len(own):
        st.caption(
            "Counted from epoch 1 on, these settings stop before this run's own epochs begin: a "
            "replay says nothing about them. What it did is in the list of events."
        )
        return
    rows = [
        _row(told.kind, epoch, verdict, acted)
        # EarlyStopping judges no epoch behind the one in which it would stop.
        for epoch, verdict, acted in zip(judged, told.verdicts, told.acted, strict=False)
        if epoch.epoch > fork and (acted or not acts_only)
    ]
    if rows:
        height = _HEIGHT_PX if len(rows) > _NAMED else "content"
        with st.container(height=height, autoscroll=True, border=False):
            st.table(rows, border="horizontal", hide_index=True)
    else:
        st.caption("It has not acted.")
    st.caption(_evidence(told, [number for number in told.apart if number > fork + 1]))


def _row(kind: str, epoch: Epoch, verdict: Verdict, acted: bool) -> dict[str, str]:
    # The column beside it holds the epoch.
    sentence = escaped(verdict.sentence.partition(": ")[2])
    if acted:
        colour, sign = _ACTS[kind]
        sentence = f":{colour}[:material/{sign}: **{sentence}**]"
    row = {"epoch": str(epoch.epoch + 1)}
    if kind != "ModelCheckpoint":
        row["wait"] = str(verdict.wait)
    return row | {"what it made of the epoch": sentence}


def _evidence(told: CallbackVerdicts, apart: Sequence[int]) -> str:
    """Say what the sentences rest on, and whether Keras counted the same."""
    rests_on = "replayed · Keras 3.15's rules over the recorded curve"
    if told.kind == "ModelCheckpoint":
        return f"{rests_on}."
    if not apart:
        return f"{rests_on}; `wait` is what Keras itself counted, in every epoch."
    some = ", ".join(map(str, apart[:_NAMED])) + (" …" if apart[_NAMED:] else "")
    return f"{rests_on}; Keras itself counted another `wait` in epoch {some}: that one holds."
