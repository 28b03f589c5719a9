"""Creating, reading and changing runs."""

import hashlib
import secrets
import time
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import RowMapping, delete, func, insert, select, update

from core.specs.run import RunSpec
from core.store.connection import Store
from core.store.records import ACTIVE, EventKind, Run, RunStatus
from core.store.tables import batches, console, epochs, events, runs


class UnknownRun(LookupError):
    """There is no run of that name, or it was deleted."""

    def __init__(self, run_id: str) -> None:
        super().__init__(f"There is no run {run_id!r}: it may have been deleted.")


class NotYours(PermissionError):
    """Only a run's owner may do this."""


def owner_of(token: str) -> str:
    """Return what the store keeps of an owner's token: its SHA-256, 64 hexadecimal digits."""
    return hashlib.sha256(token.encode()).hexdigest()


def create_run(store: Store, spec: RunSpec, *, owner: str) -> str:
    """Queue a run and return its id.

    Args:
        store: The store.
        spec: What to run.
        owner: What `owner_of` made of the visitor's token.
    """
    run_id, now = secrets.token_hex(8), time.time()
    with store.write() as connection:
        connection.execute(
            insert(runs).values(
                id=run_id,
                name=spec.name,
                owner=owner,
                spec=spec.model_dump(mode="json"),
                status=RunStatus.QUEUED,
                created_s=now,
                heartbeat_s=now,
            )
        )
    return run_id


def read_run(store: Store, run_id: str) -> Run:
    """Return one run.

    Raises:
        UnknownRun: If there is none of that id.
    """
    with store.read() as connection:
        row = connection.execute(select(runs).where(runs.c.id == run_id)).mappings().one_or_none()
    if row is None:
        raise UnknownRun(run_id)
    return _run(row)


def read_runs(store: Store, *, limit: int = 200) -> list[Run]:
    """Return the newest runs, newest first."""
    query = select(runs).order_by(runs.c.created_s.desc()).limit(limit)
    with store.read() as connection:
        return [_run(row) for row in connection.execute(query).mappings()]


def read_runs_of(store: Store, run_ids: Collection[str]) -> list[Run]:
    """Return the runs of these ids, in their order and in one query; unknown ids are left out."""
    query = select(runs).where(runs.c.id.in_(run_ids))
    with store.read() as connection:
        found = {row["id"]: _run(row) for row in connection.execute(query).mappings()}
    return [found[run_id] for run_id in dict.fromkeys(run_ids) if run_id in found]


def count_active(store: Store, *, owner: str | None = None) -> int:
    """Count the runs that are queued, preparing or running, of everybody or of one owner."""
    query = select(func.count()).select_from(runs).where(runs.c.status.in_(ACTIVE))
    if owner is not None:
        query = query.where(runs.c.owner == owner)
    with store.read() as connection:
        return connection.execute(query).scalar_one()


def queue_position(store: Store, run: Run) -> int:
    """Return how many runs are before this one, those at work included."""
    query = (
        select(func.count())
        .select_from(runs)
        .where(runs.c.status.in_(ACTIVE), runs.c.created_s < run.created_s)
    )
    with store.read() as connection:
        return connection.execute(query).scalar_one()


def update_run(store: Store, run_id: str, **values: Any) -> None:
    """Change columns of a run and give a sign of life."""
    with store.write() as connection:
        connection.execute(
            update(runs).where(runs.c.id == run_id).values(heartbeat_s=time.time(), **values)
        )


def start_run(store: Store, run_id: str) -> bool:
    """Take a queued run for this worker; False if it is no longer queued."""
    now = time.time()
    with store.write() as connection:
        result = connection.execute(
            update(runs)
            .where(runs.c.id == run_id, runs.c.status == RunStatus.QUEUED)
            .values(status=RunStatus.PREPARING, started_s=now, heartbeat_s=now)
        )
    return result.rowcount == 1


def end_run(store: Store, run_id: str, status: RunStatus, *, error: str = "") -> bool:
    """End an active run and write the event that says so; False if it had ended already.

    The event belongs to the run's last finished epoch, if there is one.
    """
    now = time.time()
    with store.write() as connection:
        result = connection.execute(
            update(runs)
            .where(runs.c.id == run_id, runs.c.status.in_(ACTIVE))
            .values(status=status, error=error, ended_s=now, heartbeat_s=now, phase="")
        )
        if result.rowcount == 1:
            last = select(func.max(epochs.c.epoch)).where(epochs.c.run_id == run_id)
            connection.execute(
                insert(events).values(
                    run_id=run_id,
                    epoch=connection.execute(last).scalar(),
                    kind=_ENDS[status],
                    detail={"status": status, "error": error},
                    written_s=now,
                )
            )
    return result.rowcount == 1


_ENDS = {
    RunStatus.FINISHED: EventKind.FINISHED,
    RunStatus.DIVERGED: EventKind.FINISHED,
    RunStatus.STOPPED: EventKind.STOPPED,
    RunStatus.FAILED: EventKind.FAILED,
    RunStatus.INTERRUPTED: EventKind.FAILED,
}


def request_stop(store: Store, run_id: str, *, owner: str) -> None:
    """Ask an active run to stop at its next batch; one still queued stops at once.

    Raises:
        NotYours: If the owner is somebody else.
    """
    run = _owned(store, run_id, owner)
    update_run(store, run_id, stop_requested=True)
    if run.status is RunStatus.QUEUED:
        end_run(store, run_id, RunStatus.STOPPED)


def stop_requested(store: Store, run_id: str) -> bool:
    """Tell whether a run should stop: somebody pressed Stop, or the run is gone."""
    query = select(runs.c.stop_requested, runs.c.status).where(runs.c.id == run_id)
    with store.read() as connection:
        row = connection.execute(query).one_or_none()
    return row is None or row.stop_requested or row.status not in ACTIVE


def delete_run(store: Store, run_id: str, *, owner: str) -> None:
    """Delete a run that has ended, with all its rows; its files are the caller's.

    Raises:
        NotYours: If the owner is somebody else.
        ValueError: If it is still active.
    """
    run = _owned(store, run_id, owner)
    if run.is_active:
        raise ValueError(f"The run {run.name!r} is {run.status}: stop it first.")
    with store.write() as connection:
        for table in (epochs, batches, events, console):
            connection.execute(delete(table).where(table.c.run_id == run_id))
        connection.execute(delete(runs).where(runs.c.id == run_id))


def touch_queued(store: Store, run_ids: Sequence[str]) -> None:
    """Give a sign of life for runs that wait in a living queue."""
    with store.write() as connection:
        connection.execute(
            update(runs)
            .where(runs.c.id.in_(run_ids), runs.c.status == RunStatus.QUEUED)
            .values(heartbeat_s=time.time())
        )


def interrupt_silent(store: Store, *, older_than_s: float) -> list[str]:
    """End the active runs that gave no sign of life for a while, and return their ids.

    They belong to an app or a worker that is gone.
    """
    query = select(runs.c.id).where(
        runs.c.status.in_(ACTIVE), runs.c.heartbeat_s < time.time() - older_than_s
    )
    with store.read() as connection:
        silent = list(connection.execute(query).scalars())
    reason = "The program that trained it was stopped. Its finished epochs are kept."
    return [i for i in silent if end_run(store, i, RunStatus.INTERRUPTED, error=reason)]


def _owned(store: Store, run_id: str, owner: str) -> Run:
    run = read_run(store, run_id)
    if not secrets.compare_digest(run.owner, owner):
        raise NotYours(
            f"Only the owner of {run.name!r} can do this: open the link you started it with."
        )
    return run


def _run(row: RowMapping) -> Run:
    values: dict[str, Any] = {str(name): value for name, value in row.items()}
    values["spec"] = RunSpec.model_validate(values["spec"])
    values["status"] = RunStatus(values["status"])
    values["notes"] = tuple(values["notes"])
    return Run(**values)
