"""Evaluate: what a trained model is worth, how sure that is, and where it is wrong."""

import streamlit as st

from core.charts.evaluation.models import Model, counts
from pages.parts import (
    evaluate_choice,
    evaluation_detail,
    evaluation_overview,
    evaluation_source,
    next_steps,
    stored,
)
from pages.parts.words import told_apart


def choose_model(models: list[Model]) -> Model:
    """Show which model to look at closely."""
    by_key = {model.key: model for model in models}
    chosen = st.session_state.get("evaluate-model")
    # Written again, since a label that changed would be taken for another option.
    st.session_state["evaluate-model"] = chosen if chosen in by_key else models[0].key
    if len(models) == 1:
        return models[0]
    labels = told_apart({model.key: model.name for model in models})
    key = st.selectbox(
        "Model", list(by_key), format_func=lambda key: labels[key], key="evaluate-model"
    )
    return by_key[key]


evaluate_choice.take_link()
st.title("Evaluate")
st.markdown(
    "What is a trained model worth? Its score on the validation scans with the doubt that belongs "
    "to it, the scans it gets wrong, whether it knows when it is unsure, and where it looks."
)
runs = evaluate_choice.choose_runs()
if not runs:
    st.info("No run is chosen. Choose one above, or train one first.")
    st.page_link("pages/learn/overview.py", label="Overview", icon=":material/explore:")
    evaluate_choice.choose_weights()
    evaluate_choice.keep_link()
    st.stop()
past = stored.histories(runs)
events = {run.id: [*past[run.id].events] for run in runs}
controls = st.container(horizontal=True, vertical_alignment="bottom")
with controls:
    weights = evaluate_choice.choose_weights()
wanted = evaluation_source.wanted(runs, weights)
models = evaluation_source.find(wanted, events)
if models:
    with controls:
        switch = evaluate_choice.choose_scans(counts(models))
        evaluation_source.offer_again(wanted)
    evaluation_overview.show(models, switch, events)
    st.subheader("A closer look")
    model = choose_model(models)
    # Another model's scans may have no twins at all.
    evaluation_detail.show(model, switch if model.chosen(switch).any() else "all")
    next_steps.show_reading(model.key)
evaluate_choice.keep_link()
