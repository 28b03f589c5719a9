"""The app's handle to the workers: submit a run, hear of its end, know what is up."""

# Dask's types are partial.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import logging
import subprocess
import threading
import time
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from core import store
from core.engine import jobs, tether
from core.settings import Settings
from core.store import RunStatus, Store

if TYPE_CHECKING:
    from distributed import Client, Future

SILENCE_S = 30.0
_ROUND_S = 0.5
# Read by Dask when it is imported; its news of every connection is for its developers.
_QUIET = {"DASK_LOGGING__DISTRIBUTED": "warning"}
_TOUCH_S = 5.0
_DIED = (
    f"The worker process died {store.MOST_RECOVERIES + 1} times in a row before an epoch was "
    "finished: it was killed, or the machine ran out of memory. Finished epochs are kept; try a "
    "smaller batch or smaller images."
)
_CLOSED = "The program that trained it was stopped. Its finished epochs are kept."

_log = logging.getLogger(__name__)


class EngineState(StrEnum):
    """Whether a run would start at once."""

    STARTING = "starting"
    WARMING_UP = "warming up"
    READY = "ready"


class Engine:
    """Starts a scheduler and a worker of its own, or joins a cluster, and looks after the runs.

    A thread of its own does the work, so that no page waits: it submits runs,
    notices the end of each, and restarts what died.

    Args:
        settings: Where the cluster is, if there is one.
        db: The store.
    """

    def __init__(self, settings: Settings, db: Store) -> None:
        self.state = EngineState.STARTING
        self._settings, self._store = settings, db
        self._child: subprocess.Popen[str] | None = None
        self._client: Client | None = None
        self._waiting: list[str] = []
        self._futures: dict[str, Future[Any]] = {}
        self._touched_s = 0.0
        self._wake, self._closed = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._serve, name="engine", daemon=True)
        self._thread.start()

    def submit(self, run_id: str) -> None:
        """Have a queued run trained as soon as a worker is free; returns at once."""
        self._waiting.append(run_id)
        self._wake.set()

    def close(self) -> None:
        """End the workers that this engine started."""
        self._closed.set()
        self._wake.set()
        self._thread.join()

    def _serve(self) -> None:
        while not self._closed.is_set():
            try:
                self._round()
            except Exception:  # noqa: BLE001
                # The next round starts from what is there: a dead child, a lost connection.
                _log.exception("the engine had to start over")
                self._drop()
            self._wake.wait(_ROUND_S)
            self._wake.clear()
        self._drop()

    def _round(self) -> None:
        if self._child is not None and self._child.poll() is not None:
            self._drop()
        client = self._client or self._connect()
        workers = client.scheduler_info()["workers"] if client.status == "running" else {}
        self.state = EngineState.READY if workers else EngineState.WARMING_UP
        while self._waiting:
            run_id = self._waiting.pop(0)
            self._futures[run_id] = client.submit(
                jobs.call, jobs.TRAIN, run_id, key=f"train-{run_id}-{time.time_ns()}", pure=False
            )
        self._collect()
        self._look_after()

    def _connect(self) -> Client:
        # Importing Dask takes a second, which the first page need not wait for.
        from distributed import Client  # noqa: PLC0415

        self.state = EngineState.STARTING
        address = self._settings.dask_scheduler_address
        if not address:
            self._child = tether.start("core.engine.local", environment=_QUIET)
            address = tether.first_line(self._child)
        self._client = Client(address, timeout=30, set_as_default=False, name="plateau")
        return self._client

    def _collect(self) -> None:
        """Take note of the runs that are over, and take up again those whose worker died."""
        from distributed import KilledWorker  # noqa: PLC0415

        for run_id, future in list(self._futures.items()):
            if not future.done():
                continue
            del self._futures[run_id]
            error = future.exception() if future.status == "error" else None
            if error is None or isinstance(error, KilledWorker):
                self._take_up_again(run_id)
            else:
                store.end_run(self._store, run_id, RunStatus.FAILED, error=str(error))

    def _take_up_again(self, run_id: str) -> None:
        """Submit a run once more if it has not ended; it goes on after its last epoch."""
        if self._is_queued(run_id):
            # It stood behind the run whose worker died; it has not begun.
            self._waiting.append(run_id)
        elif self._is_active(run_id):
            if store.requeue_run(self._store, run_id):
                self._waiting.append(run_id)
            else:
                store.end_run(self._store, run_id, RunStatus.FAILED, error=_DIED)

    def _look_after(self) -> None:
        """Give signs of life for the runs that wait here, and end those of the dead."""
        if time.monotonic() - self._touched_s < _TOUCH_S:
            return
        self._touched_s = time.monotonic()
        store.touch_queued(self._store, [*self._waiting, *self._futures])
        store.interrupt_silent(self._store, older_than_s=SILENCE_S)

    def _is_queued(self, run_id: str) -> bool:
        return self._status(run_id) is RunStatus.QUEUED

    def _is_active(self, run_id: str) -> bool:
        return self._status(run_id) in store.ACTIVE

    def _status(self, run_id: str) -> RunStatus | None:
        try:
            return store.read_run(self._store, run_id).status
        except store.UnknownRun:
            return None

    def _drop(self) -> None:
        """Let go of a child or a cluster; runs that had begun on it go on at the next one."""
        if self._client is not None:
            self._client.close(timeout=2)
            self._client = None
        if self._child is not None:
            tether.end(self._child)
            self._child = None
        for run_id in list(self._futures):
            del self._futures[run_id]
            if not self._closed.is_set():
                self._take_up_again(run_id)
            elif not self._is_queued(run_id):
                store.end_run(self._store, run_id, RunStatus.INTERRUPTED, error=_CLOSED)
