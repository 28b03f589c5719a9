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
from core.engine.answers import Answer
from core.engine.roles import ANSWERS, TRAINS, count_of, heard_of, places_for, resources_for
from core.engine.starts import Starts
from core.engine.sweeps import SweepTasks
from core.settings import Settings
from core.store import RunStatus, Store

if TYPE_CHECKING:
    from distributed import Client, Future

SILENCE_S = 30.0
_ROUND_S = 0.5
# Read by Dask when it is imported; its news of every connection is for its developers.
_QUIET = {"DASK_LOGGING__DISTRIBUTED": "warning"}
_TOUCH_S = 5.0
_OTHER_STORE = (
    "The worker that was given this run does not find it in its store. Workers of a cluster need "
    "the app's DATABASE_URL, the address of a PostgreSQL server that all of them reach: see "
    "docs/cluster.md."
)
_NO_ANSWER = (
    "The worker process ended before it answered: it was killed, or the machine ran out of "
    "memory. Another one is starting; ask again."
)
_LATE = (
    "No answer within {seconds:.0f} seconds: the worker is busy with a training or still warming "
    "up. Ask again when it is free."
)
_CLOSED = "The app is closing; ask again when it is back."
# Whoever asks waits in front of a page; a run that is queued waits anyway. A row of models that one
# person has evaluated lets the scan of another pass.
_ASKED_FIRST, _EVALUATED_NEXT = 2, 1

_log = logging.getLogger(__name__)


class EngineState(StrEnum):
    """Whether a run would start at once."""

    STARTING = "starting"
    WARMING_UP = "warming up"
    NO_WORKER = "no worker"
    BROKEN = "broken"
    READY = "ready"


class Engine:
    """Starts a scheduler and a worker of its own, or joins a cluster, and looks after the runs.

    A thread of its own does the work, so that no page waits: it submits runs,
    notices the end of each, and restarts what died.

    Args:
        settings: Where the cluster is, if there is one.
        db: The store.

    Attributes:
        state: Whether a run would start at once.
        trainers: Workers that are up and train runs and sweeps.
    """

    def __init__(self, settings: Settings, db: Store) -> None:
        self.state = EngineState.STARTING
        self.trainers = 0
        self._settings, self._store = settings, db
        self._child: subprocess.Popen[str] | None = None
        self._starts, self._had_trainer = Starts(), False
        self._client: Client | None = None
        self._waiting: list[str] = []
        self._futures: dict[str, Future[Any]] = {}
        # Runs of a child that died or of a cluster that was lost.
        self._orphans: list[str] = []
        # Of workers that fell silent; until Dask has noticed it too, they keep others away.
        self._lost: list[Future[Any]] = []
        self._new_sweeps: list[str] = []
        self._sweeps = SweepTasks(db)
        self._unasked: list[Answer] = []
        self._asked: dict[Answer, Future[Any]] = {}
        self._touched_s = 0.0
        self._wake, self._closed = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._serve, name="engine", daemon=True)
        self._thread.start()

    def submit(self, run_id: str) -> None:
        """Have a queued run trained as soon as a worker is free; returns at once."""
        self._waiting.append(run_id)
        self._wake.set()

    def submit_sweep(self, sweep_id: str) -> None:
        """Have a queued sweep trained by as many workers as there are; returns at once."""
        self._new_sweeps.append(sweep_id)
        self._wake.set()

    def ask(self, job: str, *arguments: Any, timeout_s: float = 120.0) -> Answer:
        """Have a worker call a job, ahead of the queued runs; returns at once.

        A job runs once at most, and must not mind if nobody waits for its end any more.

        Args:
            job: One of `core.engine.jobs`; what it raises reaches the person as a sentence.
            arguments: Plain values.
            timeout_s: How long to wait for it, in seconds, the time in the queue included.

        Returns:
            The answer to come; look at its `done`, `result` and `error`.
        """
        answer = Answer(job, arguments, timeout_s)
        self._unasked.append(answer)
        self._wake.set()
        if self._closed.is_set():
            answer.give(error=_CLOSED)
        return answer

    def close(self) -> None:
        """End the workers that this engine started."""
        self._closed.set()
        self._wake.set()
        self._thread.join()

    def _serve(self) -> None:
        while not self._closed.is_set():
            try:
                self._round()
            except store.StoreError:
                # The trainings go on, and so does the next round.
                _log.exception("the engine cannot use the store")
            except Exception:  # noqa: BLE001
                # The next round starts from what is there: a dead child, a lost connection.
                _log.exception("the engine had to start over")
                self._drop_what_can_be()
            self._give_up_late_answers()
            self._wake.wait(_ROUND_S)
            self._wake.clear()
        self._drop_what_can_be()
        for answer in self._unasked:
            answer.give(error=_CLOSED)

    def _round(self) -> None:
        if self._is_lost():
            self._drop()
        while self._orphans:
            self._take_up_again(self._orphans[0])
            self._orphans.pop(0)
        while self._new_sweeps:
            self._sweeps.add(self._new_sweeps.pop(0))
        if self._client is None and not self._starts.is_due:
            self._look_after()
            return
        client = self._client or self._connect()
        workers = client.scheduler_info()["workers"] if client.status == "running" else {}
        self._note_trainers(count_of(TRAINS, workers))
        trains = resources_for(TRAINS, workers, own=self._child is not None)
        heard = heard_of(workers, within_s=SILENCE_S)
        places = places_for(TRAINS, heard, own=self._child is not None)
        # No more than can run: Dask would have the others wait behind one of the workers.
        while self._waiting and len(self._futures) < places:
            run_id = self._waiting.pop(0)
            self._futures[run_id] = client.submit(
                jobs.call,
                jobs.TRAIN,
                run_id,
                key=f"train-{run_id}-{time.time_ns()}",
                pure=False,
                # Else what is submitted within 100 ms is one generation, in no order.
                fifo_timeout="0 ms",
                resources=trains,
            )
            self._futures[run_id].add_done_callback(self._wake_up)
        busy = bool(self._futures) or self._sweeps.at_work
        answers = resources_for(ANSWERS, workers, own=bool(self._child and busy))
        while self._unasked:
            # Taken off last, so that none is lost with the connection.
            self._asked[self._unasked[0]] = self._send(client, self._unasked[0], answers)
            self._unasked.pop(0)
        self._collect()
        self._sweeps.round(client, workers=self.trainers, resources=trains)
        self._collect_answers()
        self._look_after()

    def _note_trainers(self, count: int) -> None:
        """Take note of how many workers train; one that answers alone takes no run."""
        self.trainers = count
        if count:
            self.state, self._had_trainer = EngineState.READY, True
            self._starts.note_worker()
        elif self._child is None:
            self.state = EngineState.NO_WORKER
        else:
            self.state = EngineState.BROKEN if self._starts.failed else EngineState.WARMING_UP

    def _is_lost(self) -> bool:
        """Tell whether the child is dead, or the scheduler was away for longer than Dask waits."""
        if self._child is not None and self._child.poll() is not None:
            return True
        # It tries for its timeout to reach the scheduler again, and never after that.
        return self._client is not None and self._client.status == "closed"

    def _send(
        self, client: Client, answer: Answer, resources: dict[str, int] | None
    ) -> Future[Any]:
        future = client.submit(
            jobs.reply,
            answer.job,
            *answer.arguments,
            key=f"ask-{time.time_ns()}",
            pure=False,
            priority=_EVALUATED_NEXT if answer.job == jobs.EVALUATE else _ASKED_FIRST,
            resources=resources,
        )
        # An answer of a few hundred milliseconds need not wait for the next round.
        future.add_done_callback(self._wake_up)
        return future

    def _wake_up(self, _: Future[Any]) -> None:
        self._wake.set()

    def _connect(self) -> Client:
        # Importing Dask takes a second, which the first page need not wait for.
        from distributed import Client  # noqa: PLC0415

        self.state = EngineState.BROKEN if self._starts.failed else EngineState.STARTING
        self._had_trainer = False
        address = self._settings.dask_scheduler_address
        if not address:
            self._child = tether.start("core.engine.local", environment=_QUIET | self._sizes())
            address = tether.first_line(self._child)
        self._client = Client(address, timeout=30, set_as_default=False, name="plateau")
        return self._client

    def _sizes(self) -> dict[str, str]:
        return {
            "PLATEAU_WORKERS": str(self._settings.plateau_workers),
            "PLATEAU_WORKER_THREADS": str(self._settings.plateau_worker_threads),
        }

    def _collect(self) -> None:
        """Take note of the runs that are over, and take up again those whose worker died."""
        from distributed import KilledWorker  # noqa: PLC0415

        for run_id, future in list(self._futures.items()):
            if not future.done():
                continue
            error = future.exception() if future.status == "error" else None
            if error is None or isinstance(error, KilledWorker):
                self._take_up_again(run_id)
            else:
                sentence = _OTHER_STORE if isinstance(error, store.UnknownRun) else str(error)
                store.end_run(self._store, run_id, RunStatus.FAILED, error=sentence)
            # Last, so that it is not forgotten where the store cannot be used just now.
            del self._futures[run_id]

    def _take_up_again(self, run_id: str) -> None:
        """Submit a run once more if it has not ended; it goes on after its last epoch."""
        # First in the queue: it had its turn before those that wait.
        if self._is_queued(run_id):
            # It stood behind the run whose worker died, or was resumed a moment ago.
            if run_id not in self._waiting:
                self._waiting.insert(0, run_id)
        elif self._is_active(run_id):
            if store.requeue_run(self._store, run_id):
                self._waiting.insert(0, run_id)
            else:
                store.end_run(self._store, run_id, RunStatus.FAILED, error=store.WORKERS_DIED)

    def _collect_answers(self) -> None:
        """Give the answers that have come."""
        for answer, future in list(self._asked.items()):
            if future.done():
                del self._asked[answer]
                if future.status == "finished":
                    reply: jobs.Reply = future.result()
                    answer.give(reply.result, error=reply.error)
                else:
                    answer.give(error=_NO_ANSWER)

    def _give_up_late_answers(self) -> None:
        for answer in [answer for answer in [*self._unasked, *self._asked] if answer.late]:
            answer.give(error=_LATE.format(seconds=answer.timeout_s))
            if answer in self._asked:
                # Taken out of the queue; if it runs already, it goes on unheard.
                self._asked.pop(answer).cancel()
            else:
                self._unasked.remove(answer)

    def _look_after(self) -> None:
        """Give signs of life for the runs that wait here, and end those of the dead."""
        if time.monotonic() - self._touched_s < _TOUCH_S:
            return
        self._touched_s = time.monotonic()
        store.touch_queued(self._store, [*self._waiting, *self._orphans, *self._futures])
        self._lost = [future for future in self._lost if not future.done()]
        for run_id in store.read_silent(self._store, older_than_s=SILENCE_S):
            if run_id in self._futures:
                # A worker that hangs closes no connection; Dask notices it minutes later.
                self._take_up_again(run_id)
                self._lost.append(self._futures.pop(run_id))
        store.interrupt_silent(self._store, older_than_s=SILENCE_S)
        self._sweeps.look_after(silence_s=SILENCE_S)

    def _is_queued(self, run_id: str) -> bool:
        return self._status(run_id) is RunStatus.QUEUED

    def _is_active(self, run_id: str) -> bool:
        return self._status(run_id) in store.ACTIVE

    def _status(self, run_id: str) -> RunStatus | None:
        try:
            return store.read_run(self._store, run_id).status
        except store.UnknownRun:
            return None

    def _drop_what_can_be(self) -> None:
        """Let go of a child or a cluster, though the store may not take note of all of it."""
        try:
            self._drop()
        # What is left is noted by a later round, or is interrupted when it stays silent.
        except Exception:  # noqa: BLE001
            _log.exception("the engine could not let go of all it had")

    def _drop(self) -> None:
        """Let go of a child or a cluster; runs that had begun on it go on at the next one."""
        if self._client is not None:
            self._client.close(timeout=2)
            self._client = None
        if self._child is not None:
            if self._child.poll() is not None and not self._had_trainer:
                self._starts.note_failure()
                self.state = EngineState.BROKEN
            tether.end(self._child)
            self._child = None
        self._lost.clear()
        self._sweeps.lose(for_good=self._closed.is_set())
        for answer in list(self._asked):
            del self._asked[answer]
            answer.give(error=_NO_ANSWER)
        for run_id in list(self._futures):
            del self._futures[run_id]
            if not self._closed.is_set():
                self._orphans.append(run_id)
            elif not self._is_queued(run_id):
                store.end_run(
                    self._store, run_id, RunStatus.INTERRUPTED, error=store.PROGRAM_STOPPED
                )
