"""Who waits for a worker, and what is before them."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select

from core.store.connection import Store
from core.store.records import ACTIVE, Run, RunStatus, Sweep
from core.store.runs import run_of
from core.store.tables import branches, epochs, runs

# Runs of an earlier version have only the first time.
_QUEUED_S = func.coalesce(runs.c.queued_s, runs.c.created_s)


@dataclass(frozen=True)
class Amount:
    """So many runs, and so many branches of sweeps."""

    runs: int
    branches: int


@dataclass(frozen=True)
class Pace:
    """How fast a run goes.

    Attributes:
        epochs: Finished ones of its own.
        seconds: The mean duration of one.
    """

    epochs: int
    seconds: float


def waiting(store: Store) -> Amount:
    """Return how many runs and branches of sweeps are queued, of everybody."""
    return _amount(
        store, _single(runs.c.status == RunStatus.QUEUED), branches.c.status == RunStatus.QUEUED
    )


def before_sweep(store: Store, sweep: Sweep) -> Amount:
    """Return what has a worker, or had its place in the queue before a sweep that waits."""
    earlier = (runs.c.status != RunStatus.QUEUED) | (sweep.created_s > _QUEUED_S)
    return _amount(
        store,
        _single(runs.c.status.in_(ACTIVE) & earlier),
        (branches.c.status == RunStatus.RUNNING) & (branches.c.sweep_id != sweep.id),
    )


def queue_places(store: Store) -> dict[str, int]:
    """Return of each queued run, by its id, how many runs are before it, those at work included."""
    query = select(runs.c.id, runs.c.status).where(_single(runs.c.status.in_(ACTIVE)))
    with store.read() as connection:
        rows = connection.execute(query.order_by(_QUEUED_S, runs.c.id)).all()
    return {row.id: place for place, row in enumerate(rows) if row.status == RunStatus.QUEUED}


def read_before(store: Store, run: Run) -> list[Run]:
    """Return the runs that are before one in the queue, those at work included."""
    since = run.created_s if run.queued_s is None else run.queued_s
    query = select(runs).where(_single(runs.c.status.in_(ACTIVE)), since > _QUEUED_S)
    with store.read() as connection:
        return [run_of(row) for row in connection.execute(query.order_by(_QUEUED_S)).mappings()]


def read_paces(store: Store, run_ids: Collection[str]) -> dict[str, Pace]:
    """Return how fast runs go, by their ids; those without an epoch of their own are left out."""
    query = (
        select(epochs.c.run_id, func.count(), func.avg(epochs.c.seconds))
        .where(epochs.c.run_id.in_(run_ids))
        .group_by(epochs.c.run_id)
    )
    with store.read() as connection:
        return {run_id: Pace(count, mean) for run_id, count, mean in connection.execute(query)}


def _single(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return a condition for runs that are no part of a sweep."""
    return condition & runs.c.sweep_id.is_(None)


def _amount(store: Store, of_runs: ColumnElement[bool], of_branches: ColumnElement[bool]) -> Amount:
    def count(query: Select[int]) -> int:
        return connection.execute(query).scalar_one()

    with store.read() as connection:
        return Amount(
            count(select(func.count()).select_from(runs).where(of_runs)),
            count(select(func.count()).select_from(branches).where(of_branches)),
        )
