"""Which worker does what: one trains, another answers meanwhile."""

from collections.abc import Mapping
from typing import Any

TRAINS, ANSWERS = "TRAIN", "ANSWER"
"""Dask resources: a worker that has one of them is sent runs or questions."""


def heard_of(
    workers: Mapping[str, Mapping[str, Any]], *, within_s: float
) -> dict[str, Mapping[str, Any]]:
    """Return the workers without those that the scheduler has not heard of for a while.

    Args:
        workers: What the scheduler knows of each.
        within_s: The while, in seconds; reckoned from the last sign of any of them, since the
            scheduler's clock is not ours.
    """
    newest = max((worker.get("last_seen", 0.0) for worker in workers.values()), default=0.0)
    return {
        address: worker
        for address, worker in workers.items()
        if newest - worker.get("last_seen", newest) < within_s
    }


def places_for(role: str, workers: Mapping[str, Mapping[str, Any]], *, own: bool) -> int:
    """Return how many tasks of a role run at once; one more would wait behind another.

    Args:
        role: `TRAINS` or `ANSWERS`.
        workers: What the scheduler knows of each.
        own: Whether the engine starts a worker for it, which may not be up yet.
    """
    offered = sum(int(worker.get("resources", {}).get(role, 0)) for worker in workers.values())
    # Without roles each worker does everything, one after the other.
    return offered or (1 if own else count_of(role, workers))


def resources_for(
    role: str, workers: Mapping[str, Mapping[str, Any]], *, own: bool
) -> dict[str, int] | None:
    """Return what to ask of a worker for a task, or None if any worker will do.

    Args:
        role: `TRAINS` or `ANSWERS`.
        workers: What the scheduler knows of each.
        own: Whether to wait for a worker with this role where none is up yet, since the
            engine starts one.
    """
    known = any(worker.get("resources", {}).get(role) for worker in workers.values())
    return {role: 1} if known or own else None


def count_of(role: str, workers: Mapping[str, Mapping[str, Any]]) -> int:
    """Return how many workers take the tasks of a role: those that have it, or all without any."""
    resources = [worker.get("resources", {}) for worker in workers.values()]
    with_role = sum(bool(each.get(role)) for each in resources)
    return with_role or sum(not (each.get(TRAINS) or each.get(ANSWERS)) for each in resources)
