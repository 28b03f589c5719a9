"""Writing what happens in a training into the store, without making it wait."""

import queue
import threading
import time
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self

from core import store
from core.store import Batch, Epoch, Event, Store, StoreError

HEARTBEAT_S = 2.0
_POLL_S = 0.2


class Journal:
    """A thread that writes a run's rows, gives its signs of life and hears of Stop.

    The training never waits for the disk or for a lock: it leaves its rows here.

    Args:
        db: The store.
        run_id: The run.
    """

    def __init__(self, db: Store, run_id: str) -> None:
        self.stop_requested = threading.Event()
        self.failure: StoreError | None = None
        self._store, self._run_id = db, run_id
        self._rows: queue.SimpleQueue[Epoch | Batch | Event | str | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write_all, name="journal", daemon=True)

    def __enter__(self) -> Self:
        """Start writing."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Write what is left, and end."""
        self._rows.put(None)
        self._thread.join()

    def add(self, row: Epoch | Batch | Event | str) -> None:
        """Leave a row to be written; a text is a line of the console."""
        self._rows.put(row)

    def _write_all(self) -> None:
        beat, ended = 0.0, False
        while not ended:
            rows = self._take()
            ended = None in rows
            try:
                self._write([row for row in rows if row is not None])
                if time.monotonic() - beat > HEARTBEAT_S:
                    beat = time.monotonic()
                    store.update_run(self._store, self._run_id)
                if store.stop_requested(self._store, self._run_id):
                    self.stop_requested.set()
            except StoreError as error:
                self.failure = error
                self.stop_requested.set()

    def _take(self) -> list[Epoch | Batch | Event | str | None]:
        """Return all rows that wait, after waiting a moment for a first one."""
        try:
            rows = [self._rows.get(timeout=_POLL_S)]
        except queue.Empty:
            return []
        while not self._rows.empty():
            rows.append(self._rows.get())
        return rows

    def _write(self, rows: Iterable[Any]) -> None:
        sorted_rows: dict[type, list[Any]] = {Epoch: [], Batch: [], Event: [], str: []}
        for row in rows:
            sorted_rows[type(row)].append(row)
        if any(sorted_rows.values()):
            store.append(
                self._store,
                self._run_id,
                new_epochs=sorted_rows[Epoch],
                new_batches=sorted_rows[Batch],
                new_events=sorted_rows[Event],
                new_lines=sorted_rows[str],
            )
