"""The states of trainings: which are kept, and for how long."""

import time
from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from core.store.connection import Store
from core.store.records import SavedState
from core.store.tables import states

NEWEST_KEPT = 2
"""The newest states of a run that are kept, whatever their size."""

KEPT_BYTES = 200 * 2**20
"""What all states of a run may take together; above it the older ones go."""


def keep_state(connection: Connection, owner_id: str, state: SavedState) -> list[str]:
    """Note a state whose file is written, and forget those that are too many.

    The rule: the newest two stay. If all together take more than 200 MiB, the others go,
    oldest first, until they fit: first those of epochs in which nothing happened, then those
    at whose end a callback or a person acted.

    Returns:
        The files that nobody needs any more.
    """
    again = (states.c.owner_id == owner_id) & (states.c.epoch == state.epoch)
    replaced = connection.execute(select(states.c.id).where(again)).scalars().all()
    insert_state(connection, owner_id, state)
    kept = [state for state in states_of(connection, owner_id) if state.id not in replaced]
    surplus = [state.id for state in surplus_of(kept)]
    return forget_states(connection, states.c.id.in_([*replaced, *surplus]))


def keep_newest_state(connection: Connection, owner_id: str, state: SavedState) -> list[str]:
    """Note a state in place of all that were kept; return the files that nobody needs any more."""
    older = select(states.c.id).where(states.c.owner_id == owner_id)
    replaced = connection.execute(older).scalars().all()
    insert_state(connection, owner_id, state)
    return forget_states(connection, states.c.id.in_(replaced))


def insert_state(connection: Connection, owner_id: str, state: SavedState) -> None:
    """Note a state whose file is written."""
    connection.execute(
        insert(states).values(
            owner_id=owner_id,
            epoch=state.epoch,
            file=state.file,
            sha256=state.sha256,
            size_bytes=state.size_bytes,
            of_act=state.of_act,
            written_s=time.time(),
        )
    )


def surplus_of(kept: Sequence[SavedState]) -> list[SavedState]:
    """Return the states that go, of those that are kept in the order of their epochs."""
    newest = {state.id for state in kept[-NEWEST_KEPT:]}
    size = sum(state.size_bytes for state in kept)
    surplus: list[SavedState] = []
    for state in sorted(kept, key=lambda state: state.of_act):
        if size > KEPT_BYTES and state.id not in newest:
            surplus.append(state)
            size -= state.size_bytes
    return surplus


def read_states(store: Store, owner_id: str) -> list[SavedState]:
    """Return the states kept of a run or of a branch, in the order of their epochs."""
    with store.read() as connection:
        return states_of(connection, owner_id)


def named_files(store: Store, names: Iterable[str]) -> set[str]:
    """Return those of some files of states that a run, a fork or a branch still needs."""
    query = select(states.c.file).where(states.c.file.in_(list(names)))
    with store.read() as connection:
        return set(connection.execute(query).scalars())


def forget_states(connection: Connection, which: ColumnElement[bool]) -> list[str]:
    """Delete the rows of states, and return the files that no other row names."""
    files = set(connection.execute(select(states.c.file).where(which)).scalars())
    connection.execute(delete(states).where(which))
    shared = select(states.c.file).where(states.c.file.in_(files))
    return sorted(files - set(connection.execute(shared).scalars()))


def states_of(connection: Connection, owner_id: str) -> list[SavedState]:
    """Return the states kept of a run or of a branch, within a transaction."""
    query = (
        select(states).where(states.c.owner_id == owner_id).order_by(states.c.epoch, states.c.id)
    )
    return [
        SavedState(**{str(k): v for k, v in row.items() if k != "owner_id"})
        for row in connection.execute(query).mappings()
    ]
