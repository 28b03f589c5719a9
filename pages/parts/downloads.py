"""What can be taken home from a run."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st

from core import store
from core.charts.event_text import events_csv
from core.specs.callbacks import CSVLogger, ModelCheckpoint
from core.store import History, Run
from pages.parts import saved_models, services, tensorboard

_ICON = ":material/download:"
# What Streamlit downloads passes through the app's memory.
_LARGEST_BYTES = 20 * 2**20


def show(run: Run, history: History) -> None:
    """Show a button for each thing a run left; a fork's tables begin with what it shares."""
    directory = services.settings().run_dir(run.id)
    stem = re.sub(r"\W+", "-", run.name).strip("-").lower() or "run"
    with st.container(horizontal=True):
        _button("History (CSV)", f"{stem}-history.csv", partial(store.history_csv, history.epochs))
        _button("Events (CSV)", f"{stem}-events.csv", partial(events_csv, history.events))
        _button("All of it (JSON)", f"{stem}-run.json", partial(store.history_json, run, history))
        _button("Settings (JSON)", f"{stem}.json", partial(run.spec.model_dump_json, indent=2))
        for callback in run.spec.callbacks:
            if isinstance(callback, ModelCheckpoint):
                label = "Best model" if callback.save_best_only else "Checkpoint"
                _model(run, saved_models.CHECKPOINT, label)
            if isinstance(callback, CSVLogger):
                _table(directory / callback.filename)
        if logs := tensorboard.logs_of(run):
            zipped = partial(store.zip_directory, logs)
            _button("TensorBoard logs (zip)", f"{stem}-logs.zip", zipped)
        _model(run, saved_models.FINAL, "Final model")
    _hint(run)


def _hint(run: Run) -> None:
    """Say which callbacks would leave more."""
    kinds = {callback.kind for callback in run.spec.callbacks}
    if "ModelCheckpoint" not in kinds:
        st.caption("To keep the best model as well as the last, add `ModelCheckpoint`.")
    if "TensorBoard" not in kinds:
        st.caption("To look at a run in TensorBoard, add `TensorBoard`.")


def _model(run: Run, which: str, label: str) -> None:
    file = saved_models.file_of(run, which)
    if file is None:
        return
    size = file.stat().st_size
    label = f"{label} ({size / 2**20:.1f} MB)"
    if size > _LARGEST_BYTES:
        st.link_button(label, saved_models.address(run, which), icon=_ICON)
    else:
        _button(label, file.name, file.read_bytes)


def _table(file: Path) -> None:
    if file.is_file():
        _button("CSVLogger's table", file.name, file.read_bytes)


def _button(label: str, name: str, data: Callable[[], str | bytes]) -> None:
    st.download_button(
        label, data, name, key=f"download-{label}-{name}", icon=_ICON, on_click="ignore"
    )
