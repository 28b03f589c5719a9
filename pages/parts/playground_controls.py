"""The playground's controls, and what stands below its chart."""

from collections.abc import Sequence

import streamlit as st

from core.charts.live import CONFIG
from core.charts.outcome_map import outcome_map_figure
from core.plateaus.arrays import FloatArray
from core.plateaus.outcome_wording import (
    ends_told,
    floor_told,
    loss_told,
    name_told,
    progress_told,
    rate_told,
    reductions_told,
)
from core.plateaus.outcomes import Outcome
from core.plateaus.play import MAP_FACTORS, MAP_PATIENCES, MAP_SEEDS, map_final_loss
from core.specs.playground import CALLBACK_MODELS, OWN, SHARED, Values, shown_letters
from pages.parts import chart
from pages.parts.dials import Dials

_REDUCING = "ReduceLROnPlateau"


def show_idea(outcomes: Sequence[Outcome]) -> None:
    """Say the one idea with the numbers of this simulation."""
    told = ["**The lower the rate, the lower the noise floor.** " + floor_told(outcomes)]
    if progress := progress_told(outcomes):
        told.append("**And the slower the progress.** " + progress)
    told += ends_told(outcomes)
    st.markdown("\n\n".join(told))


def show_controls(dials: Dials) -> None:
    """Show the sliders of one setting, and those that all share."""
    dials.show_letters()
    letter = dials.edited
    dials.show(letter)
    dials.show(f"{letter}.learning_rate")
    for callback in CALLBACK_MODELS:
        _show_callback(dials, letter, callback)
    with st.container(border=True):
        st.markdown("**Training**, the same for all settings")
        _show_pairs(dials, list(SHARED))


def _show_callback(dials: Dials, letter: str, callback: str) -> None:
    with st.container(border=True):
        name = f"{letter}.{callback}"
        if dials.show(name):
            prefix = f"{callback}."
            own = [f"{letter}.{other}" for other in OWN if other.startswith(prefix)]
            _show_pairs(dials, own)


def _show_pairs(dials: Dials, names: Sequence[str]) -> None:
    """Show dials two in a row, where there is room."""
    with st.container(horizontal=True):
        for name in names:
            with st.container(width=150):
                dials.show(name)


def show_table(values: Values, outcomes: Sequence[Outcome]) -> None:
    """Show what came of each setting in numbers."""
    rows = [
        f"| **{outcome.letter}** | {name_told(values, outcome.letter)} "
        f"| **{loss_told(outcome.end_loss)}** | {_middle_told(outcome)} "
        f"| {reductions_told(outcome)} | {rate_told(outcome.end_rate)} | {outcome.drawn_epochs} |"
        for outcome in outcomes
    ]
    head = "| | setting | final loss | of 80 % of the seeds | reductions | final rate | epochs |"
    st.markdown("\n".join([head, "|---|---|--:|--:|--:|--:|--:|", *rows]))


def _middle_told(outcome: Outcome) -> str:
    ends = outcome.loss_band
    return f"{loss_told(float(ends.low[-1]))} to {loss_told(float(ends.high[-1]))}"


@st.cache_data(max_entries=128, show_spinner=False)
def _losses(values: Values) -> FloatArray:
    """Return the map of setting A; the values of the others are left out of the key."""
    return map_final_loss(values, "A")


def show_map(values: Values, letter: str, *, dark: bool) -> None:
    """Show the final loss of a setting over patience and factor."""
    figure = outcome_map_figure(
        _losses(_as_a(values, letter)),
        MAP_PATIENCES,
        MAP_FACTORS,
        marks=[_mark(values, other) for other in _on_the_map(values, letter)],
        seeds=MAP_SEEDS,
        dark=dark,
    )
    chart.show(figure, key="playground-map", config=CONFIG)


def _as_a(values: Values, letter: str) -> Values:
    """Return what the map depends on: the shared values, and those of one setting as A's."""
    own = {f"A.{name}": values[f"{letter}.{name}"] for name in OWN}
    for dimension in ("", ".patience", ".factor"):
        own[f"A.{_REDUCING}{dimension}"] = OWN[f"{_REDUCING}{dimension}"].default
    return own | {name: values[name] for name in SHARED}


def _on_the_map(values: Values, letter: str) -> list[str]:
    """Return the settings on this map: those that differ in patience and factor alone."""
    shared = _as_a(values, letter)
    return [
        other
        for other in shown_letters(values)
        if values[f"{other}.{_REDUCING}"] and _as_a(values, other) == shared
    ]


def _mark(values: Values, letter: str) -> tuple[str, float, float]:
    own = f"{letter}.{_REDUCING}"
    return letter, values[f"{own}.patience"], values[f"{own}.factor"]
