"""What can be taken home from a run."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st

from core import store
from core.charts.event_text import events_csv
from core.specs.callbacks import CSVLogger, ModelCheckpoint, TensorBoard
from core.store import History, Run
from pages.parts import saved_models, services, visitor
from pages.parts.words import escaped

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
            if isinstance(callback, TensorBoard):
                _logs(run, f"{stem}-logs.zip", directory / callback.log_dir)
            if isinstance(callback, CSVLogger):
                _table(directory / callback.filename)
        _model(run, saved_models.FINAL, "Final model")
    if not any(isinstance(callback, ModelCheckpoint) for callback in run.spec.callbacks):
        st.caption("To keep the best model as well as the last, add `ModelCheckpoint`.")


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


def _logs(run: Run, name: str, log_dir: Path) -> None:
    if not log_dir.is_dir():
        return
    _button("TensorBoard logs (zip)", name, partial(store.zip_directory, log_dir))
    # It listens on this machine's own address, which is another's from elsewhere.
    if visitor.is_at_home():
        _tensorboard(f"tensorboard-{run.id}", log_dir)


def _tensorboard(key: str, log_dir: Path) -> None:
    programs = services.tensorboards()
    if st.button("Open TensorBoard", icon=":material/monitoring:"):
        with st.spinner("TensorBoard is starting, about ten seconds …"):
            try:
                st.session_state[key] = programs.open(log_dir)
            except RuntimeError as error:
                st.error(escaped(str(error)), icon=":material/error:")
    address = programs.address(log_dir)
    if address and st.session_state.get(key) == address:
        st.link_button("TensorBoard is running: go there", address, icon=":material/open_in_new:")


def _button(label: str, name: str, data: Callable[[], str | bytes]) -> None:
    st.download_button(
        label, data, name, key=f"download-{label}-{name}", icon=_ICON, on_click="ignore"
    )
