"""Where a run goes on: the newest state that can be used, and its files as they were then."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core import store
from core.data.scan_set import ScansError, ScanSet
from core.specs.callbacks import BackupAndRestore, CSVLogger
from core.specs.lineage import trunk_digest
from core.specs.run import FINAL_MODEL, RunSpec
from core.store import Event, EventKind, Run, SavedState, StateFiles, Store
from core.training.state import State, UnusableState
from core.training.state_format import decode

_MODEL_FILES = (".keras", ".weights.h5")


@dataclass(frozen=True)
class Start:
    """Where a run begins or goes on.

    Attributes:
        state: The state it goes on from, or None for a run from scratch.
        learning_rate: The rate that a fork sets, or None.
        events: What to note of it.
    """

    state: State | None = None
    learning_rate: float | None = None
    events: tuple[Event, ...] = ()

    @property
    def first_epoch(self) -> int:
        """The first epoch to train, from 0."""
        return 0 if self.state is None else self.state.epoch + 1


def find_start(db: Store, run: Run, files: StateFiles) -> Start:
    """Find the newest state of a run that can be used, and forget what came after it.

    A state that is damaged, or belongs to another training, is passed over with a note.

    Raises:
        UnusableState: If the run is a fork and has no state left to go on from.
    """
    state = _newest_usable(db, run, files)
    if state is None and run.forked_at is not None:
        raise UnusableState(
            "The state that this fork begins with is gone or damaged. Fork the run anew, from "
            "another epoch."
        )
    if state is not None and state.epoch == run.forked_at:
        state = _not_stopped(state)
    after = -1 if state is None else state.epoch
    rows_from_before = run.attempt > 1
    if rows_from_before:
        files.delete(store.go_back(db, run.id, after))
    delete_strays(db, run.id, files)
    rate = _rate_of_fork(db, run, state)
    events = [_resumed(db, run, state)] if rows_from_before else []
    if rate is not None and state is not None and not _rate_is_noted(db, run):
        events.append(_rate_event(state, rate))
    return Start(state, rate, tuple(events))


def require_same_scans(run: Run, scans: ScanSet) -> None:
    """Refuse scans that are not those of a run, or are split in another way.

    Raises:
        ScansError: If they are not; a run of an earlier version, which noted nothing, passes.
    """
    if run.scans_digest not in (None, scans.digest):
        raise ScansError(
            f"The scans of {run.name!r} have changed since it was trained: files are new or gone, "
            "or others validate. Put the files back, or train them as a new run."
        )


def _newest_usable(db: Store, run: Run, files: StateFiles) -> State | None:
    trunk = trunk_digest(run.spec)
    for saved in reversed(store.read_states(db, run.id)):
        try:
            return read_state(saved, files, trunk)
        except UnusableState as problem:
            store.add_note(db, run.id, f"After epoch {saved.epoch + 1}: {problem}")
    return None


def _not_stopped(state: State) -> State:
    """Return the state that a fork begins with: whether it stops is for its own settings to say."""
    memories = {
        kind: replace(memory, values={**memory.values, "stopped_epoch": 0})
        if "stopped_epoch" in memory.values
        else memory
        for kind, memory in state.memories.items()
    }
    return replace(state, stopped=False, memories=memories)


def read_state(saved: SavedState, files: StateFiles, trunk: str) -> State:
    """Read a state that was kept.

    Raises:
        UnusableState: If its file is gone or damaged, or it belongs to another training.
    """
    try:
        data = files.read(saved.file)
    except OSError as error:
        raise UnusableState(f"The file of the state cannot be read: {error}.") from error
    return decode(data, sha256=saved.sha256, trunk=trunk)


def delete_strays(db: Store, run_id: str, files: StateFiles) -> None:
    """Delete what a worker that died left half done."""
    names = files.names_in(run_id)
    # Not by its own rows alone: forks and branches begin with files in their parent's folder.
    files.delete(set(names) - store.named_files(db, names))


def _resumed(db: Store, run: Run, state: State | None) -> Event:
    ends = [event.kind for event in store.read_events(db, run.id) if event.kind in _ENDS]
    paused = bool(ends) and ends[-1] is EventKind.PAUSED
    kind = EventKind.CONTINUED if paused and not run.recoveries else EventKind.RESUMED
    return Event(kind, None if state is None else state.epoch, {"died": run.recoveries > 0})


_ENDS = (EventKind.PAUSED, EventKind.STOPPED, EventKind.FAILED, EventKind.FINISHED)


def _rate_of_fork(db: Store, run: Run, state: State | None) -> float | None:
    """Return the rate that a fork sets when it begins, if it differs from its parent's."""
    if run.parent_id is None or state is None or state.epoch != run.forked_at:
        return None
    before = store.read_run(db, run.parent_id).spec.training.learning_rate
    rate = run.spec.training.learning_rate
    return rate if rate != before else None


def _rate_is_noted(db: Store, run: Run) -> bool:
    """Tell whether an earlier attempt noted the rate of a fork; it stays, as the shared epochs."""
    return any(
        event.kind is EventKind.LEARNING_RATE_SET and event.detail.get("by") == "fork"
        for event in store.read_events(db, run.id)
    )


def _rate_event(state: State, rate: float) -> Event:
    detail = {"from": rate_in(state), "to": rate, "by": "fork"}
    return Event(EventKind.LEARNING_RATE_SET, state.epoch, detail)


def rate_in(state: State) -> float:
    """Return the learning rate that a state holds."""
    (rate,) = (
        value
        for name, value in state.variables.items()
        if name.startswith("optimizer/") and name.endswith("/learning_rate")
    )
    return float(rate)


def prepare_files(spec: RunSpec, directory: Path, state: State | None, *, goes_on: bool) -> None:
    """Bring the files of a run to where the state it goes on from had them.

    Keras's own backup goes: its callback would put back weights and an epoch of its own.
    """
    if not goes_on:
        return
    _forget_later_models(directory, state)
    for callback in spec.callbacks:
        if isinstance(callback, BackupAndRestore):
            shutil.rmtree(directory / callback.backup_dir, ignore_errors=True)
        if isinstance(callback, CSVLogger):
            _cut(directory / callback.filename, 0 if state is None else _bytes_of_table(state))


def model_files(directory: Path) -> list[Path]:
    """Return the models and weights that a run has saved."""
    return [file for file in directory.iterdir() if file.name.endswith(_MODEL_FILES)]


def _forget_later_models(directory: Path, state: State | None) -> None:
    """Delete what was saved after a state was taken: it would pass for what belongs to it."""
    if state is not None and "files" not in state.noted:
        return  # A state of an earlier version.
    for file in model_files(directory):
        if file.name == FINAL_MODEL or not _is_of(state, file):
            file.unlink()


def _is_of(state: State | None, file: Path) -> bool:
    """Tell whether a model was saved as it is now when a state was taken."""
    known: Mapping[str, int] = {} if state is None else state.noted.get("files", {})
    return known.get(file.name) == file.stat().st_mtime_ns


def _bytes_of_table(state: State) -> int:
    memory = state.memories.get(CSVLogger.__name__)
    return (memory.file_bytes if memory else 0) or 0


def _cut(file: Path, size_bytes: int) -> None:
    if file.exists() and file.stat().st_size > size_bytes:
        os.truncate(file, size_bytes)


def take_files_along(
    db: Store, run: Run, directory: Path, parent_directory: Path, state: State
) -> None:
    """Copy to a fork what its parent's callbacks had written by then: table and checkpoints."""
    if run.parent_id is None or not parent_directory.is_dir():
        return
    history = store.read_history(db, run.parent_id)
    newest: Mapping[str, Any] = {
        event.detail["file"]: event.epoch or 0
        for event in history.events
        if event.kind is EventKind.CHECKPOINT_SAVED
    }
    tables = _tables(run.spec) & _tables(store.read_run(db, run.parent_id).spec)
    wanted = {name for name, _ in tables}
    wanted |= {name for name, epoch in newest.items() if epoch <= state.epoch}
    for name in sorted(wanted):
        if (parent_directory / name).is_file() and not (directory / name).exists():
            # With its time, by which the state knows it.
            shutil.copy2(parent_directory / name, directory / name)


def _tables(spec: RunSpec) -> set[tuple[str, str]]:
    return {(e.filename, e.separator) for e in spec.callbacks if isinstance(e, CSVLogger)}
