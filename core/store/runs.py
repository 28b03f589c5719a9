"""Creating, reading and changing runs."""

import hashlib
import secrets
import time
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, func, insert, select, update

from core.specs.run import RunSpec
from core.store.connection import Store
from core.store.records import ACTIVE, PROGRAM_STOPPED, EventKind, Run, RunStatus
from core.store.states import forget_states
from core.store.tables import batches, console, epochs, events, interventions, runs, states
from core.store.undone import drop_orders


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
    with store.write() as connection:
        return insert_run(connection, spec, owner=owner)


def insert_run(connection: Connection, spec: RunSpec, *, owner: str, **values: Any) -> str:
    """Add a queued run, with `values` in its other columns, and return its id."""
    run_id, now = secrets.token_hex(8), time.time()
    row = {
        "id": run_id,
        "name": spec.name,
        "owner": owner,
        "spec": spec.model_dump(mode="json"),
        "status": RunStatus.QUEUED,
        "created_s": now,
        "queued_s": now,
        "heartbeat_s": now,
    }
    connection.execute(insert(runs).values(row | values))
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
    return run_of(row)


def read_runs(
    store: Store, owner: str | None = None, *, not_of: str | None = None, limit: int = 200
) -> list[Run]:
    """Return the newest runs, newest first; those of sweeps are not among them.

    Args:
        store: The store.
        owner: Whose runs alone; None for everybody's.
        not_of: Whose runs are left out; None for nobody's.
        limit: The most that are returned, of those that are asked for.
    """
    query = select(runs).where(runs.c.sweep_id.is_(None)).order_by(runs.c.created_s.desc())
    if owner is not None:
        query = query.where(runs.c.owner == owner)
    if not_of is not None:
        query = query.where(runs.c.owner != not_of)
    with store.read() as connection:
        return [run_of(row) for row in connection.execute(query.limit(limit)).mappings()]


def read_runs_of(store: Store, run_ids: Collection[str]) -> list[Run]:
    """Return the runs of these ids, in their order and in one query; unknown ids are left out."""
    query = select(runs).where(runs.c.id.in_(run_ids))
    with store.read() as connection:
        found = {row["id"]: run_of(row) for row in connection.execute(query).mappings()}
    return [found[run_id] for run_id in dict.fromkeys(run_ids) if run_id in found]


def count_runs(store: Store) -> int:
    """Count everybody's runs, without those of sweeps."""
    query = select(func.count()).select_from(runs).where(runs.c.sweep_id.is_(None))
    with store.read() as connection:
        return connection.execute(query).scalar_one()


def count_active(store: Store, *, owner: str | None = None) -> int:
    """Count the runs that are queued, preparing or running, of everybody or of one owner."""
    query = (
        select(func.count())
        .select_from(runs)
        .where(runs.c.status.in_(ACTIVE), runs.c.sweep_id.is_(None))
    )
    if owner is not None:
        query = query.where(runs.c.owner == owner)
    with store.read() as connection:
        return connection.execute(query).scalar_one()


def update_run(store: Store, run_id: str, *, attempt: int | None = None, **values: Any) -> None:
    """Change columns of a run and give a sign of life.

    Args:
        store: The store.
        run_id: The run.
        attempt: Whose change it is, from `start_run`; that of a worker whose run has ended or
            was given to another is not made.
        **values: The columns.
    """
    with store.write() as connection:
        connection.execute(
            update(runs).where(*_held(run_id, attempt)).values(heartbeat_s=time.time(), **values)
        )


def add_note(store: Store, run_id: str, sentence: str) -> None:
    """Add a sentence to what a person should know of a run."""
    with store.write() as connection:
        hold_run(connection, run_id)
        _add_note(connection, run_id, sentence)


def _add_note(connection: Connection, run_id: str, sentence: str) -> None:
    told = connection.execute(select(runs.c.notes).where(runs.c.id == run_id)).scalar()
    if told is not None and sentence not in told:
        connection.execute(update(runs).where(runs.c.id == run_id).values(notes=[*told, sentence]))


def hold_run(connection: Connection, run_id: str) -> int | None:
    """Let nobody else change a run until the transaction ends, and return its attempt.

    SQLite lets one writer in at a time; PostgreSQL locks the run's row.
    """
    query = select(runs.c.attempt).where(runs.c.id == run_id).with_for_update()
    return connection.execute(query).scalar()


def start_run(store: Store, run_id: str) -> int:
    """Take a queued run for this worker; 0 if it is no longer queued.

    Returns:
        The number of this attempt, from 1. Whoever started later has a higher one, and
        what is written under a lower one is refused: a worker that was taken for dead
        cannot disturb the one that took its place.
    """
    now = time.time()
    with store.write() as connection:
        result = connection.execute(
            update(runs)
            .where(runs.c.id == run_id, runs.c.status == RunStatus.QUEUED)
            .values(
                status=RunStatus.PREPARING,
                started_s=func.coalesce(runs.c.started_s, now),
                heartbeat_s=now,
                attempt=runs.c.attempt + 1,
            )
        )
        if result.rowcount == 0:
            return 0
        return connection.execute(select(runs.c.attempt).where(runs.c.id == run_id)).scalar_one()


def end_run(
    store: Store,
    run_id: str,
    status: RunStatus,
    *,
    error: str = "",
    attempt: int | None = None,
    only: Sequence[RunStatus] = ACTIVE,
) -> bool:
    """End an active run and write the event that says so; False if it had ended already.

    The event belongs to the run's last finished epoch, if there is one.

    Args:
        store: The store.
        run_id: The run.
        status: How it ended.
        error: Why, for the person.
        attempt: Whose end it is, from `start_run`; None for whoever is at work.
        only: End it only if it stands so.
    """
    with store.write() as connection:
        return end_in(connection, run_id, status, error=error, attempt=attempt, only=only)


def end_in(
    connection: Connection,
    run_id: str,
    status: RunStatus,
    *,
    error: str = "",
    attempt: int | None = None,
    only: Sequence[RunStatus] = ACTIVE,
) -> bool:
    """Do what `end_run` does, as a part of something larger."""
    now = time.time()
    result = connection.execute(
        update(runs)
        .where(*_held(run_id, attempt), runs.c.status.in_(only))
        .values(status=status, error=error, ended_s=now, heartbeat_s=now, phase="")
    )
    if result.rowcount == 1:
        connection.execute(
            insert(events).values(
                run_id=run_id,
                epoch=last_epoch(connection, run_id),
                kind=_ENDS[status],
                detail={"status": status, "error": error},
                written_s=now,
            )
        )
        # A run that pauses goes on with its next batch, for which they were asked.
        for sentence in [] if status is RunStatus.PAUSED else drop_orders(connection, run_id):
            _add_note(connection, run_id, sentence)
    return result.rowcount == 1


_ENDS = {
    RunStatus.FINISHED: EventKind.FINISHED,
    RunStatus.DIVERGED: EventKind.FINISHED,
    RunStatus.STOPPED: EventKind.STOPPED,
    RunStatus.FAILED: EventKind.FAILED,
    RunStatus.INTERRUPTED: EventKind.FAILED,
    RunStatus.PAUSED: EventKind.PAUSED,
}


def last_epoch(connection: Connection, run_id: str) -> int | None:
    """Return a run's last finished epoch, from 0; the last shared one if it has none of its own."""
    own = select(func.max(epochs.c.epoch)).where(epochs.c.run_id == run_id)
    shared = select(runs.c.forked_at).where(runs.c.id == run_id)
    newest = connection.execute(own).scalar()
    return connection.execute(shared).scalar() if newest is None else newest


def request_stop(store: Store, run_id: str, *, owner: str) -> None:
    """Ask an active run to stop at its next batch; one still queued stops at once.

    Raises:
        NotYours: If the owner is somebody else.
        ValueError: If it belongs to a sweep.
    """
    independent_run(store, run_id, owner)
    update_run(store, run_id, stop_requested=True)
    # A worker that takes it just now reads the request.
    end_run(store, run_id, RunStatus.STOPPED, only=[RunStatus.QUEUED])


def delete_run(store: Store, run_id: str, *, owner: str) -> list[str]:
    """Delete a run that has ended, with all its rows; its files are the caller's.

    Returns:
        The files of its states that nobody needs any more, for `StateFiles.delete`.

    Raises:
        NotYours: If the owner is somebody else.
        ValueError: If it is still active, other runs were forked from it, or it belongs to a
            sweep.
    """
    run = independent_run(store, run_id, owner)
    if run.is_active:
        raise ValueError(f"The run {run.name!r} is {run.status}: stop it first.")
    with store.write() as connection:
        hold_run(connection, run_id)
        _require_no_forks(connection, run)
        return delete_in(connection, run_id)


def delete_in(connection: Connection, run_id: str) -> list[str]:
    """Delete a run's rows, and return the files of states that nobody needs any more."""
    for table in (epochs, batches, events, console, interventions):
        connection.execute(delete(table).where(table.c.run_id == run_id))
    unused = forget_states(connection, states.c.owner_id == run_id)
    connection.execute(delete(runs).where(runs.c.id == run_id))
    return unused


def _require_no_forks(connection: Connection, run: Run) -> None:
    query = select(runs.c.name).where(runs.c.parent_id == run.id).order_by(runs.c.created_s)
    forks = [repr(name) for name in connection.execute(query).scalars()]
    if forks:
        raise ValueError(
            f"The run {run.name!r} must stay while others share its past, got "
            f"{', '.join(forks)}. Delete them first."
        )


def touch_queued(store: Store, run_ids: Sequence[str]) -> None:
    """Give a sign of life for runs that wait in a living queue."""
    with store.write() as connection:
        connection.execute(
            update(runs)
            .where(runs.c.id.in_(run_ids), runs.c.status == RunStatus.QUEUED)
            .values(heartbeat_s=time.time())
        )


def read_silent(store: Store, *, older_than_s: float) -> list[str]:
    """Return the ids of the active runs that gave no sign of life for a while.

    They belong to an app or a worker that is gone.
    """
    query = select(runs.c.id).where(
        runs.c.status.in_(ACTIVE),
        runs.c.heartbeat_s < time.time() - older_than_s,
        # Those of a sweep live and end with it.
        runs.c.sweep_id.is_(None),
    )
    with store.read() as connection:
        return list(connection.execute(query).scalars())


def interrupt_silent(store: Store, *, older_than_s: float) -> list[str]:
    """End the active runs that gave no sign of life for a while, and return their ids."""
    silent = read_silent(store, older_than_s=older_than_s)
    return [i for i in silent if end_run(store, i, RunStatus.INTERRUPTED, error=PROGRAM_STOPPED)]


def _held(run_id: str, attempt: int | None) -> list[ColumnElement[bool]]:
    """Return what picks a run, and only while it is active and in the hands of an attempt."""
    picked = [runs.c.id == run_id]
    held = [runs.c.attempt == attempt, runs.c.status.in_(ACTIVE)]
    return picked if attempt is None else [*picked, *held]


def owned_run(store: Store, run_id: str, owner: str) -> Run:
    """Return a run, to its owner only.

    Raises:
        NotYours: If the owner is somebody else.
    """
    run = read_run(store, run_id)
    if not secrets.compare_digest(run.owner, owner):
        raise NotYours(
            f"Only the owner of {run.name!r} can do this: open the link you started it with."
        )
    return run


def independent_run(store: Store, run_id: str, owner: str) -> Run:
    """Return a run that is no part of a sweep, to its owner only.

    Raises:
        NotYours: If the owner is somebody else.
        ValueError: If it belongs to a sweep, whose settings are trained together.
    """
    run = owned_run(store, run_id, owner)
    if run.sweep_id is not None:
        raise ValueError(
            f"The run {run.name!r} belongs to a sweep, whose settings are trained together: stop, "
            "resume or delete the sweep."
        )
    return run


def run_of(row: RowMapping) -> Run:
    """Return a row of `tables.runs` as a value."""
    values: dict[str, Any] = {str(name): value for name, value in row.items()}
    values["spec"] = RunSpec.model_validate(values["spec"])
    values["status"] = RunStatus(values["status"])
    values["notes"] = tuple(values["notes"])
    return Run(**values)
