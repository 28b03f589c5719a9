"""The least that compares runs: one file that draws curves from a list in its memory.

Arguments: how many runs, and of how many epochs.
"""

import math
import random
import sys

import streamlit as st

RUNS, EPOCHS = map(int, sys.argv[1:])


def curve(seed: int) -> list[float]:
    """Return a validation accuracy that rises to a plateau."""
    noise = random.Random(seed)
    return [0.95 - 0.6 * math.exp(-epoch / 6) + noise.gauss(0, 0.01) for epoch in range(EPOCHS)]


st.title("Runs")
st.plotly_chart(
    {
        "data": [
            {
                "type": "scatter",
                "mode": "lines",
                "name": f"run {seed}",
                "x": list(range(1, EPOCHS + 1)),
                "y": curve(seed),
            }
            for seed in range(RUNS)
        ]
    }
)
