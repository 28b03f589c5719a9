"""A scheduler and warm workers on this machine: `python -m core.engine.local`.

One or several train (`PLATEAU_WORKERS`), another answers questions meanwhile. Prints the
scheduler's address as its first line, before the workers are up. Ends, with them, when its
standard input closes.
"""

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

import dask.config
import psutil
from distributed import Nanny, Scheduler

from core.engine import tether
from core.engine.roles import ANSWERS, TRAINS
from core.settings import Settings

_ANY_PORT = "127.0.0.1:0"
PRELOAD = "core.training.preload"
ANSWER_PRELOAD = "core.training.preload_answers"
_ENVIRONMENT = {
    "TF_CPP_MIN_LOG_LEVEL": "2",
    # On a GPU each would else reserve nearly all of its memory, and the other find none.
    "TF_FORCE_GPU_ALLOW_GROWTH": "true",
    "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
}
_CONFIGURATION: dict[str, Any] = {
    # The engine hears of a worker's death at once, and submits its run again itself.
    "distributed.scheduler.allowed-failures": 0,
    # Dask's own setting trims the heap after every step, and keeps libraries to one thread.
    "distributed.nanny.pre-spawn-environ": {},
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.worker.profile.enabled": False,
    # Warnings of a slow event loop are for Dask's developers.
    "distributed.admin.tick.limit": "1h",
    # Fifty wake-ups a second in each process, to notice a slow event loop.
    "distributed.admin.tick.interval": "1s",
    "distributed.scheduler.work-stealing": False,
    "distributed.scheduler.active-memory-manager.start": False,
}

_log = logging.getLogger(__name__)


async def serve() -> None:
    """Serve until the parent is gone, or no worker that trains could be started."""
    async with Scheduler(host="127.0.0.1", port=0, dashboard_address=_ANY_PORT) as scheduler:
        print(scheduler.address, flush=True)  # noqa: T201 - the parent reads it
        # Started beside, not awaited: a run can be submitted while the worker imports Keras.
        starting = asyncio.ensure_future(_start_workers(scheduler.address))
        parent = asyncio.ensure_future(asyncio.to_thread(tether.wait_for_parent))
        await asyncio.wait({parent, starting}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done() and (problem := starting.exception()):
            _log.error("no worker could be started", exc_info=problem)
            # The engine notices, and tries again.
            end_children(1)
        await parent
        end_children()


async def _start_workers(address: str) -> None:
    """Start the workers that train, and when they are up the one that answers.

    What keeps some of them from starting is logged; the others do their work.

    Raises:
        BaseException: What kept all that train from it, such as a backend that is not installed.
    """
    settings = Settings()
    training = [
        _worker(address, TRAINS, PRELOAD, number, _threads(settings.plateau_worker_threads))
        for number in range(settings.plateau_workers)
    ]
    problems = await _problems_of(training)
    if len(problems) == len(training):
        raise problems[0]
    problems += await _problems_of([_worker(address, ANSWERS, ANSWER_PRELOAD)])
    for problem in problems:
        _log.error("a worker could not be started", exc_info=problem)


async def _problems_of(workers: Iterable[Nanny]) -> list[BaseException]:
    """Start workers, and return what kept some of them from it."""
    ends = await asyncio.gather(*workers, return_exceptions=True)
    return [end for end in ends if isinstance(end, BaseException)]


def _threads(count: int) -> dict[str, str]:
    """Return the environment of a worker with so many threads; 0 leaves it to Keras."""
    names = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")
    return {name: str(count) for name in names} if count else {}


def _worker(
    address: str,
    role: str,
    preload: str,
    number: int = 0,
    environment: Mapping[str, str] | None = None,
) -> Nanny:
    return Nanny(
        address,
        nthreads=1,
        name=f"{role}-{number}" if number else role,
        resources={role: 1},
        host="127.0.0.1",
        dashboard_address=_ANY_PORT,
        preload=[preload],
        env={name: os.environ.get(name, value) for name, value in _ENVIRONMENT.items()}
        | dict(environment or {}),
        # A training takes what it needs; the system decides who gives way.
        memory_limit=0,  # pyright: ignore[reportArgumentType] - 0 is none
    )


def end_children(status: int = 0) -> NoReturn:
    """End this process and its workers, in whatever they do; what they wrote is in the store."""
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
    # The threads of a half-started cluster would linger; nothing is left for them to do.
    sys.stdout.flush()
    os._exit(status)


if __name__ == "__main__":
    with dask.config.set(_CONFIGURATION):
        asyncio.run(serve())
