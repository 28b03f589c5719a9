"""The least that redraws the playground's curves: one slider, one plain chart, one file."""

import streamlit as st

from benchmarks.playground import four_settings
from core.charts.playground import playground_figure
from core.plateaus.outcome_wording import name_told
from core.plateaus.outcomes import outcomes_of
from core.plateaus.play import play
from core.specs.playground import LETTERS, OWN

NAME = "ReduceLROnPlateau.factor"
factor = st.select_slider("factor", OWN[NAME].choices)
values = four_settings() | {f"A.{NAME}": factor}
outcomes = outcomes_of(play(values, LETTERS), LETTERS)
names = {letter: name_told(values, letter) for letter in LETTERS}
st.plotly_chart(playground_figure(outcomes, names, dark=False), key="chart")
