"""Data sets: bring them, look at them, learn whether their test score can be believed."""

import streamlit as st

from core.data.audit import pairs
from core.data.audit.report import Audit
from core.data.scan_set import ScansError
from core.specs.data import FolderScans
from pages.parts import (
    audit_findings,
    bring_set,
    contact_sheet,
    datasets,
    services,
    set_about,
    split_lesson,
    twin_pairs,
    visitor,
    waiting,
)
from pages.parts.datasets import Choice
from pages.parts.words import told_apart

_LAST = "datasets-last"


def choose() -> Choice:
    """Show which set to look at, at first that of the link or the last one; the link names it."""
    found = datasets.choices()
    wanted = st.session_state.pop(bring_set.CHOSEN, None)
    if wanted in found:
        st.session_state["datasets_set"] = wanted
    elif st.session_state.get("datasets_set") not in found:
        # Streamlit drops what widgets hold while another page is shown.
        linked = st.query_params.get("set") or st.session_state.get(_LAST, "")
        st.session_state["datasets_set"] = linked if linked in found else next(iter(found))
    else:
        # Written again, since a label that changed would be taken for another option.
        st.session_state["datasets_set"] = st.session_state["datasets_set"]
    labels = told_apart({choice.key: choice.title for choice in found.values()})
    key = st.selectbox(
        "Data set", list(found), format_func=lambda key: labels[key], key="datasets_set"
    )
    st.session_state[_LAST] = key
    st.query_params.from_dict({"set": key, **visitor.parameters()})
    return found[key]


def show_set(choice: Choice, audit: Audit) -> None:
    """Show what is known of a set; only the open tab is drawn."""
    folder = choice.spec if isinstance(choice.spec, FolderScans) else None
    preset = getattr(choice.spec, "preset", "")
    sides = ("training", "testing" if folder else "validation")
    rests_on = f"scans of folder {folder.folder}" if folder else f"simulated scans ({preset})"
    counts = pairs.count(audit)
    split_lesson.show_verdict(counts, sides=sides)
    set_about.show_figures(audit, sides=sides)
    overview, scans, twins, split = st.tabs(
        ["Overview", "Scans", "Twins", "Split"], key=f"tabs-{choice.key}", on_change="rerun"
    )
    if overview.open:
        with overview:
            set_about.show_counts(choice, audit, rests_on=rests_on, sides=sides)
            audit_findings.show(audit, key=choice.key, rests_on=rests_on)
    if scans.open:
        with scans:
            contact_sheet.show(audit, key=choice.key, sides=sides)
    if twins.open:
        with twins:
            twin_pairs.show(audit, counts, key=choice.key, sides=sides)
    if split.open:
        with split:
            split_lesson.show(folder, audit)


st.title("Data sets")
st.markdown(
    "Before you train on scans, learn whether a score on them can be believed: look at them, find "
    "the pictures that stand on both sides of the split, and choose a split that keeps them apart."
)
choice = choose()
set_about.show_source(choice)
bring_set.show()
try:
    place = datasets.directory(choice.spec)
except ScansError as error:
    st.error(str(error), icon=":material/error:")
    st.stop()
audit = datasets.audit(place)
if audit is not None:
    show_set(choice, audit)
else:
    state = datasets.start_audit(choice.spec, place)
    if state.problem:
        st.error(state.problem, icon=":material/error:")
        st.button("Try again", on_click=services.tasks().forget, args=(str(place),))
    elif state.done:
        st.rerun()
    else:
        st.caption("Reading the set for the first time; other pages stay usable.")
        waiting.follow(str(place))
