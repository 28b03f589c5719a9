"""What a sweep has shown: what differed, which setting to take, and all of it to take home."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from core import store
from core.charts.compare.link import Comparison
from core.charts.compare.table import rows_of, table_csv
from core.charts.sweep.choice import Choice, Held, choose, pairs_among
from core.charts.sweep.choice_text import advice, held_told, interval_told, picked_told
from core.charts.sweep.compared import compare_all, comparison_csv
from core.charts.sweep.exported import sweep_json
from core.charts.sweep.partings import partings_of, what_differed
from core.charts.sweep.results import Reading, SweepResults
from core.plateaus.directions import Direction, likely_direction
from core.specs.sweep_draft import SweepDraft
from core.store import RunStatus
from pages.parts import services, visitor
from pages.parts.compare_choice import COMPARE
from pages.parts.evaluate_choice import EVALUATE, MOST
from pages.parts.launch import MONITOR
from pages.parts.sweep_start import SWEEP
from pages.parts.words import STATUS_BADGES, escaped

_MOST_COMPARED = 60
_MORE_SEEDS = 3


def show_differences(results: SweepResults) -> None:
    """Say in words where settings parted, and which never did."""
    st.subheader("What differed")
    st.markdown("\n".join(f"- {escaped(sentence)}" for sentence in what_differed(results)))
    partings = partings_of(results)
    if partings:
        with st.expander("Every parting", icon=":material/call_split:"):
            rows = [
                {"seed": one.seed, "after epoch": one.after, "went on as": " | ".join(one.groups)}
                for one in partings
            ]
            st.dataframe(rows, hide_index=True)


def show_choice(results: SweepResults, metric: str, reading: Reading) -> None:
    """Say which setting to take, and whether the seeds show that it matters."""
    st.subheader("Which setting to take?")
    values, mode = results.values(metric, reading), likely_direction(metric)
    names, seeds = results.names.each, results.spec.seeds
    found = choose(values, names, seeds, mode)
    if found is None:
        st.caption(
            "No run has ended yet."
            if results.sweep.is_active
            else f"No run came to its own end with a {escaped(metric)} that is a number."
        )
        return
    told = escaped(advice(found, names, metric))
    if results.sweep.is_active:
        told = f"So far, with the runs that have ended: {told}"
    (st.success if found.worse else st.info)(told, icon=":material/balance:")
    if found.wants_seeds and len(seeds) == 1:
        st.page_link(
            SWEEP,
            label=f"The same sweep with {_MORE_SEEDS} seeds",
            icon=":material/casino:",
            query_params=again_query(results, seeds=_MORE_SEEDS),
        )
    if len(seeds) > 1 and (picked := picked_told(found, metric)):
        st.markdown(escaped(picked))
    if found.waiting:
        st.caption(
            f"{found.waiting} of {len(names)} settings are left out: not all of their seeds have "
            f"ended, or gave a number, and a mean over other seeds is no fair match."
        )
    if found.held:
        _show_comparisons(results, found, metric, reading)


def _show_comparisons(results: SweepResults, found: Choice, metric: str, reading: Reading) -> None:
    names, seeds, mode = results.names.each, results.spec.seeds, likely_direction(metric)
    base = results.base_setting
    against = st.selectbox(
        "Hold against",
        list(found.order),
        format_func=lambda one: names[one] + (" (as in the base)" if one == base else ""),
        key=f"sweep-against-{results.sweep.id}-{found.best}",
        width=420,
    )
    rows = [
        {
            "place": one.place,
            "setting": names[one.setting],
            f"{reading} {metric}": one.spread.text,
            "seeds": len(one.spread.values),
            **({} if one.held is None or len(seeds) == 1 else _held_row(one.held, names, mode)),
        }
        for one in compare_all(results, found, metric, reading, against)
    ]
    st.dataframe(rows, hide_index=True, placeholder="-")
    if len(seeds) > 1:
        st.caption(_method_told(pairs_among(results.values(metric, reading))))
    comparison = partial(comparison_csv, results, found, metric, reading, against)
    _download("Comparison (CSV)", f"{_stem(results)}-comparison.csv", comparison, "text/csv")


def _held_row(held: Held, names: Sequence[str], mode: Direction) -> dict[str, str]:
    return {
        "difference (95 % interval)": interval_told(held),
        "so it is": held_told(held, names, mode),
    }


def _method_told(pairs: int) -> str:
    shared = (
        f"The best of many is picked after looking, so its lead is partly luck: all {pairs} pairs "
        "of different trainings share the 5 % of false alarms (Bonferroni), and the intervals are "
        "that much wider. "
        if pairs > 1
        else ""
    )
    return (
        "Differences are taken seed by seed, which cancels what a seed does to all settings, and "
        f"the intervals are Student's. {shared}With two or three seeds they are wide: that is "
        "what two or three seeds can tell. The validation scans are the same throughout, so other "
        "scans may give another order."
    )


def show_runs(results: SweepResults, metric: str, reading: Reading) -> None:
    """Show every run with a way to its monitor, ways to compare and evaluate, and downloads."""
    st.subheader("All runs")
    started = [history for history in results.histories.values() if history.epochs]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link(
            COMPARE,
            label="Open them in Compare"
            if len(started) <= _MOST_COMPARED
            else f"Open the first {_MOST_COMPARED} in Compare",
            icon=":material/stacked_line_chart:",
            query_params=Comparison(
                runs=tuple(history.run.id for history in started[:_MOST_COMPARED]), metric=metric
            ).to_query()
            | visitor.parameters(),
            disabled=len(started) < 2,  # noqa: PLR2004
        )
        _show_evaluation(results, metric, reading)
        stem = _stem(results)
        _download(
            "Table (CSV)",
            f"{stem}.csv",
            lambda: table_csv(rows_of(results.lines, metric)),
            "text/csv",
        )
        ledger = store.read_ledger(services.db(), results.sweep.id)
        everything = partial(sweep_json, results, ledger, metric, reading)
        _download("Everything (JSON)", f"{stem}.json", everything, "application/json")
    chosen = st.dataframe(
        _rows(results, metric),
        hide_index=True,
        key=f"sweep-runs-{results.sweep.id}",
        on_select="rerun",
        selection_mode="single-row",
        placeholder="-",
        column_config={
            f"{one} {metric}": st.column_config.NumberColumn(format="%.4f")
            for one in ("final", "best")
        },
    )
    _show_monitor(results, chosen.selection.rows)
    st.caption("Link to share: whoever opens it can watch the sweep, not stop or delete it.")
    st.code(f"{_address()}?sweep={results.sweep.id}", language=None)


def _show_monitor(results: SweepResults, rows: Sequence[int]) -> None:
    """Show a link to the monitor of the run whose row is selected.

    Not a column of links: the table can be downloaded, and the visitor's key with it.
    """
    runs = [history.run for _, history in sorted(results.histories.items())]
    chosen = next((runs[row] for row in rows if row < len(runs)), None)
    setting = "" if chosen is None else results.names.each[chosen.setting or 0]
    st.page_link(
        MONITOR,
        label="Select a row to open its monitor"
        if chosen is None
        else f"Open the monitor of {escaped(setting)}, seed {chosen.seed}",
        icon=":material/monitoring:",
        query_params=visitor.parameters() | ({} if chosen is None else {"run": chosen.id}),
        disabled=chosen is None,
    )


def _show_evaluation(results: SweepResults, metric: str, reading: Reading) -> None:
    """Show a link to the models on Evaluate, those of the best settings first, seed by seed."""
    values, seeds = results.values(metric, reading), results.spec.seeds
    found = choose(values, results.names.each, seeds, likely_direction(metric))
    # Whole settings: what some seeds are worth says little beside all those of another.
    most = MOST // len(seeds) * len(seeds)
    runs = [
        run.id
        for setting in (found.order if found else ())
        for seed in seeds
        if (run := results.histories[setting, seed].run).status is RunStatus.FINISHED
    ]
    st.page_link(
        EVALUATE,
        label="Evaluate their models"
        if len(runs) <= most
        else f"Evaluate {most} models of the best settings",
        icon=":material/fact_check:",
        query_params={"runs": ",".join(runs[:most]), **visitor.parameters()},
        disabled=not runs,
    )


def again_query(results: SweepResults, *, seeds: int | None = None) -> dict[str, str]:
    """Return the parameters of a link to the form with this sweep's settings.

    Args:
        results: The sweep.
        seeds: How many to train it with; as many as it has by default.
    """
    draft = SweepDraft.of(results.spec)
    return replace(draft, seeds=seeds or draft.seeds).to_query() | visitor.parameters()


def _rows(results: SweepResults, metric: str) -> list[dict[str, Any]]:
    readings: tuple[Reading, Reading] = ("final", "best")
    values = {one: results.values(metric, one) for one in readings}
    rows: list[dict[str, Any]] = []
    for (setting, seed), history in sorted(results.histories.items()):
        at = setting, results.spec.seeds.index(seed)
        rows.append(
            {
                "setting": results.names.each[setting],
                "seed": seed,
                "status": STATUS_BADGES[history.run.status][0],
                "epochs": len(history.epochs),
                **{
                    f"{one} {metric}": float(found[at]) if np.isfinite(found[at]) else None
                    for one, found in values.items()
                },
            }
        )
    return rows


def _stem(results: SweepResults) -> str:
    return re.sub(r"\W+", "-", results.sweep.name).strip("-").lower() or "sweep"


def _download(label: str, name: str, data: Any, mime: str) -> None:
    st.download_button(label, data, name, mime=mime, icon=":material/download:", on_click="ignore")


def _address() -> str:
    return (st.context.url or "").split("?")[0].rstrip("/")
