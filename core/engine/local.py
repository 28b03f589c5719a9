"""A scheduler and one warm worker on this machine: `python -m core.engine.local`.

Prints the scheduler's address as its first line, before the worker is up. Ends,
with the worker, when its standard input closes.
"""

import asyncio
import os
import sys

import dask.config
from distributed import Nanny, Scheduler

from core.engine import tether

PRELOAD = "core.training.preload"
_CONFIGURATION = {
    # A run whose worker dies is over: it says so, and is not started again from its beginning.
    "distributed.scheduler.allowed-failures": 0,
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.worker.profile.enabled": False,
    # Warnings of a slow event loop are for Dask's developers.
    "distributed.admin.tick.limit": "1h",
}


async def serve() -> None:
    """Serve until the parent is gone."""
    with dask.config.set(_CONFIGURATION):
        async with Scheduler(host="127.0.0.1", port=0, dashboard=False) as scheduler:
            print(scheduler.address, flush=True)  # noqa: T201 - the parent reads it
            worker = Nanny(
                scheduler.address,
                nthreads=1,
                host="127.0.0.1",
                preload=[PRELOAD],
                # A training takes what it needs; the system decides who gives way.
                memory_limit=0,
                dashboard=False,
                lifetime_restart=False,
            )
            gone = asyncio.create_task(asyncio.to_thread(tether.wait_for_parent))
            started = asyncio.ensure_future(worker)
            await asyncio.wait([gone, started], return_when=asyncio.FIRST_COMPLETED)
            await gone
            await worker.close(timeout=2)


if __name__ == "__main__":
    asyncio.run(serve())
    # Dask's threads may linger; nothing is left to do.
    sys.stdout.flush()
    os._exit(0)
