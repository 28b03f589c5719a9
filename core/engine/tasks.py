"""Work beside the trainings, each in a process of its own with limits: audits, downloads, uploads.

The worker that trains is not asked: a long run would hold these up.
"""

import json
import logging
import subprocess
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from core.engine import tether

GIB = 2**30
_AT_ONCE = 3
_MOST_WAITING = 20
# Of whoever waits in front of a page for a short task.
_PATIENCE_S = 20.0
_MOST_REMEMBERED = 200
# A process on one core is no slower here, and reserves less memory.
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2"}

_log = logging.getLogger(__name__)


class Busy(RuntimeError):
    """Too much is waiting; the message is one sentence for the person."""


@dataclass(frozen=True)
class Limits:
    """What a task may take.

    Attributes:
        seconds: From its start to its end.
        memory_bytes: Addresses of its process, where the system can limit them.
    """

    seconds: float = 600.0
    memory_bytes: int = 4 * GIB


@dataclass(frozen=True)
class TaskState:
    """Where a task stands.

    Attributes:
        phase: What it does, for the person.
        share: How much of that is done, 0 to 1.
        done: Whether it has ended, well or not.
        problem: Why it failed, a sentence, or empty.
        result: What it returned, as JSON holds it.
    """

    phase: str = "Waiting for its turn"
    share: float = 0.0
    done: bool = False
    problem: str = ""
    result: Any = None


class Tasks:
    """Starts tasks and knows where each stands; all of them end with the app."""

    def __init__(self) -> None:
        self._states: dict[str, TaskState] = {}
        self._lock, self._slots = threading.Lock(), threading.Semaphore(_AT_ONCE)

    def state(self, key: str) -> TaskState | None:
        """Return where a task stands, or None if it was never started or is forgotten."""
        return self._states.get(key)

    def start(
        self,
        key: str,
        job: str,
        *arguments: Any,
        limits: Limits | None = None,
        afterwards: Callable[[], None] = lambda: None,
    ) -> None:
        """Start a task in the background, unless one of this key was started and not forgotten.

        Args:
            key: Names the task.
            job: The function to call, as "module:name"; it takes `on_progress` too.
            *arguments: What it is called with; JSON must hold them.
            limits: What it may take.
            afterwards: Called when it has ended, however it did.

        Raises:
            Busy: If too many tasks wait.
        """
        with self._lock:
            if key in self._states:
                return
            if sum(not state.done for state in self._states.values()) >= _MOST_WAITING:
                raise Busy("Many data sets are being read just now: try again in a minute.")
            self._forget_old()
            self._states[key] = TaskState()
        order = {"job": job, "arguments": arguments}
        threading.Thread(
            target=self._run,
            args=(key, order, limits or Limits(), afterwards),
            name=f"task {key}",
            daemon=True,  # the process ends with the app by itself
        ).start()

    def forget(self, key: str) -> None:
        """Forget a task that has ended, so that it can be started again."""
        with self._lock:
            state = self._states.get(key)
            if state is not None and state.done:
                del self._states[key]

    def do(self, job: str, *arguments: Any, limits: Limits | None = None) -> TaskState:
        """Do a short task while the caller waits for it, and return how it ended.

        Args:
            job: The function to call, as "module:name"; it takes `on_progress` too.
            *arguments: What it is called with; JSON must hold them.
            limits: What it may take.

        Raises:
            Busy: If others go on for so long that it cannot begin.
        """
        key = f"{job} {uuid.uuid4()}"
        order = {"job": job, "arguments": arguments}
        if not self._slots.acquire(timeout=_PATIENCE_S):
            raise Busy(f"{_AT_ONCE} data sets are being read just now: try again in a few minutes.")
        try:
            return self._follow(key, order, limits or Limits())
        except OSError as error:
            _log.exception("the task %s could not be started", key)
            return TaskState(
                done=True, problem=f"No process could be started ({error}): try again."
            )
        finally:
            self._slots.release()
            self._states.pop(key, None)

    def _run(
        self, key: str, order: dict[str, Any], limits: Limits, afterwards: Callable[[], None]
    ) -> None:
        end = TaskState(done=True, problem="It broke off: try again.")
        try:
            with self._slots:
                self._states[key] = TaskState(phase="Starting")
                end = self._follow(key, order, limits)
        except OSError as error:
            _log.exception("the task %s could not be started", key)
            end = replace(end, problem=f"No process could be started ({error}): try again.")
        finally:
            try:
                afterwards()
            finally:
                self._states[key] = end

    def _follow(self, key: str, order: dict[str, Any], limits: Limits) -> TaskState:
        """Run a task to its end, and return how it ended."""
        process = tether.start("core.engine.task", environment=_ENVIRONMENT)
        overdue = threading.Event()

        def end_overdue() -> None:
            overdue.set()
            process.kill()

        timer = threading.Timer(limits.seconds, end_overdue)
        timer.start()
        try:
            last = self._listen(key, process, order | {"memory_bytes": limits.memory_bytes})
        finally:
            timer.cancel()
            tether.end(process)
        if overdue.is_set():
            late = (
                f"It took more than {limits.seconds:g} s: try again when the machine has less to "
                "do, or bring less."
            )
            return TaskState(done=True, problem=late)
        if "result" in last:
            return TaskState(phase="Done", share=1.0, done=True, result=last["result"])
        died = "Its process ended, most likely for lack of memory: bring a smaller data set."
        return TaskState(done=True, problem=last.get("problem", died))

    def _listen(
        self, key: str, process: subprocess.Popen[str], order: dict[str, Any]
    ) -> dict[str, Any]:
        """Give the order, follow the progress, and return the last thing that was said."""
        said: dict[str, Any] = {}
        if process.stdin is None or process.stdout is None:
            return said
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()
        for line in process.stdout:
            said = json.loads(line)
            if "phase" in said:
                self._states[key] = TaskState(phase=said["phase"], share=float(said["share"]))
        return said

    def _forget_old(self) -> None:
        ended = [key for key, state in self._states.items() if state.done]
        for key in ended[: max(0, len(self._states) - _MOST_REMEMBERED)]:
            del self._states[key]
