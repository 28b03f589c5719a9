"""What can be taken home from a run."""

import glob
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st

from core import store
from core.charts.event_text import events_csv
from core.specs.callbacks import CSVLogger, ModelCheckpoint, TensorBoard
from core.specs.run import FINAL_MODEL
from core.store import History, Run
from pages.parts import services

_LARGEST_BYTES = 200 * 2**20
_PLACEHOLDERS = re.compile(r"(?:\{[^{}]*\})+")
# The last model under the name it has while it is written, and under its own.
_OF_THE_RUN = (f"partial-{FINAL_MODEL}", FINAL_MODEL)


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
                _model(label, _newest(directory, callback.filepath))
            if isinstance(callback, TensorBoard):
                _logs(run, f"{stem}-logs.zip", directory / callback.log_dir)
            if isinstance(callback, CSVLogger):
                _table(directory / callback.filename)
        _model("Final model", directory / FINAL_MODEL)
    if not any(isinstance(callback, ModelCheckpoint) for callback in run.spec.callbacks):
        st.caption("To keep the best model as well as the last, add `ModelCheckpoint`.")


def _newest(directory: Path, filepath: str) -> Path:
    """Return the file that ModelCheckpoint wrote last: one an epoch where its name says which."""
    pattern = "*".join(map(glob.escape, _PLACEHOLDERS.split(filepath)))
    written = [file for file in directory.glob(pattern) if file.name not in _OF_THE_RUN]
    return max(written, key=lambda file: file.stat().st_mtime_ns, default=directory / filepath)


def _model(label: str, file: Path) -> None:
    if not file.is_file():
        return
    megabytes = file.stat().st_size / 2**20
    if file.stat().st_size > _LARGEST_BYTES:
        # A download passes through the app's memory.
        st.caption(f"{label}: {megabytes:.0f} MB, too large to download; it lies in `{file}`.")
        return
    _button(f"{label} ({megabytes:.1f} MB)", file.name, file.read_bytes)


def _table(file: Path) -> None:
    if file.is_file():
        _button("CSVLogger's table", file.name, file.read_bytes)


def _logs(run: Run, name: str, log_dir: Path) -> None:
    if not log_dir.is_dir():
        return
    _button("TensorBoard logs (zip)", name, partial(store.zip_directory, log_dir))
    if services.settings().plateau_hosted:
        return
    address = f"tensorboard-{run.id}"
    if st.button("Open TensorBoard", icon=":material/monitoring:"):
        with st.spinner("TensorBoard is starting, about ten seconds …"):
            st.session_state[address] = services.tensorboards().open(log_dir)
    if address in st.session_state:
        st.link_button(
            "TensorBoard is running: go there",
            st.session_state[address],
            icon=":material/open_in_new:",
        )


def _button(label: str, name: str, data: Callable[[], str | bytes]) -> None:
    st.download_button(
        label, data, name, key=f"download-{name}", icon=":material/download:", on_click="ignore"
    )
