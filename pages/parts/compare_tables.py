"""The tables of the Compare page: each run, what differs, what chance explains."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.charts.compare.differences import (
    differing_settings,
    reasons_not_to_compare,
    watched_differently,
)
from core.charts.compare.forks import forks_told
from core.charts.compare.lines import Line
from core.charts.compare.seeds import contrasts_with, sentence, spread_of
from core.charts.compare.table import COLUMNS, rows_of, table_csv
from core.charts.history import History
from pages.parts.words import escaped

_VALUES = ("best", "final", "gap")
_FEWEST = 2


def highlighted(key: str, lines: Sequence[Line]) -> set[str]:
    """Return the ids of the runs whose rows are selected in the table of that key."""
    runs = [history.run.id for line in lines for history in line.histories]
    selection = st.session_state.get(key, {}).get("selection", {})
    return {runs[row] for row in selection.get("rows", []) if row < len(runs)}


def show_runs(lines: Sequence[Line], metric: str, *, key: str) -> None:
    """Show each run in a row that can be sorted, selected and downloaded."""
    rows = rows_of(lines, metric)
    st.subheader("Each run")
    st.caption(
        f"{metric} as it was logged, nothing smoothed. Select rows to bring their lines out; "
        "click a heading to sort."
    )
    st.dataframe(
        rows,
        hide_index=True,
        key=key,
        on_select="rerun",
        selection_mode="multi-row",
        placeholder="-",
        column_config=_columns(rows),
    )
    st.download_button(
        "Table (CSV)",
        lambda: table_csv(rows),
        f"compare-{metric}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


def show_differences(histories: Sequence[History]) -> None:
    """Show the settings that differ."""
    st.subheader("What differs")
    differences = differing_settings([history.run.spec for history in histories])
    if not differences:
        st.caption("Nothing: all settings of these runs are the same.")
        return
    rows = [{"setting": one.setting, "values": one.counted} for one in differences]
    st.dataframe(rows, hide_index=True, column_config={"setting": st.column_config.TextColumn()})


def show_warnings(histories: Sequence[History]) -> None:
    """Say what keeps these runs from being compared, if anything does."""
    runs = [history.run for history in histories]
    specs, validated = [run.spec for run in runs], [run.validation_scans for run in runs]
    if reason := reasons_not_to_compare(specs, validated):
        st.warning(reason, icon=":material/compare_arrows:")
    if watched := watched_differently([history.judged.metric for history in histories]):
        st.info(watched, icon=":material/visibility:")
    if forks := forks_told(histories):
        st.caption(f":material/call_split: {escaped(' '.join(forks))}")


def show_seeds(lines: Sequence[Line], metric: str, *, key: str) -> None:
    """Say what the seeds allow to conclude."""
    st.subheader("Chance or not?")
    spreads = [spread_of(line, metric) for line in lines]
    several = [spread for spread in spreads if len(spread.values) >= _FEWEST]
    if not several:
        st.caption(
            "Each line is one run with one seed. Another seed gives other values: a difference "
            "smaller than the noise between seeds means nothing. Train the same settings with "
            "three seeds or more, and this page says how large that noise is."
        )
        return
    rows = [
        {"settings": one.name, "n": len(one.values), f"best {metric}, mean ± deviation": one.text}
        for one in spreads
    ]
    st.dataframe(rows, hide_index=True)
    if len(several) < _FEWEST:
        st.caption("A second group of seeds is needed to tell a difference from chance.")
        return
    names = {spread.name: spread for spread in several}
    against = st.selectbox("Hold against", list(names), key=f"{key}-against", width=360)
    found = contrasts_with(names[against], [one for one in several if one.name != against])
    st.markdown("\n".join(f"- {escaped(sentence(one, metric))}" for one in found))
    shared = " They are widened so that all together hold at 95 %." if len(found) > 1 else ""
    st.caption(
        f"Of the best {metric} of each run. Intervals are Student's, for values that scatter "
        f"normally from seed to seed.{shared} With two or three seeds they are wide: that is "
        "what two or three seeds can tell."
    )


def _columns(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for name in rows[0] if rows else ():
        about, pinned = COLUMNS.get(name), name == "run"
        if name in _VALUES or name == "seconds":
            digits = "%.1f" if name == "seconds" else "%.4f"
            columns[name] = st.column_config.NumberColumn(name, help=about, format=digits)
        else:
            columns[name] = st.column_config.Column(name, help=about, pinned=pinned)
    return columns
