"""One model looked at closely: where it is wrong, how sure it is, and where it looks."""

import numpy as np
import streamlit as st

from core.charts.evaluation import calibration as calibration_chart
from core.charts.evaluation import class_curves
from core.charts.evaluation.confusion import confusion_figure
from core.charts.evaluation.models import Model
from core.charts.evaluation.panel import CONFIG
from core.data.leakage import Switch
from core.evaluation import calibration, curves, pointing, scores
from core.evaluation.predictions import Predictions
from pages.parts import chart, evaluated_scans, legend
from pages.parts.words import escaped

_TABS = ["Confusion", "Classes", "Curves", "Calibration", "Mistakes", "Heat maps"]


def show(model: Model, switch: Switch) -> None:
    """Show a model's answers in tabs; only the open one is drawn.

    Args:
        model: The model.
        switch: Position of the leakage switch; it leaves scans.
    """
    places = np.flatnonzero(model.chosen(switch))
    some = model.answers.of(model.chosen(switch))
    rests_on = f"{model.rests_on} · {len(some.labels):,} scans"
    shown = [_confusion, _classes, _curves, _calibration, _mistakes, _heat_maps]
    tabs = st.tabs(_TABS, key="evaluate-tabs", on_change="rerun")
    for tab, draw in zip(tabs, shown, strict=True):
        if tab.open:
            with tab:
                draw(model, some, places, rests_on)


def _dark() -> bool:
    return st.context.theme.type == "dark"


def _confusion(model: Model, some: Predictions, places: np.ndarray, rests_on: str) -> None:
    counts, size = scores.confusion(some), len(some.classes)
    key = f"evaluate-cell-{model.key}"
    cells = [int(cell) for cell in np.argsort(-counts.ravel(), kind="stable") if counts.flat[cell]]
    if st.session_state.get(key) not in cells:
        st.session_state[key] = None
    cell: int | None = st.session_state[key]

    def press(mark: int) -> None:
        if mark in cells:
            st.session_state[key] = mark

    figure = confusion_figure(
        counts,
        some.classes,
        rests_on=rests_on,
        pressed=None if cell is None else divmod(cell, size),
        dark=_dark(),
    )
    with st.container(width=620):
        chart.show(figure, key="evaluate-confusion", config=CONFIG, on_press=press)
    st.caption(
        "Each row is a class, and shares are of its scans: blue on the diagonal is right, orange "
        "is wrong. Click a cell to see its scans."
    )

    def named(at: int) -> str:
        label, said = divmod(at, size)
        return f"{some.classes[label]}, called {some.classes[said]} ({counts.flat[at]:,})"

    cell = st.selectbox(
        "Show the scans of", cells, key=key, format_func=named, placeholder="Choose a cell"
    )
    if cell is not None:
        inside = scores.in_cell(some, *divmod(cell, size))
        evaluated_scans.show(model, places[inside].tolist(), key=f"{key}-{cell}")


def _classes(_model: Model, some: Predictions, _places: np.ndarray, rests_on: str) -> None:
    found = scores.class_scores(some)
    st.dataframe(
        [
            {
                "class": one.name,
                "precision": 100 * one.precision,
                "recall": 100 * one.recall,
                "F1": 100 * one.f1,
                "scans": one.scans,
            }
            for one in found
        ],
        hide_index=True,
        column_config={
            "precision": st.column_config.NumberColumn(
                format="%.1f %%", help="Of the scans it called so, the share that are."
            ),
            "recall": st.column_config.NumberColumn(
                format="%.1f %%", help="Of the scans that are, the share it called so."
            ),
            "F1": st.column_config.NumberColumn(
                format="%.1f %%", help="The harmonic mean of precision and recall."
            ),
        },
    )
    st.caption(
        f"{escaped(rests_on)}. Mean F1 of the classes: {scores.macro_f1(found):.1%}. A class with "
        "few scans moves by several points with each of them; an empty precision means that the "
        "class was never named."
    )


def _curves(_model: Model, some: Predictions, _places: np.ndarray, rests_on: str) -> None:
    roc, precision = curves.roc_curves(some), curves.precision_recall_curves(some)
    if not roc:
        st.info("A curve needs scans of a class and scans of others.")
        return
    left, right = st.columns(2)
    with left:
        figure = class_curves.roc_figure(roc, rests_on=rests_on, dark=_dark())
        chart.show(figure, key="evaluate-roc", config=CONFIG)
        legend.show(class_curves.legend(roc, dark=_dark()))
        st.caption(f"In brackets the area below; mean of the classes {curves.mean_area(roc):.3f}.")
    with right:
        figure = class_curves.precision_recall_figure(precision, rests_on=rests_on, dark=_dark())
        chart.show(figure, key="evaluate-precision", config=CONFIG)
        legend.show(class_curves.legend(precision, dark=_dark()))
        st.caption(f"In brackets the average precision; mean {curves.mean_area(precision):.3f}.")


def _calibration(_model: Model, some: Predictions, _places: np.ndarray, rests_on: str) -> None:
    found = calibration.bins(some)
    with st.container(width=680):
        figure = calibration_chart.calibration_figure(
            found, classes=len(some.classes), rests_on=rests_on, dark=_dark()
        )
        chart.show(figure, key="evaluate-calibration", config=CONFIG)
        legend.show(calibration_chart.legend(dark=_dark()))
    error = calibration.expected_error(some)
    sure, right = float(some.confidence.mean()), float(some.right.mean())
    st.markdown(
        f"**Expected calibration error: {error:.1%}.** On average the model is {sure:.1%} sure, "
        f"and right on {right:.1%}."
    )
    st.caption(
        "A calibrated model that is 90 % sure is right nine times in ten. The error is the gap "
        "between confidence and accuracy, averaged over ten bins by their scans; with few scans "
        "in a bin it is too large by chance alone."
    )


def _mistakes(model: Model, some: Predictions, places: np.ndarray, rests_on: str) -> None:
    wrong = scores.mistakes(some)
    if not len(wrong):
        st.success("No mistakes on these scans.", icon=":material/check_circle:")
        return
    st.markdown(f"**{len(wrong):,}** of {len(some.labels):,} scans, the most confident first.")
    st.caption(escaped(rests_on))
    evaluated_scans.show(model, places[wrong].tolist(), key=f"mistakes-{model.key}")


def _heat_maps(model: Model, some: Predictions, places: np.ndarray, rests_on: str) -> None:
    found = model.evaluated
    game = pointing.pointing_game(
        found.hit[places],
        found.blank[places],
        found.lesion_share[places],
        some.groups,
        right=some.right,
    )
    if game is None:
        st.info(
            "The pointing game needs to know where the lesions are: simulated scans say so, and "
            "folders that keep masks. Here there are none, or no scan with one was called rightly.",
            icon=":material/location_off:",
        )
        return
    blank = f" {game.blank:,} maps are zero everywhere and count as missed." if game.blank else ""
    verdict = (
        "The model looks where the lesion is more often than chance."
        if game.beats_chance
        else "That is not more than chance: right answers came from elsewhere in the picture."
    )
    st.markdown(
        f"**The peak of the heat map lies in the lesion on {game.hits.text}** of "
        f"{game.hits.scans:,} scans that show one and were called rightly. A peak anywhere would "
        f"hit {game.chance:.1%}, the lesions' mean share of a scan. {verdict}{blank}"
    )
    st.caption(f"{escaped(rests_on)}. In brackets the 95 % interval. Below, the peaks that missed.")
    playing = (found.lesion_share[places] > 0) & some.right
    missed = places[playing & ~found.hit[places]]
    evaluated_scans.show(model, missed.tolist(), key=f"missed-{model.key}")
