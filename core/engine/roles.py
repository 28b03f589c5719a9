"""Which worker does what: one trains, another answers meanwhile."""

from collections.abc import Mapping
from typing import Any

TRAINS, ANSWERS = "TRAIN", "ANSWER"
"""Dask resources: a worker that has one of them is sent runs or questions."""


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
    """Return how many workers take the tasks of a role: those that have it, or all if none has."""
    with_role = sum(bool(worker.get("resources", {}).get(role)) for worker in workers.values())
    return with_role or len(workers)
