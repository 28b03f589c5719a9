"""Which scans to train on: the part of a form that chooses them."""

import streamlit as st

from core.specs.data import FolderScans, SimulatedScans
from pages.parts import datasets
from pages.parts.form import Form


def show(form: Form) -> None:
    """Show which scans there are, and the settings of the chosen ones."""
    found = {folder.name: folder for folder in datasets.visible_folders()}
    now = form.values.get("scans.folder", "") if form.values.get("scans") == "folder" else ""
    choices = ["", *found, *([now] if now and now not in found else [])]
    chosen = st.selectbox(
        "Data set",
        choices,
        index=choices.index(now),
        key=form.key("scans"),
        format_func=lambda name: f"Folder {name}" if name else "Simulated scans (built in)",
        help="Folders of scans in the data directory appear here: one sub-folder a class, or "
        "Training/ and Testing/ with one sub-folder a class each.",
        disabled="scans" in form.locked,
    )
    if chosen:
        form.values |= {"scans": "folder", "scans.folder": chosen}
        form.section("scans", FolderScans, leave_out=["folder"])
    else:
        form.values["scans"] = "simulated"
        form.section("scans", SimulatedScans)
