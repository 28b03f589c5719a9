"""A run in the real TensorBoard, where it has the callback."""

from pathlib import Path

import streamlit as st

from core.specs.callbacks import TensorBoard
from core.store import Run
from pages.parts import services, visitor
from pages.parts.words import escaped


def logs_of(run: Run) -> Path | None:
    """Return the directory that a run's TensorBoard callback has written; None without one."""
    for callback in run.spec.callbacks:
        if isinstance(callback, TensorBoard):
            directory = services.settings().run_dir(run.id) / callback.log_dir
            return directory if directory.is_dir() else None
    return None


def show(run: Run) -> None:
    """Show a button that opens the run's logs, or what to do with them elsewhere."""
    logs = logs_of(run)
    if logs is None:
        return
    # It listens on this machine's own address, which is another's from elsewhere.
    if visitor.is_at_home():
        _show_program(f"tensorboard-{run.id}", logs)
    else:
        st.caption(
            "TensorBoard opens on the machine that Plateau runs on, and you are elsewhere: take "
            "the run's logs from *Downloads*, unpack them, and call `tensorboard --logdir` there."
        )


def _show_program(key: str, logs: Path) -> None:
    programs = services.tensorboards()
    if st.button("Open TensorBoard", icon=":material/monitoring:"):
        with st.spinner("TensorBoard is starting, about ten seconds …"):
            try:
                st.session_state[key] = programs.open(logs)
            except RuntimeError as error:
                st.error(escaped(str(error)), icon=":material/error:")
    address = programs.address(logs)
    if address and st.session_state.get(key) == address:
        st.link_button("TensorBoard is running: go there", address, icon=":material/open_in_new:")
