"""Several models side by side: accuracies with intervals, best against final, seeds."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from core.charts.compare.differences import reasons_not_to_compare
from core.charts.compare.seeds import contrasts_with, sentence
from core.charts.evaluation import accuracies
from core.charts.evaluation.models import (
    Model,
    chance,
    paired_difference,
    points,
    rests_on,
    spreads,
    table_row,
)
from core.charts.evaluation.panel import CONFIG
from core.data.evaluated import WEIGHTS
from core.data.leakage import Switch
from core.plateaus.wording import count_in_words
from core.store import Event
from core.store.checkpoints import best_weights, restored_epoch
from pages.parts import chart, evaluation_warnings, legend
from pages.parts.words import escaped

_METRIC = "val_accuracy"


def show(models: Sequence[Model], switch: Switch, events: dict[str, list[Event]]) -> None:
    """Show what all models score, and how sure that is.

    Args:
        models: At least one.
        switch: Position of the leakage switch, for the table.
        events: Of each run, by id.
    """
    dark = st.context.theme.type == "dark"
    rows, guess = [model.row() for model in models], chance(models)
    figure = accuracies.accuracies_figure(rows, chance=guess, rests_on=rests_on(models), dark=dark)
    chart.show(figure, key="evaluate-accuracies", config=CONFIG)
    legend.show(accuracies.legend(rows, chance=guess, dark=dark))
    st.caption(_what_the_interval_means(models))
    evaluation_warnings.show(models)
    specs = [model.run.spec for model in models]
    if reason := reasons_not_to_compare(specs, [len(m.evaluated.labels) for m in models]):
        st.warning(reason, icon=":material/compare_arrows:")
    st.dataframe(
        [table_row(model, switch, models[0]) for model in models],
        hide_index=True,
        column_config=_columns(),
    )
    _show_best_against_final(models, switch, events)
    _show_seeds(models, switch)


def _what_the_interval_means(models: Sequence[Model]) -> str:
    shares = [model.shares["all"] for model in models]
    drawn = dict.fromkeys(count_in_words(share.units, share.by) for share in shares)
    whole = (
        "subjects are drawn whole, as the scans of one person succeed and fail together"
        if any(share.by == "subject" for share in shares)
        else "who the scans show is not known, so they are drawn one by one; scans of one person "
        "would make the interval wider"
    )
    return (
        f"Bars are 95 % intervals (bootstrap over {' or '.join(drawn)}: {whole}). They say how the "
        "score might change with other people's scans of the same kind. They say nothing of "
        "another training: one run is one seed."
    )


def _show_best_against_final(
    models: Sequence[Model], switch: Switch, events: dict[str, list[Event]]
) -> None:
    by_run = {model.run.id: model for model in models if model.weights == "final"}
    pairs = [
        (model, by_run[model.run.id])
        for model in models
        if model.weights == "best" and model.run.id in by_run
    ]
    told = [_told(best, final, switch, events[best.run.id]) for best, final in pairs]
    paired = {best.run.id for best, _ in pairs}
    alone = [model for run_id, model in by_run.items() if run_id not in paired]
    told += [_told_restored(model, events[model.run.id]) for model in alone]
    told = [sentence for sentence in told if sentence]
    if not told and not any(model.weights == "best" for model in models):
        return
    st.subheader("What keeping the best is worth")
    for sentence_told in told:
        st.markdown(sentence_told)
    st.caption(
        ":material/info: The best weights were chosen by these same validation scans, out of as "
        "many epochs as there were: their lead is optimistic. On scans that played no part in "
        "the choice, expect less of it."
    )


def _told_restored(final: Model, events: Sequence[Event]) -> str:
    """Say that the final weights are earlier ones put back, "" if they are not."""
    restored = restored_epoch(events)
    if restored is None:
        return ""
    return (
        f"- **{escaped(final.run.name)}**, seed {final.run.spec.training.seed}: the final weights "
        f"are those of epoch {restored + 1}, which `restore_best_weights` put back."
    )


def _told(best: Model, final: Model, switch: Switch, events: Sequence[Event]) -> str:
    kept = best_weights(best.run.spec, events)
    epoch = "" if kept is None else f" of epoch {kept.epoch + 1} (by {kept.monitor})"
    restored = restored_epoch(events)
    end = (
        "the final ones"
        if restored is None
        else f"the final ones, which `restore_best_weights` had put back to epoch {restored + 1}"
    )
    difference = paired_difference(best, final, switch)
    if difference is None:
        return ""
    name = f"- **{escaped(best.run.name)}**, seed {best.run.spec.training.seed}"
    if np.array_equal(best.evaluated.logits, final.evaluated.logits):
        return f"{name}: the best weights{epoch} are {end}. Nothing was lost, nothing gained."
    verdict = (
        "more than chance among these scans explains"
        if difference.low > 0 or difference.high < 0
        else "no more than chance among these scans explains"
    )
    return (
        f"{name}: the best weights{epoch} score **{points(difference)} points** of accuracy "
        f"against {end}: {verdict}."
    )


def _show_seeds(models: Sequence[Model], switch: Switch) -> None:
    st.subheader("Over seeds")
    by_weights = [spreads(models, weights, switch) for weights in WEIGHTS]
    found = [spread for spreads_of_one in by_weights for spread in spreads_of_one]
    if not found:
        st.caption(
            "No two of these runs differ by their seed alone. Train the same settings with three "
            "seeds or more and choose them here: only then can a difference between settings be "
            "told from luck."
        )
        return
    st.dataframe(
        [
            {
                "settings": spread.name,
                "seeds": len(spread.values),
                "mean accuracy": 100 * spread.mean,
                "± between seeds": 100 * (spread.deviation or 0.0),
                "lowest": 100 * min(spread.values.values()),
                "highest": 100 * max(spread.values.values()),
            }
            for spread in found
        ],
        hide_index=True,
        column_config={
            name: st.column_config.NumberColumn(format="%.1f %%")
            for name in ("mean accuracy", "± between seeds", "lowest", "highest")
        },
    )
    for several in by_weights:
        for contrast in contrasts_with(several[0], several[1:]) if several else []:
            st.markdown(f"- {escaped(sentence(contrast, _METRIC))}")
    st.caption(
        "± is the standard deviation between seeds (n - 1). All of them answer the same scans, so "
        "it does not hold how the scans were chosen: that is what the bars above are for."
    )


def _columns() -> dict[str, Any]:
    percent = st.column_config.NumberColumn(format="%.1f %%")
    return {
        "run": st.column_config.Column(pinned=True),
        "accuracy": percent,
        "mean F1": st.column_config.NumberColumn(
            format="%.1f %%", help="F1 of each class, each counting the same."
        ),
        "ECE": st.column_config.NumberColumn(
            format="%.1f %%",
            help="Expected calibration error: by how much confidence and accuracy are apart.",
        ),
        "loss": st.column_config.NumberColumn(
            format="%.4f", help="Mean cross-entropy, as val_loss is."
        ),
        "against the first": st.column_config.Column(
            help="Points of accuracy more than the model in the first row, with a 95 % interval; "
            "paired, as both answered the same scans. An interval that holds 0 may mean nothing."
        ),
    }
