"""Why a test score may not be believed, with the numbers of the set at hand."""

import streamlit as st

from core.data import patients
from core.data.audit import split_table
from core.data.audit.pairs import TwinCounts
from core.data.audit.report import Audit
from core.data.audit.split_table import SplitRow
from core.data.scan_set import ScansError
from core.specs import links
from core.specs.data import FolderScans
from core.specs.run import RunSpec
from pages.parts import services, visitor

_WORDS = {
    "folders": "as the folders say",
    "random": "random, scan by scan",
    "twins": "twins kept together",
    "patients": "by patient",
}


def show_verdict(counts: TwinCounts, *, sides: tuple[str, str]) -> None:
    """Say in one box whether the score of the set's own split can be believed.

    Args:
        counts: Of the set's twins.
        sides: What the scans for training and those for testing are called.
    """
    if counts.testing and counts.across:
        st.warning(
            f"**Its test score cannot be believed as it stands.** {counts.across:,} of its "
            f"{counts.testing:,} test scans have a twin in the training scans: "
            f"{counts.across / counts.testing:.0%} of the exam was in the textbook.",
            icon=":material/content_copy:",
        )
    elif counts.scans:
        st.info(
            f"**{counts.scans:,} scans have a twin.** Keep twins together when you split, or the "
            "score will count answers from memory.",
            icon=":material/content_copy:",
        )
    elif counts.testing:
        st.success(
            f"No scan for {sides[1]} has a twin in the training scans.",
            icon=":material/check_circle:",
        )


def show(spec: FolderScans | None, audit: Audit) -> None:
    """Show the ways to split a folder side by side, and what they mean.

    Args:
        spec: The folder; None for simulated scans.
        audit: Of the set.
    """
    if spec is None:
        st.markdown(
            "Simulated scans are split by subject: nobody is on both sides, and no two slices are "
            "the same picture."
        )
        _show_lesson()
        return
    folder = services.settings().data_dir / spec.folder
    names = [fact.name for fact in audit.facts]
    try:
        groups = patients.read(folder, names)
    except ScansError as error:
        st.error(str(error), icon=":material/error:")
        return
    rows = split_table.compare(audit, groups)
    st.dataframe(
        [_row(row) for row in rows if not row.obstacle],
        hide_index=True,
        width="stretch",
        column_config={
            "leaked": st.column_config.ProgressColumn(
                "of them with a twin in training", format="%.0f%%", min_value=0, max_value=100
            )
        },
    )
    for row in rows:
        if row.obstacle:
            st.caption(f"Not possible {_WORDS[row.split]}: the set {row.obstacle}.")
    _show_links(spec, rows)
    _show_lesson()


def _row(row: SplitRow) -> dict[str, object]:
    return {
        "split": _WORDS[row.split],
        "to train on": row.training,
        "to validate on": row.validation,
        "leaked": 100 * row.leaked / row.validation,
        "note": f"{row.leaked:,} can be answered from memory" if row.leaked else "no twin crosses",
    }


def _show_links(spec: FolderScans, rows: list[SplitRow]) -> None:
    st.markdown("Train on this set, split")
    with st.container(horizontal=True):
        for row in rows:
            if not row.obstacle:
                scans = FolderScans(folder=spec.folder, split=row.split)
                query = links.to_query(RunSpec(name=f"Split {row.split}", scans=scans))
                st.page_link(
                    "pages/train/configure.py",
                    label=_WORDS[row.split],
                    icon=":material/play_arrow:",
                    query_params=query | visitor.parameters(),
                )


def _show_lesson() -> None:
    with st.container(border=True):
        st.markdown(
            "**Why this matters.** A network can remember a training scan. Where the test scans "
            "hold the same pictures again, its score says how well it remembers, not how well it "
            "would do on a new patient. In the public Kaggle set 88 of the 394 test scans are "
            "byte for byte in the training folder, and 258 have a near-exact twin there. A CNN "
            "trained on that training folder was right on **69%** of the test folder: on "
            "**92%** of the twins, and on **26%** of the 136 others, where guessing among four "
            "classes gives 25%."
        )
        st.caption(
            "Measured for this program's reference on Brain Tumor Classification (MRI), Kaggle, "
            "one training; your runs will differ. On other MRI sets, splitting slices instead of "
            "patients inflated accuracy by 29 to 55% (Yagis et al., Scientific Reports 2021, "
            "doi.org/10.1038/s41598-021-01681-w)."
        )
