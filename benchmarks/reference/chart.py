"""The least that shows a run live: a fragment that draws one curve, plain, again and again.

Arguments: the store's address and the run's id.
"""

import sys

import streamlit as st

from core import store

URL, RUN_ID = sys.argv[1:]


@st.cache_resource
def db() -> store.Store:
    """Return the store."""
    return store.Store(URL)


# As often as the monitor looks for news.
@st.fragment(run_every="0.3s")
def draw() -> None:
    """Draw the curve."""
    epochs = store.read_epochs(db(), RUN_ID)
    curve = {
        "type": "scatter",
        "name": "validation",
        "x": [epoch.epoch + 1 for epoch in epochs],
        "y": [epoch.logs["val_accuracy"] for epoch in epochs],
    }
    st.plotly_chart({"data": [curve]}, key="chart")


st.title("A run")
draw()
