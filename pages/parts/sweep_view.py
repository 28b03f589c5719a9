"""One sweep, live and afterwards: its ledger, its tree, its curves, its maps."""

from typing import Any

import streamlit as st

from core import store
from core.charts.compare.lines import metrics_of
from core.charts.going_on import sweep_exactness_told
from core.charts.live import CONFIG
from core.charts.sweep.curves import curves_figure
from core.charts.sweep.maps import heat_figure, parallel_figure
from core.charts.sweep.results import Reading, SweepResults
from core.charts.sweep.spread import spread_figure
from core.charts.sweep.tree import tree_figure
from core.store import Ledger, RunStatus, private
from pages.parts import chart, progress, run_curves, services, stored, visitor
from pages.parts.words import duration, quoting

_READINGS: dict[str, str] = {"final": "Final value", "best": "Best value"}
_HEAT, _SPREAD, _PARALLEL = "Heat map", "Every seed", "Parallel coordinates"
_PAIR = 2
_ALL = "all"
# The callbacks' counters of more epochs would keep the page waiting.
_MOST_EPOCHS_WITH_VERDICTS = 6000


def read(sweep_id: str) -> tuple[SweepResults, Any]:
    """Return a sweep with all it left, and signs that change when there is more.

    Raises:
        UnknownSweep: If there is none of that id.
    """
    seen = signs(sweep_id)
    sweep = stored.sweep(sweep_id)
    runs = stored.sweep_runs(sweep_id)
    ids = tuple(run.id for run in runs)
    epochs, events = run_curves.read(ids)
    events = {run.id: private.events_of(run, events[run.id]) for run in runs}
    branches = store.read_branches(services.db(), sweep_id)
    return SweepResults.of(sweep, branches, runs, epochs, events), seen


def signs(sweep_id: str) -> Any:
    """Return what of a sweep can change, at a glance; two that differ mean that there is news."""
    sweep = stored.sweep(sweep_id)
    branches = store.read_branches(services.db(), sweep_id)
    seen = [(branch.id, branch.status, branch.last_epoch) for branch in branches]
    return sweep.status, sweep.stop_requested, seen


def show_ledger(results: SweepResults) -> None:
    """Show what was trained beside what all runs report, how far that is, and how exact."""
    ledger = store.read_ledger(services.db(), results.sweep.id)
    with st.container(horizontal=True):
        st.metric("Epochs trained", f"{ledger.epochs_trained:,}")
        st.metric(
            "Epochs reported",
            f"{ledger.epochs_reported:,}",
            help="On the curves of all runs together: what they would have trained one by one.",
        )
        st.metric("Factor", f"{ledger.factor:.2f}", help="Reported for each that was trained.")
        st.metric(
            "Time saved",
            duration(ledger.seconds_saved),
            help=f"Trained for {duration(ledger.seconds_spent)}; one by one, the same epochs "
            f"would have taken {duration(ledger.seconds_spent + ledger.seconds_saved)}.",
        )
    if results.sweep.is_active:
        _show_progress(results, ledger)
    if told := sweep_exactness_told([history.run for history in results.histories.values()]):
        st.caption(quoting(f"Settings that part go on from the state they share. {told}"))


def _show_progress(results: SweepResults, ledger: Ledger) -> None:
    runs = [history.run for history in results.histories.values()]
    ended = sum(not run.is_active for run in runs)
    share = ledger.epochs_reported / max(1, results.planned * len(runs))
    text = f"{ended} of {len(runs)} runs have ended · {_branches_told(results)}"
    st.progress(min(1.0, max(share, ended / len(runs))), text=text)


def _branches_told(results: SweepResults) -> str:
    at_work = sum(branch.status is RunStatus.RUNNING for branch in results.branches)
    waiting = sum(branch.status is RunStatus.QUEUED for branch in results.branches)
    told = progress.branches_told(at_work=at_work, waiting=waiting)
    if at_work or not waiting:
        return told
    before = progress.amount_told(store.before_sweep(services.db(), results.sweep))
    return f"{told} · before it {before}" if before else f"{told} · next in the queue"


def choose(results: SweepResults) -> tuple[str, Reading, int | None]:
    """Show what can be chosen; return the metric, what counts of a curve, and one seed or all.

    The link follows, and what it says is chosen first.
    """
    metrics = metrics_of(list(results.histories.values())) or [results.judged]
    likely = (st.query_params.get("metric"), results.judged, metrics[0])
    first = next(name for name in likely if name in metrics)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        metric = st.selectbox(
            "Metric", metrics, index=metrics.index(first), key="sweep-metric", width=190
        )
        chosen = st.segmented_control(
            "Of each curve",
            list(_READINGS),
            default="final" if st.query_params.get("of") == "final" else "best",
            format_func=lambda one: _READINGS[one],
            key="sweep-reading",
            required=True,
            help="Of the epochs of a run. The best is chosen by the same validation scans it is "
            "measured on, so it flatters every setting a little.",
        )
        seed = _choose_seed(results)
    reading: Reading = "final" if chosen == "final" else "best"
    _keep_link(results, metric, reading, seed)
    return metric, reading, seed


def _choose_seed(results: SweepResults) -> int | None:
    first, *more = results.spec.seeds
    if not more:
        return first
    seeds: dict[str, int | None] = {str(seed): seed for seed in results.spec.seeds}
    seeds[_ALL] = None
    wanted = st.query_params.get("seed", "")
    chosen = st.segmented_control(
        "Tree and curves of",
        list(seeds),
        default=wanted if wanted in seeds else str(first),
        format_func=lambda one: "All seeds" if one == _ALL else f"Seed {one}",
        key=f"sweep-seed-{results.sweep.id}",
        required=True,
    )
    return seeds[chosen or str(first)]


def _keep_link(results: SweepResults, metric: str, reading: Reading, seed: int | None) -> None:
    query = {
        "metric": "" if metric == results.judged else metric,
        "of": "" if reading == "best" else reading,
        "seed": _ALL if seed is None else str(seed) if seed != results.spec.seeds[0] else "",
    }
    kept = {name: value for name, value in query.items() if value}
    st.query_params.from_dict({"sweep": results.sweep.id, **kept, **visitor.parameters()})


def show_tree(results: SweepResults, seed: int | None, *, dark: bool) -> None:
    """Show which settings share a training, and where they part."""
    st.subheader("Who shares what")
    of_seed = results.spec.seeds[0] if seed is None else seed
    figure = tree_figure(results, of_seed, dark=dark, narrow=_is_phone())
    chart.show(figure, key="sweep-tree", config=CONFIG)
    which = f" This is the tree of seed {of_seed}; each seed has its own." if seed is None else ""
    st.caption(
        "A grey line is one training that several settings share. It splits after the epoch in "
        "which their callbacks first decide differently; ▼ marks a reduction of the rate, □ an "
        f"early stop, ○ what waits and ● what trains now.{which}"
    )


def show_curves(results: SweepResults, metric: str, seed: int | None, *, dark: bool) -> None:
    """Show all curves, what is shared once."""
    st.subheader("All curves")
    seeds = results.spec.seeds if seed is None else (seed,)
    leaders = results.leaders(seeds)
    told = sum(len(leader.epochs) for leader in leaders) <= _MOST_EPOCHS_WITH_VERDICTS
    verdicts = run_curves.read_verdicts(leaders) if told else {}
    figure = curves_figure(results, seeds, metric=metric, verdicts=verdicts, dark=dark)
    chart.show(figure, key="sweep-curves", config=CONFIG)
    more = " and what its callbacks made of the epoch" if told else ""
    st.caption(
        "Colours and marks as in the tree; a cross where a curve is not a number. Point at a line "
        f"to read its settings{more}."
    )


def show_maps(results: SweepResults, metric: str, reading: Reading, *, dark: bool) -> None:
    """Show what became of each setting, in one of several ways."""
    st.subheader("What became of each setting")
    varying = results.names.varying
    several = len(varying) >= _PAIR
    ways = [*([_HEAT] if several else []), _SPREAD, *([_PARALLEL] if several else [])]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        way = st.segmented_control(
            "Show as",
            ways,
            default=_PARALLEL if len(varying) > _PAIR else ways[0],
            key=f"sweep-way-{results.sweep.id}",
            required=True,
        )
        place = st.container(horizontal=True, vertical_alignment="bottom")
    if not any(not history.run.is_active for history in results.histories.values()):
        st.caption("Runs that have ended appear here, one by one.")
    if way == _HEAT:
        with place:
            axes, shown = _choose_axes(results)
        figure = heat_figure(
            results, metric=metric, reading=reading, axes=axes, shown=shown, dark=dark
        )
        note = _heat_note(results)
    elif way == _PARALLEL:
        figure = parallel_figure(results, metric=metric, dark=dark, narrow=_is_phone())
        note = (
            "A line a setting, the mean of its seeds at the right; the stronger its colour, the "
            f"better its best {metric}. Drag along an axis to pick out some of them."
        )
    else:
        figure = spread_figure(results, metric=metric, reading=reading, dark=dark)
        note = "The best mean stands first. Where the dots of rows overlap, so may the truth."
    chart.show(figure, key=f"sweep-map-{way}", config=CONFIG)
    st.caption(note)


def _choose_axes(results: SweepResults) -> tuple[tuple[int, int], Any]:
    names, varying = results.names.axes, results.names.varying
    rows, columns = varying[:_PAIR]
    if len(varying) > _PAIR:
        key = f"sweep-axes-{results.sweep.id}"
        columns = st.selectbox(
            "Columns", varying, 1, format_func=lambda n: names[n], key=f"{key}-columns", width=170
        )
        others = [number for number in varying if number != columns]
        rows = st.selectbox(
            "Rows", others, format_func=lambda n: names[n], key=f"{key}-rows", width=170
        )
    spread = len(results.spec.seeds) > 1 and st.toggle(
        "Colour by the spread", key="sweep-by-spread"
    )
    return (columns, rows), "spread" if spread else "mean"


def _heat_note(results: SweepResults) -> str:
    several = len(results.spec.seeds) > 1
    text = "The mean of all seeds ± their standard deviation. " if several else "One seed a cell. "
    text += "The frame is around the best."
    if len(results.names.varying) > _PAIR:
        text += " What the other parameters do is averaged in each cell."
    return text


def _is_phone() -> bool:
    return "Mobi" in st.context.headers.get("User-Agent", "")
