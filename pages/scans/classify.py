"""Classify: have a model read scans, and see where it looked."""

import streamlit as st

from pages.parts import (
    classified_many,
    classified_scan,
    classify_answers,
    classify_models,
    doubts,
    scan_source,
)

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
scans = scan_source.choose(models[0])
answers = classify_answers.ask(models, scans)
if answers is None or not scans:
    st.stop()
scans = scan_source.named(scans, answers[0].known.classes)
doubt = doubts.of(answers, scans)
if len(scans) == 1:
    st.fragment(classified_scan.show)(models, answers, scans[0], doubt[0])
else:
    classified_many.show(models, answers, scans, doubt)
