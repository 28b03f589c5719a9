"""Classify: have a model read scans, and see where it looked."""

from collections.abc import Sequence

import streamlit as st

from pages.parts import (
    classified_many,
    classified_scan,
    classify_answers,
    classify_models,
    doubts,
    own_weights,
    scan_source,
    scan_uploads,
)
from pages.parts.classify_models import Offered
from pages.parts.scan_source import Shown


def choose_scans(model: Offered, classes: Sequence[str]) -> Sequence[Shown]:
    """Show where scans may come from, and return those to ask about."""
    source = scan_source.choose()
    if source == scan_source.EXAMPLES:
        return scan_source.example(model)
    return scan_uploads.choose(folder=source == scan_source.FOLDER, classes=classes)


st.title("Classify")
st.markdown(
    "Have a model that was trained here read a scan, see where it looked, and how far it can be "
    "believed. This is an exercise in research and education: **the answer is never a "
    "diagnosis**, whatever the probability says."
)
models = classify_models.choose()
if not models:
    classify_models.say_none()
    st.stop()
models = own_weights.offer(models)
# Without scans, the model is made ready while the person chooses some.
ready = classify_answers.ask(models, [])
if ready is None:
    st.stop()
scans = choose_scans(models[0], ready[0].known.classes)
answers = classify_answers.ask(models, scans) if scans else None
if answers is None:
    st.stop()
doubt = doubts.of(answers, scans)
if len(scans) == 1:
    st.fragment(classified_scan.show)(models, answers, scans[0], doubt[0])
else:
    classified_many.show(models, answers, scans, doubt)
