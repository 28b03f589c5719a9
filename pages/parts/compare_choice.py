"""Which runs are compared, and how: the widgets of the Compare page, and its link."""

from collections.abc import Sequence
from typing import get_args

import streamlit as st

from core.charts.compare.drawn import Align
from core.charts.compare.link import Comparison, View
from core.charts.compare.smoothing import WINDOWS
from core.store import Run
from pages.parts import stored, visitor
from pages.parts.words import STATUS_BADGES, escaped, told_apart, when

COMPARE = "pages/plateaus/compare.py"
_QUERY, _CHOSEN, _OTHERS = "compare_query", "compare-runs", "compare-others"
_METRIC = "compare-metric"
_ALIGN, _VIEW, _WINDOW, _BY_SEED = (
    "compare-align",
    "compare-view",
    "compare-window",
    "compare-seeds",
)
_FIRST_LOOK = 6

_ALIGNS: dict[Align, str] = {"epoch": "Epoch", "reduction": "First reduction"}
_VIEWS: dict[View, str] = {
    "chart": "One chart",
    "runs": "A panel a run",
    "metrics": "A panel a metric",
}


def take_link() -> Comparison:
    """Return what the link says, else what the visitor last looked at, else their newest runs."""
    query = {name: value for name, value in st.query_params.items() if name != "owner"}
    before = st.session_state.get(_QUERY)
    wanted = Comparison.from_query(query or before or {"runs": ",".join(_newest_ids())})
    # Streamlit drops what widgets hold while another page is shown.
    if _CHOSEN not in st.session_state or (query and query != before):
        st.session_state[_CHOSEN] = list(wanted.runs)
        st.session_state[_METRIC] = wanted.metric
        st.session_state[_ALIGN], st.session_state[_VIEW] = wanted.align, wanted.view
        st.session_state[_WINDOW], st.session_state[_BY_SEED] = wanted.window, wanted.by_seed
    return wanted


def keep_link(comparison: Comparison) -> None:
    """Put what is shown into the address."""
    st.session_state[_QUERY] = comparison.to_query()
    st.query_params.from_dict(comparison.to_query() | visitor.parameters())


def choose_runs() -> list[Run]:
    """Show the runs to choose from, and return the chosen ones."""
    linked: list[str] = st.session_state[_CHOSEN]
    chosen = stored.runs(linked)
    known = {run.id for run in chosen}
    for name in [name for name in linked if name not in known]:
        st.warning(
            f"There is no run “{escaped(name[:40])}”: it may have been deleted.",
            icon=":material/search_off:",
        )
    st.session_state[_CHOSEN] = [run.id for run in chosen]
    title = f"**Runs** · {len(chosen)} chosen" if chosen else "**Runs** · choose two or more"
    choosing = st.expander(
        title,
        expanded=len(chosen) < 2,  # noqa: PLR2004
        key="compare-choosing",
        icon=":material/checklist:",
        on_change="rerun",
    )
    if choosing.open:
        with choosing:
            chosen = _offer(chosen)
    return chosen


def _offer(chosen: Sequence[Run]) -> list[Run]:
    offered, others = visitor.own_runs(), visitor.runs_of_others(limit=visitor.MOST_RUNS)
    if others and st.toggle("Offer everybody's runs, not mine alone", key=_OTHERS):
        offered = [*offered, *others]
    runs = {run.id: run for run in [*chosen, *offered]}
    labels = told_apart({run.id: _label(run) for run in runs.values()})
    ids = st.multiselect(
        "Runs to compare, searched by name, status or seed",
        list(runs),
        key=_CHOSEN,
        format_func=lambda run_id: labels[run_id],
        placeholder="Choose runs",
    )
    return [runs[run_id] for run_id in ids]


def tick(run: Run) -> None:
    """Show a box by which a run is chosen for a comparison."""
    st.checkbox("Compare", key=f"tick-{run.id}")


def show_ticked(runs: Sequence[Run]) -> None:
    """Show a link to the comparison of the runs whose boxes are ticked."""
    ticked = [run.id for run in runs if st.session_state.get(f"tick-{run.id}")]
    st.page_link(
        COMPARE,
        label=f"Compare these {len(ticked)} runs" if len(ticked) > 1 else "Tick runs to compare",
        icon=":material/stacked_line_chart:",
        query_params=Comparison(runs=tuple(ticked)).to_query() | visitor.parameters(),
        disabled=len(ticked) < 2,  # noqa: PLR2004
    )


def choose_metric(metrics: Sequence[str], wanted: str, judged: str) -> str:
    """Show which metrics there are, and return the chosen one."""
    if st.session_state.get(_METRIC) not in metrics:
        likely = (name for name in (wanted, judged) if name in metrics)
        st.session_state[_METRIC] = next(likely, metrics[0])
    return st.selectbox("Metric", metrics, key=_METRIC, width=190)


def choose_view() -> tuple[Align, View, int, bool]:
    """Show how the lines can be laid out; return alignment, view, smoothing and grouping."""
    aligns: tuple[Align, ...] = get_args(Align)
    align = st.segmented_control(
        "Align by",
        aligns,
        format_func=lambda name: _ALIGNS[name],
        key=_ALIGN,
        required=True,
        help="By the first reduction, epoch 0 is the first that a run trained at a lower rate.",
    )
    views: tuple[View, ...] = get_args(View)
    view = st.segmented_control(
        "Show",
        views,
        format_func=lambda name: _VIEWS[name],
        key=_VIEW,
        required=True,
    )
    window = st.select_slider(
        "Smooth over",
        WINDOWS,
        key=_WINDOW,
        format_func=lambda width: "off" if width == 1 else f"{width} epochs",
        width=180,
        help="Each value becomes the mean of those around it that were trained at the same "
        "learning rate: the step that a reduction makes stays sharp. The learning rate itself is "
        "never smoothed, and neither is the table.",
    )
    by_seed = st.toggle(
        "Group seeds",
        key=_BY_SEED,
        help="Runs that differ by their seed alone become one line: their mean, in a band from "
        "the lowest to the highest.",
    )
    return align or "epoch", view or "chart", window, by_seed


def _label(run: Run) -> str:
    return (
        f"{run.name} · seed {run.spec.training.seed} · {STATUS_BADGES[run.status][0]} · {when(run)}"
    )


def _newest_ids() -> list[str]:
    return [run.id for run in visitor.own_runs(limit=_FIRST_LOOK)]
