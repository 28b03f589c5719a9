"""The tasks of sweeps: as many as there are workers, each takes branches from the store."""

# Dask's types are partial.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from core import store
from core.engine import jobs
from core.store import Store

if TYPE_CHECKING:
    from distributed import Client, Future

_MOST_EMPTY_DEATHS = 5
_DIED = (
    "The worker process died again and again before it had begun: it was killed, or the machine "
    "ran out of memory. Resume the sweep when there is more."
)


class SweepTasks:
    """Submits the tasks of sweeps, and takes up again what a dead worker had in hand.

    A task trains the branches of one sweep that it finds queued, and ends early if somebody
    else waits. So other people's runs come between.

    Args:
        db: The store.
    """

    def __init__(self, db: Store) -> None:
        self._store = db
        self._sweeps: dict[str, int] = {}
        self._tasks: dict[str, tuple[str, Future[Any]]] = {}

    @property
    def at_work(self) -> bool:
        """Whether a task of a sweep is with a worker."""
        return bool(self._tasks)

    def add(self, sweep_id: str) -> None:
        """Have a queued sweep trained."""
        self._sweeps[sweep_id] = 0

    def round(self, client: Client, *, workers: int, resources: dict[str, int] | None) -> None:
        """Take note of the tasks that have ended, and submit those that are lacking.

        Args:
            client: Of the scheduler.
            workers: How many may train.
            resources: What to ask of a worker.
        """
        self._collect()
        for sweep_id in list(self._sweeps):
            in_flight = sum(each == sweep_id for each, _ in self._tasks.values())
            queued, at_work = store.waiting_and_at_work(self._store, sweep_id)
            lacking = min(max(workers, 1), queued + at_work) - in_flight
            for _ in range(lacking if queued else 0):
                self._submit(client, sweep_id, resources)
            if not in_flight and not queued:
                del self._sweeps[sweep_id]

    def look_after(self, *, silence_s: float) -> None:
        """Give signs of life for the sweeps that are trained here, and end those of the dead."""
        if self._sweeps:
            store.touch_sweeps(self._store, self._sweeps)
        store.interrupt_silent_sweeps(self._store, older_than_s=silence_s)

    def lose(self, *, for_good: bool) -> None:
        """Let go of all tasks: the cluster is gone, and the app too if `for_good`."""
        for task in list(self._tasks):
            store.requeue_branches(self._store, task)
            # Last, so that it is not forgotten where the store cannot be used just now.
            del self._tasks[task]
        if for_good:
            for sweep_id in self._sweeps:
                store.interrupt_sweep(self._store, sweep_id)

    def _submit(self, client: Client, sweep_id: str, resources: dict[str, int] | None) -> None:
        task = f"sweep-{sweep_id}-{time.time_ns()}"
        future = client.submit(
            jobs.call,
            jobs.TRAIN_SWEEP,
            sweep_id,
            task,
            key=task,
            pure=False,
            fifo_timeout="0 ms",  # As for runs: first come, first served.
            resources=resources,
        )
        self._tasks[task] = sweep_id, future

    def _collect(self) -> None:
        from distributed import KilledWorker  # noqa: PLC0415 - as in the engine

        for task, (sweep_id, future) in list(self._tasks.items()):
            if not future.done():
                continue
            error = future.exception() if future.status == "error" else None
            held = store.requeue_branches(self._store, task)
            del self._tasks[task]
            if future.status == "finished" or held or sweep_id not in self._sweeps:
                continue
            self._sweeps[sweep_id] += 1
            died = error is None or isinstance(error, KilledWorker)
            if not died or self._sweeps[sweep_id] > _MOST_EMPTY_DEATHS:
                reason = _DIED if died else str(error)
                store.interrupt_sweep(self._store, sweep_id, error=reason)
