"""Sweeps: many runs that share what they have in common, trained once."""

import secrets
import time
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from core.specs.sweep import SweepSpec
from core.store.branch_rows import (
    branch_of,
    branches_in,
    end_branch_in,
    hold_sweep,
    insert_branch,
    run_ids_in,
    settle,
)
from core.store.connection import Store
from core.store.records import ACTIVE, PROGRAM_STOPPED, Branch, Ledger, Run, RunStatus, Sweep
from core.store.runs import NotYours, delete_in, insert_run, run_of
from core.store.states import forget_states
from core.store.tables import branches, epochs, runs, states, sweeps

_GONE = f"{PROGRAM_STOPPED} You can resume the sweep."


class UnknownSweep(LookupError):
    """There is no sweep of that name, or it was deleted."""

    def __init__(self, sweep_id: str) -> None:
        super().__init__(f"There is no sweep {sweep_id!r}: it may have been deleted.")


def create_sweep(store: Store, spec: SweepSpec, *, owner: str) -> Sweep:
    """Queue a sweep: a run for every setting with every seed, and a branch for each seed.

    Args:
        store: The store.
        spec: What to run.
        owner: What `owner_of` made of the visitor's token.
    """
    sweep_id, now = secrets.token_hex(8), time.time()
    with store.write() as connection:
        connection.execute(
            insert(sweeps).values(
                id=sweep_id,
                name=spec.name,
                owner=owner,
                spec=spec.model_dump(mode="json"),
                status=RunStatus.QUEUED,
                created_s=now,
                heartbeat_s=now,
            )
        )
        for seed in spec.seeds:
            insert_branch(connection, sweep_id, seed, range(spec.setting_count))
            _insert_runs(connection, sweep_id, spec, seed, owner)
    return read_sweep(store, sweep_id)


def read_sweep(store: Store, sweep_id: str) -> Sweep:
    """Return one sweep.

    Raises:
        UnknownSweep: If there is none of that id.
    """
    query = select(sweeps).where(sweeps.c.id == sweep_id)
    with store.read() as connection:
        row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise UnknownSweep(sweep_id)
    return _sweep_of(row)


def read_sweeps(store: Store, owner: str | None = None, *, limit: int = 100) -> list[Sweep]:
    """Return the newest sweeps of an owner, or of everybody, newest first."""
    query = select(sweeps).order_by(sweeps.c.created_s.desc()).limit(limit)
    if owner is not None:
        query = query.where(sweeps.c.owner == owner)
    with store.read() as connection:
        return [_sweep_of(row) for row in connection.execute(query).mappings()]


def read_sweep_runs(store: Store, sweep_id: str) -> list[Run]:
    """Return all runs of a sweep, by setting, each with its seeds in the sweep's order."""
    query = (
        select(runs)
        .where(runs.c.sweep_id == sweep_id)
        .order_by(runs.c.setting, runs.c.created_s, runs.c.id)
    )
    with store.read() as connection:
        return [run_of(row) for row in connection.execute(query).mappings()]


def read_ledger(store: Store, sweep_id: str) -> Ledger:
    """Return what a sweep cost so far, beside what its runs would have cost one by one."""
    reported = (
        select(func.count(), func.coalesce(func.sum(epochs.c.seconds), 0.0))
        .join(runs, runs.c.id == epochs.c.run_id)
        .where(runs.c.sweep_id == sweep_id)
    )
    trained = select(branches).where(branches.c.sweep_id == sweep_id)
    with store.read() as connection:
        count, seconds = connection.execute(reported).one()
        rows = [branch_of(row) for row in connection.execute(trained).mappings()]
    spent = sum(branch.seconds for branch in rows)
    return Ledger(sum(branch.epochs for branch in rows), count, spent, seconds - spent)


def count_active_sweeps(store: Store, *, owner: str | None = None) -> int:
    """Count the sweeps that are queued or running, of everybody or of one owner."""
    query = select(func.count()).select_from(sweeps).where(sweeps.c.status.in_(ACTIVE))
    if owner is not None:
        query = query.where(sweeps.c.owner == owner)
    with store.read() as connection:
        return connection.execute(query).scalar_one()


def stop_sweep(store: Store, sweep_id: str, *, owner: str) -> None:
    """Ask an active sweep to stop; finished epochs are kept, and `resume_sweep` goes on.

    Raises:
        NotYours: If the owner is somebody else.
    """
    _owned(store, sweep_id, owner)
    with store.write() as connection:
        hold_sweep(connection, sweep_id)
        connection.execute(
            update(sweeps)
            .where(sweeps.c.id == sweep_id, sweeps.c.status.in_(ACTIVE))
            .values(stop_requested=True)
        )
        for branch in branches_in(connection, sweep_id, [RunStatus.QUEUED]):
            end_branch_in(connection, branch, RunStatus.STOPPED)


def resume_sweep(store: Store, sweep_id: str, *, owner: str) -> None:
    """Queue what a sweep has not finished; each branch goes on from its last kept state.

    The caller submits it to the engine.

    Raises:
        NotYours: If the owner is somebody else.
        ValueError: If it is active, or has finished.
    """
    sweep = _owned(store, sweep_id, owner)
    if sweep.is_active:
        raise ValueError(f"The sweep {sweep.name!r} is {sweep.status} already.")
    if sweep.status is RunStatus.FINISHED:
        raise ValueError(f"The sweep {sweep.name!r} has finished: nothing is left to do.")
    ends = (RunStatus.STOPPED, RunStatus.FAILED, RunStatus.INTERRUPTED)
    with store.write() as connection:
        hold_sweep(connection, sweep_id)
        for branch in branches_in(connection, sweep_id, ends):
            _queue_again(connection, branch)
        connection.execute(
            update(sweeps)
            .where(sweeps.c.id == sweep_id)
            .values(
                status=RunStatus.QUEUED,
                stop_requested=False,
                error="",
                ended_s=None,
                heartbeat_s=time.time(),
            )
        )


def delete_sweep(store: Store, sweep_id: str, *, owner: str) -> list[str]:
    """Delete a sweep that has ended, with all its runs; their directories are the caller's.

    Returns:
        The files of its states that nobody needs any more, for `StateFiles.delete`.

    Raises:
        NotYours: If the owner is somebody else.
        ValueError: If it is still active.
    """
    sweep = _owned(store, sweep_id, owner)
    if sweep.is_active:
        raise ValueError(f"The sweep {sweep.name!r} is {sweep.status}: stop it first.")
    unused: list[str] = []
    with store.write() as connection:
        hold_sweep(connection, sweep_id)
        of_sweep = select(runs.c.id).where(runs.c.sweep_id == sweep_id)
        for run_id in connection.execute(of_sweep).scalars().all():
            unused += delete_in(connection, run_id)
        of_branches = select(branches.c.id).where(branches.c.sweep_id == sweep_id)
        unused += forget_states(connection, states.c.owner_id.in_(of_branches))
        connection.execute(delete(branches).where(branches.c.sweep_id == sweep_id))
        connection.execute(delete(sweeps).where(sweeps.c.id == sweep_id))
    return unused


def touch_sweeps(store: Store, sweep_ids: Iterable[str]) -> None:
    """Give a sign of life for sweeps that a living engine looks after."""
    with store.write() as connection:
        connection.execute(
            update(sweeps)
            .where(sweeps.c.id.in_(list(sweep_ids)), sweeps.c.status.in_(ACTIVE))
            .values(heartbeat_s=time.time())
        )


def interrupt_silent_sweeps(store: Store, *, older_than_s: float) -> None:
    """End the active sweeps that gave no sign of life for a while: their program is gone."""
    query = select(sweeps.c.id).where(
        sweeps.c.status.in_(ACTIVE), sweeps.c.heartbeat_s < time.time() - older_than_s
    )
    with store.read() as connection:
        silent = connection.execute(query).scalars().all()
    for sweep_id in silent:
        interrupt_sweep(store, sweep_id)


def interrupt_sweep(store: Store, sweep_id: str, *, error: str = _GONE) -> None:
    """End an active sweep that nobody trains any more; it can be resumed."""
    with store.write() as connection:
        hold_sweep(connection, sweep_id)
        for branch in branches_in(connection, sweep_id, ACTIVE):
            end_branch_in(connection, branch, RunStatus.INTERRUPTED, error=error)
        settle(connection, sweep_id)


def _queue_again(connection: Connection, branch: Branch) -> None:
    """Queue a branch that ended, and the runs that ended with it.

    A run whose own callback had raised before has ended for itself, as one that had finished.
    """
    ids = list(run_ids_in(connection, branch, branch.settings).values())
    connection.execute(
        update(runs)
        .where(runs.c.id.in_(ids), runs.c.status == branch.status, runs.c.error == branch.error)
        .values(status=RunStatus.QUEUED, ended_s=None, error="", heartbeat_s=time.time())
    )
    connection.execute(
        update(branches)
        .where(branches.c.id == branch.id)
        .values(status=RunStatus.QUEUED, recoveries=0, recovered_at=None, task="", error="")
    )


def _insert_runs(
    connection: Connection, sweep_id: str, spec: SweepSpec, seed: int, owner: str
) -> None:
    for index in range(spec.setting_count):
        run = spec.run_spec(index, seed)
        insert_run(connection, run, owner=owner, sweep_id=sweep_id, setting=index, seed=seed)


def _owned(store: Store, sweep_id: str, owner: str) -> Sweep:
    sweep = read_sweep(store, sweep_id)
    if not secrets.compare_digest(sweep.owner, owner):
        raise NotYours(
            f"Only the owner of {sweep.name!r} can do this: open the link you started it with."
        )
    return sweep


def _sweep_of(row: RowMapping) -> Sweep:
    values: dict[str, Any] = {str(name): value for name, value in row.items()}
    values["spec"] = SweepSpec.model_validate(values["spec"])
    values["status"] = RunStatus(values["status"])
    return Sweep(**values)
