"""The rows of branches, as parts of larger transactions."""

import secrets
import time
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from core.store.progress import Superseded
from core.store.records import ACTIVE, Branch, RunStatus
from core.store.runs import end_in
from core.store.tables import branches, runs, sweeps

WAITING_OR_AT_WORK = (RunStatus.QUEUED, RunStatus.RUNNING)


def insert_branch(
    connection: Connection, sweep_id: str, seed: int, settings: Sequence[int], **values: Any
) -> str:
    """Add a branch, queued unless `values` say otherwise, and return its id."""
    branch_id = secrets.token_hex(8)
    row: dict[str, Any] = {
        "id": branch_id,
        "sweep_id": sweep_id,
        "seed": seed,
        "settings": list(settings),
        "first_epoch": 0,
        "status": RunStatus.QUEUED,
        "created_s": time.time(),
    }
    connection.execute(insert(branches).values(row | values))
    return branch_id


def end_branch_in(
    connection: Connection, branch: Branch, status: RunStatus, *, error: str = ""
) -> None:
    """Do what `end_branch` does, as a part of something larger; states stay."""
    mark_ended(connection, branch.id, status, error=error)
    current = read_branch_in(connection, branch.id)
    for run_id in run_ids_in(connection, current, current.settings).values():
        end_in(connection, run_id, status, error=error)
    if status is RunStatus.STOPPED:
        # Those that parted from it after Stop was pressed.
        for queued in branches_in(connection, branch.sweep_id, [RunStatus.QUEUED]):
            end_branch_in(connection, queued, status)
    settle(connection, branch.sweep_id)


def branches_in(
    connection: Connection, sweep_id: str, statuses: Iterable[RunStatus]
) -> list[Branch]:
    """Return the branches of a sweep that stand so."""
    query = select(branches).where(
        branches.c.sweep_id == sweep_id, branches.c.status.in_(list(statuses))
    )
    return [branch_of(row) for row in connection.execute(query).mappings()]


def settle(connection: Connection, sweep_id: str) -> None:
    """End a sweep if none of its branches waits or is at work."""
    query = select(branches.c.status, branches.c.error).where(branches.c.sweep_id == sweep_id)
    rows = connection.execute(query).all()
    found = {RunStatus(row.status) for row in rows}
    if found & set(WAITING_OR_AT_WORK):
        return
    ends = (RunStatus.FAILED, RunStatus.INTERRUPTED, RunStatus.STOPPED)
    status = next((end for end in ends if end in found), RunStatus.FINISHED)
    connection.execute(
        update(sweeps)
        .where(sweeps.c.id == sweep_id, sweeps.c.status.in_(ACTIVE))
        .values(
            status=status,
            ended_s=time.time(),
            error=next((row.error for row in rows if row.error), ""),
        )
    )


def hold_sweep(connection: Connection, sweep_id: str | None) -> None:
    """Let nobody else change a sweep until the transaction ends; to be called first.

    SQLite lets one writer in at a time; PostgreSQL locks the sweep's row. All that is one
    sweep's is behind that lock, so that two workers that end its last branches in the same
    moment see each other's.
    """
    connection.execute(select(sweeps.c.id).where(sweeps.c.id == sweep_id).with_for_update())


def require_held(connection: Connection, branch: Branch) -> None:
    """Refuse a worker that was taken for dead, or whose sweep was interrupted."""
    hold_sweep(connection, branch.sweep_id)
    require_attempt(connection, branch)


def require_attempt(connection: Connection, branch: Branch) -> None:
    """Do what `require_held` does, for a look."""
    query = select(branches.c.attempt, branches.c.status).where(branches.c.id == branch.id)
    row = connection.execute(query).one_or_none()
    if row is None or row.attempt != branch.attempt or row.status != RunStatus.RUNNING:
        raise Superseded(branch.id)


def run_ids_in(connection: Connection, branch: Branch, settings: Iterable[int]) -> dict[int, str]:
    """Return the ids of runs of a branch's sweep with its seed, by setting."""
    query = select(runs.c.setting, runs.c.id, runs.c.seed).where(
        runs.c.sweep_id == branch.sweep_id, runs.c.setting.in_(list(settings))
    )
    return {row.setting: row.id for row in connection.execute(query) if row.seed == branch.seed}


def read_branch_in(connection: Connection, branch_id: str) -> Branch:
    """Return one branch."""
    query = select(branches).where(branches.c.id == branch_id)
    return branch_of(connection.execute(query).mappings().one())


def branch_of(row: RowMapping) -> Branch:
    """Return a row of `tables.branches` as a value."""
    values: dict[str, Any] = {str(name): value for name, value in row.items()}
    values["settings"] = tuple(values["settings"])
    values["status"] = RunStatus(values["status"])
    return Branch(**values)


def mark_ended(
    connection: Connection, branch_id: str, status: RunStatus, *, error: str = ""
) -> None:
    """End a branch alone: its runs go on."""
    connection.execute(
        update(branches)
        .where(branches.c.id == branch_id)
        .values(status=status, error=error, ended_s=time.time())
    )


def touch(connection: Connection, sweep_id: str) -> None:
    """Give a sign of life for a sweep."""
    connection.execute(
        update(sweeps).where(sweeps.c.id == sweep_id).values(heartbeat_s=time.time())
    )
