"""Many scans that were classified: a table, its CSV, and one of them looked at closely."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.charts.compare.table import cell_text, table_csv
from core.evaluation import votes
from core.evaluation.answered import Answered
from core.evaluation.counted import counted
from pages.parts import classified_scan, classify_answers
from pages.parts.classify_models import Offered
from pages.parts.doubts import in_short
from pages.parts.scan_source import THUMB_PX, Shown


def show(
    models: Sequence[Offered],
    answers: Sequence[Answered],
    scans: Sequence[Shown],
    doubts: Sequence[str],
) -> None:
    """Show a row for each scan; a chosen row is shown as one scan alone is.

    Args:
        models: Those that were asked.
        answers: What each said of all scans.
        scans: The scans.
        doubts: For each scan why its answer should not be believed, or "".
    """
    said = votes.together([answer.probabilities for answer in answers])
    rows = _rows(answers[0].known.classes, said, scans, doubts)
    _summary(rows, doubts)
    # Streamlit's own button on a table saves it as it is.
    safe = [{name: cell_text(value) for name, value in row.items()} for row in rows]
    table = [{"scan": scan.thumb} | row for scan, row in zip(scans, safe, strict=True)]
    chosen: Any = st.dataframe(
        table,
        hide_index=True,
        row_height=THUMB_PX + 4,
        placeholder="",
        on_select="rerun",
        selection_mode="single-row",
        key="classify-table",
        column_config=_columns(answers[0].known.classes),
    )
    st.download_button(
        "CSV",
        table_csv(rows),
        "classified.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
    # The table keeps what was chosen in it, of which scans may have been removed since.
    selected: list[int] = [row for row in chosen.selection.rows if row < len(scans)]
    if not selected:
        st.caption("Choose a row to see where the model looked. Click a heading to sort.")
        return
    place = selected[0]
    alone = classify_answers.ask(models, [scans[place]])
    if alone is not None:
        st.fragment(classified_scan.show)(models, alone, scans[place], doubts[place])


def _rows(
    classes: Sequence[str], said: votes.Votes, scans: Sequence[Shown], doubts: Sequence[str]
) -> list[dict[str, object]]:
    labels = said.probabilities.argmax(axis=1)
    truths = any(scan.truth for scan in scans)
    rows: list[dict[str, object]] = []
    for place, scan in enumerate(scans):
        named = classes[int(labels[place])]
        row: dict[str, object] = {"name": scan.name, "class": named}
        # A warning instead of confidence: on such a scan no number means anything.
        believed = not doubts[place]
        row["warning"] = in_short(doubts[place])
        row["probability"] = _rounded(said.probabilities[place].max()) if believed else None
        if truths:
            row["truth"] = scan.truth
            row["right"] = scan.truth == named if scan.truth else None
        if said.models > 1:
            row["agreeing"] = f"{said.agreeing[place]} of {said.models}"
        row |= {
            f"p({name})": _rounded(value) if believed else None
            for name, value in zip(classes, said.probabilities[place], strict=True)
        }
        rows.append(row)
    return rows


def _rounded(probability: float) -> float:
    return round(float(probability), 4)


def _summary(rows: Sequence[dict[str, object]], doubts: Sequence[str]) -> None:
    known = [row["right"] for row in rows if row.get("right") is not None]
    unlike = sum(bool(doubt) for doubt in doubts)
    with st.container(horizontal=True):
        st.metric("Scans", f"{len(rows):,}")
        if known:
            share = counted(sum(map(bool, known)) / len(known), len(known))
            st.metric("Right, of those whose class is known", share.text)
        st.metric("Unlike what the model knows", f"{unlike:,}")


def _columns(classes: Sequence[str]) -> dict[str, Any]:
    share = st.column_config.NumberColumn(format="percent")
    return {
        "scan": st.column_config.ImageColumn("scan", width="small"),
        "probability": st.column_config.ProgressColumn(
            "probability", format="percent", min_value=0, max_value=1
        ),
        "warning": st.column_config.TextColumn(
            "warning", help="Choose the row for the reason. Its probabilities are left out."
        ),
        "right": st.column_config.CheckboxColumn("right"),
        **{f"p({name})": share for name in classes},
    }
