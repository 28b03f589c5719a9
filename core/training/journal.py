"""Writing what happens in a training into the store, without making it wait."""

import queue
import threading
import time
from collections import deque
from collections.abc import Iterable
from typing import Any, Protocol

from core import store
from core.store import (
    Batch,
    Epoch,
    Event,
    Intervention,
    SavedState,
    StateFiles,
    Store,
    Superseded,
)
from core.training.background import Background

HEARTBEAT_S = 2.0
_POLL_S = 0.2

Row = Epoch | Batch | Event | Intervention | SavedState | str


class RowTaker(Protocol):
    """What a recorder leaves its rows with; it knows whether the training must end."""

    stop_requested: threading.Event

    def add(self, row: Row) -> None:
        """Take a row."""
        ...


class Journal(Background):
    """A thread that writes a run's rows, gives its signs of life and hears what is asked of it.

    The training never waits for the disk or for a lock: it leaves its rows here. They are
    written in the order they are left, so that a state is never there without its epoch; after
    some could not be written, none is.

    Args:
        db: The store.
        run_id: The run.
        attempt: The number that `start_run` gave; under a lower one nothing is written.
        files: The files of states, of which some are deleted as new ones come.

    Attributes:
        stop_requested: Set when the training must end at its next batch.
        pause_requested: Set when it must pause at the end of its epoch.
        interventions: What a person asked for and is not done yet.
        failure: Why rows could not be written.
    """

    def __init__(self, db: Store, run_id: str, attempt: int, files: StateFiles) -> None:
        super().__init__("journal")
        self.stop_requested, self.pause_requested = threading.Event(), threading.Event()
        self.interventions: deque[Intervention] = deque()
        self.failure: Exception | None = None
        self._store, self._run_id, self._attempt, self._files = db, run_id, attempt, files
        self._heard: set[int] = set()
        self._rows: queue.SimpleQueue[Row | None] = queue.SimpleQueue()

    def add(self, row: Row) -> None:
        """Leave a row to be written; a text is a line of the console."""
        self._rows.put(row)

    def require_ours(self) -> None:
        """Look whether the run is still this worker's, now.

        Raises:
            Superseded: If another worker has it.
        """
        if store.read_orders(self._store, self._run_id, self._attempt).superseded:
            raise Superseded(self._run_id)

    def _close(self) -> None:
        self._rows.put(None)

    def _write_all(self) -> None:
        beat, ended = 0.0, False
        while not ended:
            rows = self._take()
            ended = None in rows
            try:
                if self.failure is None:
                    self._write([row for row in rows if row is not None])
                if time.monotonic() - beat > HEARTBEAT_S:
                    beat = time.monotonic()
                    store.update_run(self._store, self._run_id, attempt=self._attempt)
                self._hear()
            except Superseded:
                self.stop_requested.set()
            # Whatever it is: the training must not go on unheard.
            except Exception as error:  # noqa: BLE001
                self.failure = self.failure or error
                self.stop_requested.set()

    def _hear(self) -> None:
        orders = store.read_orders(self._store, self._run_id, self._attempt)
        if orders.stop or orders.superseded:
            self.stop_requested.set()
        if orders.pause:
            self.pause_requested.set()
        else:
            self.pause_requested.clear()  # It can be taken back until the epoch's end.
        for intervention in orders.interventions:
            if intervention.id not in self._heard:
                self._heard.add(intervention.id)
                self.interventions.append(intervention)

    def _take(self) -> list[Row | None]:
        """Return all rows that wait, after waiting a moment for a first one."""
        try:
            rows = [self._rows.get(timeout=_POLL_S)]
        except queue.Empty:
            return []
        while not self._rows.empty():
            rows.append(self._rows.get())
        return rows

    def _write(self, rows: Iterable[Any]) -> None:
        sorted_rows: dict[type, list[Any]] = {
            kind: [] for kind in (Epoch, Batch, Event, str, Intervention, SavedState)
        }
        for row in rows:
            sorted_rows[type(row)].append(row)
        if any(sorted_rows.values()):
            unused = store.append(
                self._store,
                self._run_id,
                attempt=self._attempt,
                new_epochs=sorted_rows[Epoch],
                new_batches=sorted_rows[Batch],
                new_events=sorted_rows[Event],
                new_lines=sorted_rows[str],
                done=sorted_rows[Intervention],
                new_states=sorted_rows[SavedState],
            )
            self._files.delete(unused)
