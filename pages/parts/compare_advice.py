"""What the curves of one of the compared lines say about patience and min_delta."""

from collections.abc import Sequence

import streamlit as st

from core import store
from core.charts.compare.lines import Line
from core.charts.compare.link import Comparison
from core.charts.live import evidence
from core.plateaus.directions import likely_direction
from core.store import Run
from pages.parts import advice_panel, visitor
from pages.parts.compare_choice import COMPARE


def show(lines: Sequence[Line], metric: str, *, key: str) -> None:
    """Offer advice on a line; with several seeds it says how stable the advice is.

    Args:
        lines: What is compared.
        metric: The metric that is shown.
        key: Changes with the comparison.
    """
    st.subheader("Which patience to take?")
    if not st.toggle("Show the advice", key=f"{key}-advice"):
        return
    by_label = {line.label: line for line in sorted(lines, key=lambda line: -line.n)}
    chosen = st.selectbox("Of", list(by_label), key=f"{key}-advised", width=360)
    line = by_label[chosen]
    spec = line.histories[0].run.spec
    advice_panel.show(
        [store.recorded_curves(history.epochs) for history in line.histories],
        metric=metric,
        mode=likely_direction(metric),
        key=f"{key}-{chosen}-{metric}",
        base=spec,
        about=evidence(spec.scans).split(" · ")[1],
    )


def show_link(run: Run) -> None:
    """Show a link to the advice on a run together with other seeds of it."""
    st.page_link(
        COMPARE,
        label="Judge it together with other seeds, in Compare",
        icon=":material/stacked_line_chart:",
        query_params=Comparison(runs=(run.id,)).to_query() | visitor.parameters(),
    )
