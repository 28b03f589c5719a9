"""What can be taken home from a run."""

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from core import store
from core.specs.callbacks import ModelCheckpoint, TensorBoard
from core.store import Epoch, Run
from pages.parts import services

_FINAL = "final.keras"
_LARGEST_BYTES = 200 * 2**20


def show(run: Run, epochs: Sequence[Epoch]) -> None:
    """Show a button for each thing a run left."""
    directory = services.settings().run_dir(run.id)
    stem = "".join(c if c.isalnum() else "-" for c in run.name).lower()
    with st.container(horizontal=True):
        _button("History (CSV)", f"{stem}-history.csv", lambda: store.history_csv(epochs))
        _button("Settings (JSON)", f"{stem}.json", lambda: run.spec.model_dump_json(indent=2))
        for callback in run.spec.callbacks:
            if isinstance(callback, TensorBoard):
                logs = directory / callback.log_dir
                if logs.is_dir():
                    _button(
                        "TensorBoard logs (zip)",
                        f"{stem}-logs.zip",
                        lambda logs=logs: store.zip_directory(logs),
                    )
            if isinstance(callback, ModelCheckpoint):
                _file(
                    "Best model" if callback.save_best_only else "Checkpoint",
                    directory / callback.filepath,
                )
        _file("Final model", directory / _FINAL)


def _file(label: str, file: Path) -> None:
    if not file.is_file():
        return
    size = file.stat().st_size
    if size > _LARGEST_BYTES:
        # A download passes through the app's memory.
        st.caption(f"{label}: {size / 2**20:.0f} MB, too large to download here: `{file}`")
        return
    _button(f"{label} ({size / 2**20:.1f} MB)", file.name, file.read_bytes)


def _button(label: str, name: str, data: Callable[[], str | bytes]) -> None:
    st.download_button(
        label, data, name, key=f"download-{name}", icon=":material/download:", on_click="ignore"
    )
