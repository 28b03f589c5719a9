"""The playground's controls, and what stands below its chart."""

from collections.abc import Sequence
from urllib.parse import urlencode

import streamlit as st

from core.charts.live import CONFIG
from core.charts.outcome_map import outcome_map_figure
from core.plateaus.arrays import FloatArray
from core.plateaus.outcome_wording import (
    ends_told,
    floor_told,
    loss_told,
    map_told,
    progress_told,
    rate_told,
    reductions_told,
)
from core.plateaus.outcomes import Outcome
from core.plateaus.play import MAP_FACTORS, MAP_PATIENCES, MAP_SEEDS, SEEDS, map_final_loss
from core.plateaus.simulate import Landscape
from core.specs.playground import (
    CALLBACK_MODELS,
    EPOCHS,
    OWN,
    SHARED,
    Values,
    shown_letters,
    to_query,
)
from pages.parts import chart
from pages.parts.dials import Dials

HOW = f"""
No network is trained here. The loss is a valley, ½ Σ *h*ᵢ *θ*ᵢ², whose steepest curvature *h* is 1
and whose flattest is 1 over the condition number. Each of the {EPOCHS} epochs takes
{Landscape().steps_per_epoch} steps against its gradient, to which normal noise is added, as small
batches add it; then `val_loss` is measured, and the callbacks act on it by Keras 3.15's rules, to
the last digit. All settings start from the same {SEEDS} points and meet the same noise.

Near the bottom the curvature pulls the parameters in, and the noise throws them out. The throw
grows with the rate, so the loss cannot fall below a floor that grows with the rate as well: for
plain SGD at a low rate, about ¼ of rate times squared noise for each parameter. A lower rate lowers
that floor, and makes the way down longer. Real networks are no valleys of this kind, but their
losses have such floors too.
"""
# Two in a row beside the chart at 1280 pixels, and on a phone.
_DIAL_PX = 148
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
    st.markdown("**Training**, the same for all settings")
    _show_pairs(dials, list(SHARED))


def _show_callback(dials: Dials, letter: str, callback: str) -> None:
    if dials.show(f"{letter}.{callback}"):
        own = [f"{letter}.{other}" for other in OWN if other.startswith(f"{callback}.")]
        _show_pairs(dials, own)


def _show_pairs(dials: Dials, names: Sequence[str]) -> None:
    """Show dials two in a row, where there is room."""
    with st.container(horizontal=True):
        for name in names:
            with st.container(width=_DIAL_PX):
                dials.show(name)


def show_table(outcomes: Sequence[Outcome]) -> None:
    """Show what came of each setting in numbers."""
    rows = [
        f"| **{outcome.letter}** | **{loss_told(outcome.end_loss)}** ({_middle_told(outcome)}) "
        f"| {outcome.drawn_epochs} | {reductions_told(outcome)} | {rate_told(outcome.end_rate)} |"
        for outcome in outcomes
    ]
    head = "| | final loss | epochs | reductions | last rate |"
    st.markdown("\n".join([head, "|---|--:|--:|--:|--:|", *rows]))
    st.caption(
        "Simulated. The median of the seeds, and in brackets the middle 80 % of them; the loss "
        "is that of the model that training leaves behind."
    )


def _middle_told(outcome: Outcome) -> str:
    ends = outcome.loss_band
    return f"{loss_told(float(ends.low[-1]))} to {loss_told(float(ends.high[-1]))}"


def map_of(values: Values, letter: str) -> FloatArray:
    """Return the final loss of a setting for each patience and factor of the map."""
    return _losses(_as_a(values, letter))


def tell_map(losses: FloatArray, outcome: Outcome | None) -> None:
    """Say what the map shows."""
    st.markdown(map_told(losses, MAP_PATIENCES, MAP_FACTORS, outcome))
    st.caption(
        "Each cell is the setting as it is, with another patience and factor. Letters mark the "
        "settings that differ in these two alone."
    )


@st.cache_data(max_entries=128, show_spinner=False)
def _losses(values: Values) -> FloatArray:
    """Return the map of setting A; the values of the others are left out of the key."""
    return map_final_loss(values, "A")


def show_map(losses: FloatArray, values: Values, letter: str, *, dark: bool) -> None:
    """Show the final loss of a setting over patience and factor."""
    figure = outcome_map_figure(
        losses,
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


def show_link(values: Values) -> None:
    """Show a link that brings anybody to these sliders, and what is simulated."""
    with st.expander("Link to these sliders", icon=":material/link:"):
        address = (st.context.url or "").split("?")[0]
        st.code(f"{address}?{urlencode(to_query(values))}", language=None, wrap_lines=True)
    with st.expander("What is simulated, and how", icon=":material/info:"):
        st.markdown(HOW)
