"""What a callback would have done on a recorded curve, and why; nothing is trained."""

import streamlit as st

from core.charts.agreement import agreement
from core.charts.live import CONFIG
from core.charts.replay import ReplayView, replay_figure
from core.plateaus.recorded_rates import RecordedRates
from core.plateaus.what_if import Replayed, Setting, replay_setting
from core.plateaus.what_if_wording import evidence_told, parting_told
from pages.parts import (
    chart,
    recording,
    replay_advice,
    replay_sliders,
    replay_start,
    replay_state,
    train_for_real,
    verdict_views,
)
from pages.parts.replay_sliders import BADGES
from pages.parts.words import escaped

STEPS, TABLE, RELEASES, ADVICE = "Step by step", "All verdicts", "Releases", "Advice"


def replay_all(settings: list[Setting]) -> list[Replayed]:
    """Replay the settings; say why one cannot be."""
    replays: list[Replayed] = []
    for setting in settings:
        try:
            replays.append(replay_setting(setting, curve, rates))
        except ValueError as error:
            st.warning(f"**{setting.name}**: {escaped(str(error))}", icon=":material/help:")
    return replays


def show_evidence() -> None:
    """Say what each setting does, how far that is exact, and where they part."""
    for one in replays:
        name = one.setting.name
        told = escaped(evidence_told(one, rates))
        st.markdown(f":{BADGES[name]}-badge[**{name}**] {told}")
        if replay_start.is_own(one.setting, own):
            found = agreement(one, source.events)
            icon = ":material/check_circle:" if found.agrees else ":material/error:"
            # A fork, or a person who set the rate, is not what these settings alone would do.
            if found.agrees or not source.is_of_several_hands:
                st.caption(f"{icon} {escaped(found.sentence)}")
    if replays[1:]:
        st.markdown(escaped(" ".join(parting_told(replays[0], other) for other in replays[1:])))


state = replay_state.of_session()
st.title("Replay")
st.markdown(
    "When would a callback have acted on a recorded training, and why? Move a slider and see at "
    "once. Nothing is trained: the rules are Keras's own, counted again over the recorded curve."
)
source = recording.choose(state)
with st.container(horizontal=True, vertical_alignment="bottom"):
    metric = replay_start.choose(state, source)
    rates = RecordedRates.of(
        source.curves.rates,
        len(source.curves),
        start=replay_start.rate(state, source),
        printed=source.curves.source == "console",
        planned=source.is_planned,
    )
curve, own = source.curves.curve(metric), replay_start.own_callback(state.callback, source, metric)
picture, sliders = st.columns([5, 2], gap="medium")
with sliders:
    replay_sliders.show(state, curve)
with picture:
    replays = replay_all(replay_sliders.settings_of(state, metric))
    drawn = st.empty()
shown = next((one for one in replays if one.setting.name == state.shown), None)
show_evidence()
if shown is not None:
    train_for_real.show(shown, source, own)
    train_for_real.show_call(shown, source)
steps, table, releases, advice = st.tabs(
    [STEPS, TABLE, RELEASES, ADVICE], key="replay-tabs", on_change="rerun"
)
with steps:
    if steps.open and shown is not None:
        verdict_views.show_steps(state, shown)
with table:
    if table.open:
        verdict_views.show_table(replays)
with releases:
    if releases.open and shown is not None:
        verdict_views.show_releases(shown, rates)
with advice:
    if advice.open and shown is not None:
        replay_advice.show(source, shown, metric=metric)
with drawn:
    view = ReplayView(
        metric=metric,
        curve=curve,
        rates=rates,
        replays=replays,
        evidence=f"replayed · {source.evidence}",
        revision=f"{source.key}-{metric}",
        dark=st.context.theme.type == "dark",
        pointed=state.step - 1 if steps.open and shown is not None else None,
        events=source.events,
    )
    chart.show(replay_figure(view), key="replay-chart", config=CONFIG)
replay_state.to_link(state, metric)
