"""The branches of a sweep: trainings that settings share while their callbacks decide the same."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, select, union_all, update

from core.store.branch_rows import (
    branch_of,
    end_branch_in,
    hold_sweep,
    insert_branch,
    mark_ended,
    read_branch_in,
    require_attempt,
    require_held,
    run_ids_in,
    touch,
)
from core.store.connection import Store
from core.store.progress import Superseded, insert_rows
from core.store.records import Branch, Epoch, Event, EventKind, RunStatus, SavedState
from core.store.resuming import MOST_RECOVERIES, WORKERS_DIED, forget_after
from core.store.runs import end_in
from core.store.states import forget_states, insert_state, keep_newest_state
from core.store.tables import branches, epochs, events, runs, states, sweeps


@dataclass(frozen=True)
class BranchEpoch:
    """What one epoch of a branch leaves behind.

    Attributes:
        epoch: The epoch, from 0.
        seconds: Its duration.
        epochs: A row for each setting, by the id of its run.
        events: What the callbacks of each setting did.
        ended: How the runs ended whose training is over with this epoch, and why if one failed.
        state: The state at its end, whose file is written; None if none could be.
    """

    epoch: int
    seconds: float
    epochs: Mapping[str, Epoch]
    events: Mapping[str, Sequence[Event]] = field(default_factory=dict[str, Sequence[Event]])
    ended: Mapping[str, tuple[RunStatus, str]] = field(
        default_factory=dict[str, tuple[RunStatus, str]]
    )
    state: SavedState | None = None


def claim_branch(store: Store, sweep_id: str, *, task: str, worker: str) -> Branch | None:
    """Take a queued branch of a sweep for this worker, that with the most epochs to go first.

    No other worker gets it. None if none is queued.
    """
    queued = (
        select(branches.c.id)
        .where(branches.c.sweep_id == sweep_id, branches.c.status == RunStatus.QUEUED)
        .order_by(branches.c.first_epoch, branches.c.created_s, branches.c.id)
    )
    with store.write() as connection:
        hold_sweep(connection, sweep_id)
        for branch_id in connection.execute(queued).scalars().all():
            taken = connection.execute(
                update(branches)
                .where(branches.c.id == branch_id, branches.c.status == RunStatus.QUEUED)
                .values(
                    status=RunStatus.RUNNING,
                    task=task,
                    worker=worker,
                    attempt=branches.c.attempt + 1,
                    error="",
                    ended_s=None,
                )
            )
            if taken.rowcount == 1:
                branch = read_branch_in(connection, branch_id)
                _start(connection, branch)
                return branch
    return None


def go_back_to(store: Store, branch: Branch, after_epoch: int, settings: Iterable[int]) -> None:
    """Forget what a branch left behind after an epoch, before it does those epochs again.

    Args:
        store: The store.
        branch: In this worker's hands.
        after_epoch: The last epoch that stays; -1 for none, which makes the branch begin with
            the first one.
        settings: Those that had not ended by then; they are running again, with an event that
            says so.

    Raises:
        Superseded: If another worker has the branch.
    """
    last = after_epoch if after_epoch >= branch.first_epoch else None
    first = min(branch.first_epoch, after_epoch + 1)
    with store.write() as connection:
        require_held(connection, branch)
        for run_id in run_ids_in(connection, branch, settings).values():
            forget_after(connection, run_id, after_epoch)
            connection.execute(
                update(runs)
                .where(runs.c.id == run_id)
                .values(status=RunStatus.RUNNING, ended_s=None, error="")
            )
            insert_rows(connection, events, run_id, [_resumed(branch, after_epoch)], time.time())
        # The seconds of what is done again were spent all the same.
        connection.execute(
            update(branches)
            .where(branches.c.id == branch.id)
            .values(last_epoch=last, first_epoch=first)
        )


def write_branch_epoch(store: Store, branch: Branch, done: BranchEpoch) -> list[str]:
    """Write an epoch of a branch for all its settings, all or nothing.

    Returns:
        The files of states that nobody needs any more, for `StateFiles.delete`.

    Raises:
        Superseded: If another worker has the branch, or the sweep was interrupted.
    """
    now = time.time()
    with store.write() as connection:
        require_held(connection, branch)
        for run_id, epoch in done.epochs.items():
            insert_rows(connection, epochs, run_id, [epoch], now)
        for run_id, acts in done.events.items():
            insert_rows(connection, events, run_id, acts, now)
        for run_id, (status, error) in done.ended.items():
            end_in(connection, run_id, status, error=error)
        connection.execute(
            update(branches)
            .where(branches.c.id == branch.id)
            .values(last_epoch=done.epoch, seconds=branches.c.seconds + done.seconds)
        )
        touch(connection, branch.sweep_id)
        if done.state is None:
            return []
        return keep_newest_state(connection, branch.id, done.state)


def break_off(store: Store, branch: Branch, acts: Mapping[str, Sequence[Event]]) -> None:
    """End runs in the middle of an epoch, as TerminateOnNaN does with `raise_error`.

    Args:
        store: The store.
        branch: In this worker's hands.
        acts: What happened in the epoch, by the id of the run.

    Raises:
        Superseded: If another worker has the branch, or the sweep was interrupted.
    """
    with store.write() as connection:
        require_held(connection, branch)
        for run_id, happened in acts.items():
            insert_rows(connection, events, run_id, happened, time.time())
            end_in(connection, run_id, RunStatus.DIVERGED)


def split_branch(
    store: Store, branch: Branch, groups: Sequence[Sequence[int]], state: SavedState | None
) -> tuple[list[Branch], list[str]]:
    """Part the settings of a branch: those of each group go on together.

    Args:
        store: The store.
        branch: In this worker's hands.
        groups: The settings that still train, at least two groups. This worker goes on with
            the first; the others are queued.
        state: The state that all go on from; None before the first epoch.

    Returns:
        A branch for each group, and the files of states that nobody needs any more. A branch
        that has trained no epoch of its own goes on as the first of them.

    Raises:
        Superseded: If another worker has the branch, or the sweep was interrupted.
    """
    with store.write() as connection:
        require_held(connection, branch)
        held = read_branch_in(connection, branch.id)
        if held.last_epoch is None:
            connection.execute(
                update(branches)
                .where(branches.c.id == held.id)
                .values(settings=[each for each in held.settings if each in groups[0]])
            )
            others = [_add(connection, held, each, held.parent_id, state) for each in groups[1:]]
            return [read_branch_in(connection, held.id), *others], []
        first = _add(connection, held, groups[0], held.id, state, goes_on=True)
        others = [_add(connection, held, each, held.id, state) for each in groups[1:]]
        mark_ended(connection, held.id, RunStatus.FINISHED)
        return [first, *others], forget_states(connection, states.c.owner_id == held.id)


def end_branch(store: Store, branch: Branch, status: RunStatus, *, error: str = "") -> list[str]:
    """End a branch and those of its runs that have not ended; the last one ends the sweep.

    Returns:
        The files of states that nobody needs any more, for `StateFiles.delete`: a branch that
        has not finished keeps its own, to be resumed.
    """
    with store.write() as connection:
        try:
            require_held(connection, branch)
        except Superseded:
            return []
        end_branch_in(connection, branch, status, error=error)
        if status is not RunStatus.FINISHED:
            return []
        return forget_states(connection, states.c.owner_id == branch.id)


def requeue_branches(store: Store, task: str) -> int:
    """Queue the branches again whose worker died in a task, and return how many it had.

    One that died too often without an epoch between them fails.
    """
    of_task = select(branches.c.sweep_id).where(branches.c.task == task).limit(1)
    with store.write() as connection:
        hold_sweep(connection, connection.execute(of_task).scalar())
        query = select(branches).where(
            branches.c.task == task, branches.c.status == RunStatus.RUNNING
        )
        held = [branch_of(row) for row in connection.execute(query).mappings()]
        for branch in held:
            _requeue(connection, branch)
    return len(held)


def branch_goes_on(store: Store, branch: Branch) -> bool:
    """Tell whether a branch may go on: nobody pressed Stop, and no other worker has it."""
    query = (
        select(branches.c.attempt, branches.c.status, sweeps.c.stop_requested)
        .join(sweeps, sweeps.c.id == branches.c.sweep_id)
        .where(branches.c.id == branch.id)
    )
    with store.read() as connection:
        row = connection.execute(query).one_or_none()
    if row is None or row.stop_requested:
        return False
    return row.attempt == branch.attempt and row.status == RunStatus.RUNNING


def branch_is_held(store: Store, branch: Branch) -> bool:
    """Tell whether a branch is still in the hands of the worker that took it."""
    try:
        with store.read() as connection:
            require_attempt(connection, branch)
    except Superseded:
        return False
    return True


def others_wait(store: Store, sweep_id: str) -> bool:
    """Tell whether a run or another sweep waits for a worker."""
    single = select(runs.c.id).where(runs.c.sweep_id.is_(None), runs.c.status == RunStatus.QUEUED)
    shared = select(branches.c.id).where(
        branches.c.sweep_id != sweep_id, branches.c.status == RunStatus.QUEUED
    )
    with store.read() as connection:
        return connection.execute(union_all(single, shared).limit(1)).first() is not None


def branches_at_work(store: Store) -> bool:
    """Tell whether a worker trains a branch of any sweep."""
    query = select(branches.c.id).where(branches.c.status == RunStatus.RUNNING).limit(1)
    with store.read() as connection:
        return connection.execute(query).first() is not None


def waiting_and_at_work(store: Store, sweep_id: str) -> tuple[int, int]:
    """Return how many branches of a sweep are queued and how many are trained just now."""
    query = (
        select(branches.c.status, func.count().label("number"))
        .where(branches.c.sweep_id == sweep_id)
        .group_by(branches.c.status)
    )
    with store.read() as connection:
        counts = {row.status: row.number for row in connection.execute(query)}
    return counts.get(RunStatus.QUEUED, 0), counts.get(RunStatus.RUNNING, 0)


def read_branches(store: Store, sweep_id: str) -> list[Branch]:
    """Return the branches of a sweep, parents before their children."""
    query = (
        select(branches)
        .where(branches.c.sweep_id == sweep_id)
        .order_by(branches.c.created_s, branches.c.first_epoch, branches.c.id)
    )
    with store.read() as connection:
        return [branch_of(row) for row in connection.execute(query).mappings()]


def read_run_ids(store: Store, branch: Branch) -> dict[int, str]:
    """Return the ids of the runs of a branch's settings, by setting."""
    with store.read() as connection:
        return run_ids_in(connection, branch, branch.settings)


def update_branch_runs(store: Store, branch: Branch, **values: Any) -> None:
    """Change columns of all runs of a branch, such as `device`."""
    with store.write() as connection:
        hold_sweep(connection, branch.sweep_id)
        ids = list(run_ids_in(connection, branch, branch.settings).values())
        connection.execute(update(runs).where(runs.c.id.in_(ids)).values(**values))


def _resumed(branch: Branch, after_epoch: int) -> Event:
    epoch = after_epoch if after_epoch >= 0 else None
    return Event(EventKind.RESUMED, epoch, {"died": branch.recoveries > 0})


def _start(connection: Connection, branch: Branch) -> None:
    now = time.time()
    ids = list(run_ids_in(connection, branch, branch.settings).values())
    connection.execute(
        update(runs)
        .where(runs.c.id.in_(ids), runs.c.status == RunStatus.QUEUED)
        .values(
            status=RunStatus.RUNNING,
            started_s=func.coalesce(runs.c.started_s, now),
            heartbeat_s=now,
            attempt=1,
        )
    )
    connection.execute(
        update(sweeps)
        .where(sweeps.c.id == branch.sweep_id, sweeps.c.status == RunStatus.QUEUED)
        .values(status=RunStatus.RUNNING)
    )
    touch(connection, branch.sweep_id)


def _add(
    connection: Connection,
    parent: Branch,
    settings: Sequence[int],
    parent_id: str | None,
    state: SavedState | None,
    *,
    goes_on: bool = False,
) -> Branch:
    at_work = {
        "status": RunStatus.RUNNING,
        "attempt": 1,
        "task": parent.task,
        "worker": parent.worker,
    }
    branch_id = insert_branch(
        connection,
        parent.sweep_id,
        parent.seed,
        settings,
        parent_id=parent_id,
        first_epoch=0 if state is None else state.epoch + 1,
        **(at_work if goes_on else {}),
    )
    if state is not None:
        insert_state(connection, branch_id, state)
    return read_branch_in(connection, branch_id)


def _requeue(connection: Connection, branch: Branch) -> None:
    same = branch.recovered_at == branch.last_epoch
    recoveries = branch.recoveries + 1 if same else 1
    if recoveries > MOST_RECOVERIES:
        end_branch_in(connection, branch, RunStatus.FAILED, error=WORKERS_DIED)
        return
    connection.execute(
        update(branches)
        .where(branches.c.id == branch.id)
        .values(
            status=RunStatus.QUEUED, recoveries=recoveries, recovered_at=branch.last_epoch, task=""
        )
    )
