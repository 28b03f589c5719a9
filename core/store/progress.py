"""What a run leaves behind as it goes: epochs, batches, events and console lines."""

import time
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, func, insert, select

from core.store.connection import Store
from core.store.interventions import note_done
from core.store.records import (
    Batch,
    Epoch,
    Event,
    EventKind,
    Intervention,
    RunStatus,
    SavedState,
)
from core.store.runs import UnknownRun, hold_run
from core.store.states import keep_state
from core.store.tables import batches, console, epochs, events, interventions, runs


class Superseded(Exception):
    """Another worker has the run: what this one writes is no longer wanted."""


def append(
    store: Store,
    run_id: str,
    *,
    attempt: int | None = None,
    new_epochs: Sequence[Epoch] = (),
    new_batches: Sequence[Batch] = (),
    new_events: Sequence[Event] = (),
    new_lines: Sequence[str] = (),
    done: Sequence[Intervention] = (),
    new_states: Sequence[SavedState] = (),
) -> list[str]:
    """Append rows to a run, all or none, in one transaction.

    Args:
        store: The store.
        run_id: The run.
        attempt: Whose rows they are, from `start_run`; None for whoever is at work.
        new_epochs: Finished epochs.
        new_batches: Batches on their way.
        new_events: What happened.
        new_lines: What was printed.
        done: Interventions, with the epoch, batch and rate at which they were done.
        new_states: States whose files are written.

    Returns:
        The files of states that nobody needs any more, for `StateFiles.delete`.

    Raises:
        Superseded: If the run was given to another worker.
    """
    now, unused = time.time(), list[str]()
    with store.write() as connection:
        # Held to the end: the ids of its rows come in the order in which readers see them.
        holder = hold_run(connection, run_id)
        if attempt not in (None, holder):
            raise Superseded(run_id)
        rows = ((epochs, new_epochs), (batches, new_batches), (events, new_events))
        for table, records in rows:
            insert_rows(connection, table, run_id, records, now)
        for line in new_lines:
            # PostgreSQL keeps no NUL in a text.
            text = line.replace("\0", "")
            connection.execute(insert(console).values(run_id=run_id, line=text))
        for intervention in done:
            note_done(connection, intervention)
        for state in new_states:
            unused += keep_state(connection, run_id, state)
    return unused


def insert_rows(
    connection: Connection,
    table: Table,
    run_id: str,
    records: Sequence[Epoch] | Sequence[Batch] | Sequence[Event],
    now: float,
) -> None:
    """Append rows to one of a run's tables; `now` is Unix seconds."""
    for record in records:
        values = asdict(record) | {"run_id": run_id, "written_s": now}
        del values["id"]
        connection.execute(insert(table).values(values))


def read_epochs(store: Store, run_id: str, *, after: int = 0) -> list[Epoch]:
    """Return the epochs of a run whose id is above `after`, in order."""
    return [
        Epoch(**_values(row, callbacks=tuple(row["callbacks"])))
        for row in _newer(store, epochs, run_id, after)
    ]


def read_events(store: Store, run_id: str, *, after: int = 0) -> list[Event]:
    """Return the events of a run whose id is above `after`, in order."""
    return [
        Event(**_values(row, kind=EventKind(row["kind"])))
        for row in _newer(store, events, run_id, after)
    ]


def read_curves(
    store: Store, run_ids: Collection[str], *, counters: bool = False
) -> dict[str, list[Epoch]]:
    """Return the epochs of several runs in one query, each in order.

    Without `counters` they lack those of the callbacks, by far the largest column.
    """
    columns = [column for column in epochs.columns if counters or column is not epochs.c.callbacks]
    query = select(*columns).where(epochs.c.run_id.in_(run_ids)).order_by(epochs.c.id)
    found: dict[str, list[Epoch]] = {run_id: [] for run_id in run_ids}
    with store.read() as connection:
        for row in connection.execute(query).mappings():
            counted = {"callbacks": tuple(row["callbacks"])} if counters else {}
            found[row["run_id"]].append(Epoch(**_values(row, **counted)))
    return found


def read_events_of(store: Store, run_ids: Collection[str]) -> dict[str, list[Event]]:
    """Return the events of several runs in one query, each in order."""
    query = select(events).where(events.c.run_id.in_(run_ids)).order_by(events.c.id)
    found: dict[str, list[Event]] = {run_id: [] for run_id in run_ids}
    with store.read() as connection:
        for row in connection.execute(query).mappings():
            found[row["run_id"]].append(Event(**_values(row, kind=EventKind(row["kind"]))))
    return found


def read_last_batch(store: Store, run_id: str) -> Batch | None:
    """Return the newest batch of a run, or None before the first."""
    query = select(batches).where(batches.c.run_id == run_id).order_by(batches.c.id.desc()).limit(1)
    with store.read() as connection:
        row = connection.execute(query).mappings().one_or_none()
    return None if row is None else Batch(**_values(row))


def read_console(store: Store, run_id: str, *, last: int = 400) -> list[str]:
    """Return the last lines a run printed, in order."""
    query = (
        select(console.c.line)
        .where(console.c.run_id == run_id)
        .order_by(console.c.id.desc())
        .limit(last)
    )
    with store.read() as connection:
        return list(connection.execute(query).scalars())[::-1]


@dataclass(frozen=True)
class Signs:
    """What can change in a run, at a glance; two that differ mean that there is news.

    Attributes:
        status: Where it stands.
        stop_requested: Whether Stop was pressed.
        phase: What it does just now.
        phase_share: How far the phase is, 0 to 1, or None.
        epoch: The highest id among its epochs, 0 before the first.
        event: The same of its events.
        batch: The same of its batches.
        line: The same of its console lines.
        pause_requested: Whether Pause was pressed.
        asked: How many changes of its rate were asked for and are not done yet.
    """

    status: RunStatus
    stop_requested: bool
    phase: str
    phase_share: float | None
    epoch: int
    event: int
    batch: int
    line: int
    pause_requested: bool = False
    asked: int = 0


def read_signs(store: Store, run_id: str) -> Signs:
    """Return what can change in a run, with one query.

    Raises:
        UnknownRun: If there is none of that id.
    """
    newest = [
        select(func.coalesce(func.max(table.c.id), 0))
        .where(table.c.run_id == run_id)
        .scalar_subquery()
        for table in (epochs, events, batches, console)
    ]
    state = (runs.c.status, runs.c.stop_requested, runs.c.phase, runs.c.phase_share)
    is_open = (interventions.c.run_id == run_id) & interventions.c.epoch.is_(None)
    asked = select(func.count()).where(is_open).scalar_subquery()
    query = select(*state, *newest, runs.c.pause_requested, asked).where(runs.c.id == run_id)
    with store.read() as connection:
        row = connection.execute(query).one_or_none()
    if row is None:
        raise UnknownRun(run_id)
    status, *rest = row
    return Signs(RunStatus(status), *rest)


def newest(store: Store, *run_ids: str) -> tuple[int, int]:
    """Return the highest ids among the epochs and events of runs; a change means new rows."""
    with store.read() as connection:
        highest = [
            connection.execute(select(func.max(t.c.id)).where(t.c.run_id.in_(run_ids))).scalar()
            for t in (epochs, events)
        ]
    return highest[0] or 0, highest[1] or 0


def _newer(store: Store, table: Table, run_id: str, after: int) -> Sequence[RowMapping]:
    query = select(table).where(table.c.run_id == run_id, table.c.id > after).order_by(table.c.id)
    with store.read() as connection:
        return connection.execute(query).mappings().all()


def _values(row: RowMapping, **changed: Any) -> dict[str, Any]:
    return {str(name): value for name, value in row.items() if name != "run_id"} | changed
