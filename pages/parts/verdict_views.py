"""Why each epoch ended as it did: step by step, as a table, and by release."""

from collections.abc import Sequence

import streamlit as st

from core.plateaus.recorded_rates import RecordedRates
from core.plateaus.release_comparison import compare_releases, reuse_told
from core.plateaus.verdicts import Verdict
from core.plateaus.what_if import Replayed
from core.plateaus.what_if_wording import best_told
from core.plateaus.wording import format_rate
from pages.parts.replay_sliders import BADGES
from pages.parts.replay_state import ReplayState
from pages.parts.words import escaped


def show_steps(state: ReplayState, replayed: Replayed) -> None:
    """Walk through the epochs one by one, with the callback's counters."""
    last = len(replayed.verdicts)
    key = f"replay-step-{last}"
    # Written before the slider is made, it may be moved by the buttons as well.
    st.session_state[key] = state.step = min(max(1, state.step), last)
    with st.container(horizontal=True, vertical_alignment="center"):
        _step_button(state, "Previous", -1, last)
        _step_button(state, "Next", +1, last)
        st.markdown(f"**Epoch {state.step} of {replayed.epochs}**", width="content")
    if last > 1:
        st.slider(
            "Epoch",
            1,
            last,
            key=key,
            label_visibility="collapsed",
            on_change=lambda: setattr(state, "step", st.session_state[key]),
        )
    verdict = replayed.verdicts[state.step - 1]
    name = replayed.setting.name
    with st.container(border=True):
        st.markdown(f"### :{BADGES[name]}[{name}] {_sentence(verdict)}")
        _show_counters(replayed, verdict)
    if verdict.epoch >= replayed.first_unknown:
        st.caption(
            ":material/visibility_off: Reckoned on, but no evidence: with this setting the curve "
            f"would be another from epoch {replayed.first_unknown + 1} on."
        )


def _step_button(state: ReplayState, label: str, by: int, last: int) -> None:
    icons = {-1: ":material/chevron_left:", 1: ":material/chevron_right:"}
    st.button(
        label,
        icon=icons[by],
        key=f"replay-step-{label}",
        on_click=lambda: setattr(state, "step", state.step + by),
        disabled=not 1 <= state.step + by <= last,
    )


def _sentence(verdict: Verdict) -> str:
    return escaped(verdict.sentence)


def _show_counters(replayed: Replayed, verdict: Verdict) -> None:
    """Show what the callback counts after the epoch, and how it has moved."""
    at = verdict.epoch
    before = replayed.verdicts[at - 1] if at else None
    limit = replayed.setting.limit
    with st.container(horizontal=True):
        if limit:
            moved = verdict.wait - (before.wait if before else 0)
            _counter("wait", f"{verdict.wait} of {limit}", moved or None, full=verdict.wait / limit)
        best, rise = best_told(replayed, at)
        _counter("best", best, rise and float(f"{rise:.3g}"))
        if verdict.rate_before is None or verdict.rate_after is None:
            return
        _counter("cooldown", str(verdict.cooldown_counter))
        _counter(
            "learning rate",
            format_rate(verdict.rate_after),
            f"from {format_rate(verdict.rate_before)}" if replayed.acted[at] else None,
        )


def _counter(
    label: str, value: str, moved: float | str | None = None, *, full: float | None = None
) -> None:
    with st.container(width=150):
        st.metric(label, value, moved, delta_color="off")
        if full is not None:
            st.progress(min(1.0, full))


def show_table(replays: Sequence[Replayed]) -> None:
    """Show every verdict in a row: epoch, sentence, wait, action."""
    rows = [_row(one, verdict) for one in replays for verdict in one.verdicts]
    rows.sort(key=lambda row: row["epoch"])
    columns = {
        "epoch": st.column_config.NumberColumn(width="small"),
        "setting": st.column_config.TextColumn(width="small"),
        "why": st.column_config.TextColumn(width="large"),
        "wait": st.column_config.TextColumn(width="small"),
        "action": st.column_config.TextColumn(width="medium"),
    }
    st.dataframe(rows, hide_index=True, width="stretch", column_config=columns)


def _row(replayed: Replayed, verdict: Verdict) -> dict[str, int | str]:
    limit = replayed.setting.limit
    known = verdict.epoch < replayed.first_unknown
    return {
        "epoch": verdict.epoch + 1,
        "setting": replayed.setting.name,
        "why": verdict.sentence.partition(": ")[2],
        "wait": f"{verdict.wait} of {limit}" if limit else "",
        "action": _action(replayed, verdict),
        "evidence": "exact" if known else "not known",
    }


def _action(replayed: Replayed, verdict: Verdict) -> str:
    if not replayed.acted[verdict.epoch]:
        return ""
    if verdict.stopped:
        return "training stops"
    if verdict.rate_after is None:
        return "model saved"
    return f"learning rate → {format_rate(verdict.rate_after)}"


def show_releases(replayed: Replayed, rates: RecordedRates) -> None:
    """Say what other releases make of the same setting, and where they part."""
    name = replayed.setting.name
    st.markdown(f"Setting :{BADGES[name]}[**{name}**] on this curve, release by release:")
    for outcome in compare_releases(replayed.setting, replayed.curve, rates):
        release = "" if outcome.replayed else f"{outcome.release}: "
        st.markdown(f"- {escaped(release + outcome.sentence)}")
    st.caption(
        f"{reuse_told(replayed.setting.callback.kind)} To see a release on the chart, choose it as "
        "that of a setting."
    )
