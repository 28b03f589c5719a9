"""Several runs side by side: curves, plateaus, seeds, and what differs."""

from collections import Counter
from dataclasses import replace

import streamlit as st

from core import store
from core.charts.compare.colours import MOST_NAMED
from core.charts.compare.drawn import Align, can_be_aligned
from core.charts.compare.figure import compare_figure
from core.charts.compare.lines import Line, lines_of, metrics_of
from core.charts.compare.link import Comparison
from core.charts.compare.panels import panel_per_line_figure, panel_per_metric_figure
from core.charts.epoch_text import with_verdicts
from core.charts.history import History
from core.charts.live import CONFIG
from core.store import Run, private
from pages.parts import (
    chart,
    compare_advice,
    compare_choice,
    compare_tables,
    keras_loss,
    services,
)
from pages.parts.words import escaped

_LOOK_EVERY = "2s"
_MOST_NAMES = 6
# The callbacks' counters of more would keep the page waiting.
_MOST_WITH_VERDICTS = 60


@st.cache_resource(max_entries=8)
def read_past(
    _runs: list[Run],
    ids: tuple[tuple[str, int], ...],  # noqa: ARG001 - the key, with the next
    newest: tuple[int, int],  # noqa: ARG001 - another number means new rows
) -> dict[str, History]:
    """Return the epochs, events and verdicts of runs, in a few queries for all of them."""
    counters = len(_runs) <= _MOST_WITH_VERDICTS
    past = store.read_histories(services.db(), _runs, counters=counters)
    return {
        run.id: with_verdicts(History(run, past[run.id].epochs, past[run.id].events))
        for run in _runs
    }


def read_histories(runs: list[Run]) -> list[History]:
    """Return the runs with what they left; one without a finished epoch is named and left out."""
    ids = tuple(run.id for run in runs)
    # A run that went back has other rows, perhaps of the same numbers.
    attempts = tuple((run.id, run.attempt) for run in runs)
    past = read_past(runs, attempts, store.newest(services.db(), *ids))
    leave_out([run.name for run in runs if not past[run.id].epochs], "no finished epoch yet")
    return [
        replace(past[run.id], run=run, events=private.events_of(run, past[run.id].events))
        for run in runs
        if past[run.id].epochs
    ]


def leave_out(names: list[str], reason: str) -> None:
    """Say which runs are not shown, and why."""
    if names:
        more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
        listed = ", ".join(escaped(name) for name in names[:_MOST_NAMES])
        st.info(f"Left out, with {reason}: {listed}{more}.", icon=":material/filter_alt_off:")


def comparable(histories: list[History], metric: str, align: Align) -> list[History]:
    """Return the runs that can be drawn; the others are named."""
    with_metric = [h for h in histories if any(metric in epoch.logs for epoch in h.epochs)]
    leave_out([h.run.name for h in histories if h not in with_metric], f"no {metric}")
    aligned = [history for history in with_metric if can_be_aligned(history, align)]
    leave_out([h.run.name for h in with_metric if h not in aligned], "no reduction to align by")
    return aligned


def show_chart(lines: list[Line], metric: str) -> None:
    """Draw the lines as asked for."""
    more = {
        "align": align,
        "window": window,
        "highlighted": compare_tables.highlighted(table_key, lines),
        "dark": st.context.theme.type == "dark",
    }
    if view == "runs":
        figure = panel_per_line_figure(lines, metric=metric, columns=1 if phone else 3, **more)
    elif view == "metrics":
        metrics = metrics_of([history for line in lines for history in line.histories])
        figure = panel_per_metric_figure(lines, metrics=metrics, columns=1 if phone else 2, **more)
    else:
        figure = compare_figure(lines, metric=metric, **more)
    chart.show(figure, key="compare-chart", config=CONFIG)
    if len(lines) > MOST_NAMED:
        st.caption(f"The brighter or darker a line, the better its best {metric}.")


def look_for_news() -> None:
    """Draw the page anew when a run that still goes on has more to draw."""
    if store.newest(services.db(), *ids) != drawn:
        st.rerun()


wanted = compare_choice.take_link()
st.title("Compare runs")
runs = compare_choice.choose_runs()
ids = [run.id for run in runs]
drawn = store.newest(services.db(), *ids)
histories = read_histories(runs)
if not histories:
    if not runs:
        st.info("No runs are chosen. Choose some above, or start one first.")
        st.page_link("pages/learn/overview.py", label="Overview", icon=":material/explore:")
    compare_choice.keep_link(Comparison(runs=tuple(ids)))
    st.stop()
judged = Counter(history.judged.metric for history in histories).most_common(1)[0][0]
with st.container(horizontal=True, vertical_alignment="bottom"):
    metric = compare_choice.choose_metric(metrics_of(histories), wanted.metric, judged)
    align, view, window, by_seed = compare_choice.choose_view()
compare_choice.keep_link(Comparison(tuple(ids), metric, align, view, window, by_seed))
phone = "Mobi" in st.context.headers.get("User-Agent", "")
table_key = f"compare-table-{hash((tuple(ids), metric, align, by_seed))}"
shown = comparable(histories, metric, align)
lines = lines_of(shown, by_seed=by_seed)
compare_tables.show_warnings(shown)
if lines:
    show_chart(lines, metric)
    compare_tables.show_runs(lines, metric, key=table_key)
    compare_tables.show_differences(shown)
    keras_loss.show_among([history.run for history in shown])
    compare_tables.show_seeds(lines, metric, key=table_key)
    compare_advice.show(lines, metric, key=table_key)
if any(run.is_active for run in runs):
    st.fragment(look_for_news, run_every=_LOOK_EVERY)()
