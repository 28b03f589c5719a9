"""Writing what happens in a branch of a sweep into the store, beside the training."""

import queue
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from core import store
from core.store import (
    Branch,
    BranchEpoch,
    Event,
    SavedState,
    StateFiles,
    Store,
    Superseded,
)
from core.training.background import Background
from core.training.state import State
from core.training.state_writer import not_saved, write_state

_POLL_S = 0.2
_HEARTBEAT_S = 2.0
# States that wait for a slow disk hold memory; the training waits rather than that.
_MOST_WAITING = 2


@dataclass(frozen=True)
class _Parting:
    groups: Sequence[Sequence[int]]


@dataclass(frozen=True)
class _Break:
    events: Mapping[str, Sequence[Event]]


_Work = tuple[BranchEpoch, State | None] | _Parting | _Break


class BranchJournal(Background):
    """A thread that writes a branch's epochs and states, parts it, and hears of Stop.

    All is written in the order it is left here, so that a state is never there without its
    epoch, and no other worker takes a branch before the state that it begins with.

    Args:
        db: The store.
        branch: The branch, in this worker's hands.
        files: The files of states.
        state: The state that the branch begins with, and where it lies, or None.

    Attributes:
        stop_requested: Set when the training must end at its next batch.
        branch: The branch in hand; after a parting, the one that goes on here.
        failure: Why something could not be written.
    """

    def __init__(
        self,
        db: Store,
        branch: Branch,
        files: StateFiles,
        state: tuple[State, SavedState] | None,
    ) -> None:
        super().__init__("branch")
        self.stop_requested = threading.Event()
        self.branch = branch
        self.failure: Exception | None = None
        self._store, self._files = db, files
        self._state, self._saved = state or (None, None)
        self._newest, self._parting = -1, threading.Lock()
        self._work: queue.Queue[_Work | None] = queue.Queue(_MOST_WAITING)

    def add_epoch(self, done: BranchEpoch, state: State | None) -> None:
        """Leave a finished epoch to be written, with the state at its end.

        The state is not written if the next epoch is finished before its turn comes.
        """
        self._newest = done.epoch
        self._work.put((done, state))

    def part(self, groups: Sequence[Sequence[int]]) -> None:
        """Leave word that the settings part after the last epoch."""
        self._work.put(_Parting(groups))

    def break_off(self, events: Mapping[str, Sequence[Event]]) -> None:
        """Leave word that the training broke off in an epoch, with what happened in it."""
        self._work.put(_Break(events))

    def require_held(self) -> None:
        """Look whether the branch is still this worker's, before files are written.

        Raises:
            Superseded: If it is not.
        """
        with self._parting:
            if not store.branch_is_held(self._store, self.branch):
                raise Superseded(self.branch.id)

    def _close(self) -> None:
        self._work.put(None)

    def _write_all(self) -> None:
        heard_s, ended = 0.0, False
        while not ended:
            try:
                work = self._work.get(timeout=_POLL_S)
                ended = work is None
                if work is not None and self.failure is None:
                    self._write(work)
            except queue.Empty:
                pass
            except Superseded:
                self.stop_requested.set()
            # Whatever it is: the training must not go on unheard.
            except Exception as error:  # noqa: BLE001
                self.failure = error
                self.stop_requested.set()
            heard_s = self._hear(heard_s)

    def _hear(self, heard_s: float) -> float:
        """Give a sign of life now and then, and hear of Stop; return when that was last done."""
        now = time.monotonic()
        try:
            if not store.branch_goes_on(self._store, self.branch):
                self.stop_requested.set()
            if now - heard_s < _HEARTBEAT_S:
                return heard_s
            store.touch_sweeps(self._store, [self.branch.sweep_id])
        # As above.
        except Exception as error:  # noqa: BLE001
            self.failure = error
            self.stop_requested.set()
        return now

    def _write(self, work: _Work) -> None:
        if isinstance(work, _Parting):
            self._part(work.groups)
        elif isinstance(work, _Break):
            store.break_off(self._store, self.branch, work.events)
        else:
            self._write_epoch(*work)

    def _write_epoch(self, done: BranchEpoch, state: State | None) -> None:
        self._state = state
        passed_over = done.epoch < self._newest
        self._saved = None if state is None or passed_over else self._save(state)
        epoch = replace(done, state=self._saved)
        self._files.delete(store.write_branch_epoch(self._store, self.branch, epoch))

    def _save(self, state: State) -> SavedState | None:
        """Write a state; None if the disk does not take it, which costs the training nothing."""
        try:
            return write_state(self._files, self.branch.id, state, of_act=False)
        except OSError as error:
            for run_id in store.read_run_ids(self._store, self.branch).values():
                store.add_note(self._store, run_id, not_saved(state, error))
            return None

    def _part(self, groups: Sequence[Sequence[int]]) -> None:
        if self._state is not None and self._saved is None:
            # The others cannot begin without it: now it is written, or its error ends the branch.
            self._saved = write_state(self._files, self.branch.id, self._state, of_act=False)
        with self._parting:
            after, unused = store.split_branch(self._store, self.branch, groups, self._saved)
            self.branch = after[0]
        self._files.delete(unused)
