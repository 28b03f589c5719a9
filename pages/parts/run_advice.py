"""Advice on the curve of a run that has ended."""

from collections.abc import Sequence

import streamlit as st

from core import store
from core.charts.live import evidence
from core.charts.summary import monitored
from core.plateaus.directions import likely_direction
from core.store import Epoch, Event, EventKind, Run
from pages.parts import advice_panel, compare_advice


def show(run: Run, epochs: Sequence[Epoch], events: Sequence[Event]) -> None:
    """Show the advice once the run has ended."""
    if run.is_active:
        st.caption("When the run has ended, this says where it plateaued and what to set.")
        return
    if not epochs:
        st.caption("No epoch was finished: there is no curve to judge.")
        return
    curves = store.recorded_curves(epochs)
    judged = monitored(run.spec).metric
    metric = st.selectbox(
        "Metric",
        curves.metrics,
        index=curves.metrics.index(judged) if judged in curves.metrics else 0,
        key=f"advice-metric-{run.id}",
        width=260,
    )
    if any(event.kind is EventKind.EARLY_STOP for event in events):
        st.caption(
            "EarlyStopping ended this run: what more epochs would have brought is not on its curve."
        )
    advice_panel.show(
        [curves],
        metric=metric,
        mode=likely_direction(metric),
        key=f"advice-{run.id}-{metric}",
        base=run.spec,
        about=evidence(run.spec.scans).split(" · ")[1],
    )
    compare_advice.show_link(run)
