"""A scheduler and one warm worker on this machine: `python -m core.engine.local`.

Prints the scheduler's address as its first line, before the worker is up. Ends,
with the worker, when its standard input closes.
"""

import asyncio
import contextlib
import os
import sys
from typing import Any

import dask.config
import psutil
from distributed import Nanny, Scheduler

from core.engine import tether

_ANY_PORT = "127.0.0.1:0"
PRELOAD = "core.training.preload"
_CONFIGURATION: dict[str, Any] = {
    # A run whose worker dies is over: it says so, and is not started again from its beginning.
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


async def serve() -> None:
    """Serve until the parent is gone."""
    async with Scheduler(host="127.0.0.1", port=0, dashboard_address=_ANY_PORT) as scheduler:
        print(scheduler.address, flush=True)  # noqa: T201 - the parent reads it
        worker = Nanny(
            scheduler.address,
            nthreads=1,
            host="127.0.0.1",
            dashboard_address=_ANY_PORT,
            preload=[PRELOAD],
            env={"TF_CPP_MIN_LOG_LEVEL": "2"},
            # A training takes what it needs; the system decides who gives way.
            memory_limit=0,  # pyright: ignore[reportArgumentType] - 0 is none
        )
        # Started beside, not awaited: a run can be submitted while the worker imports Keras.
        starting = asyncio.ensure_future(worker)
        await asyncio.to_thread(tether.wait_for_parent)
        starting.cancel()
        end_children()


def end_children() -> None:
    """End the worker at once, in whatever it is doing; what it wrote is safe in the store."""
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
    # The threads of a half-started cluster would linger; nothing is left for them to do.
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    with dask.config.set(_CONFIGURATION):
        asyncio.run(serve())
