"""Forks: runs that share the first epochs of another, and go on with other settings."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, insert, select

from core.specs import links
from core.specs.lineage import require_same_trunk
from core.specs.run import RunSpec
from core.store.connection import Store
from core.store.progress import read_curves, read_epochs, read_events, read_events_of
from core.store.records import Epoch, Event, EventKind, Run, SavedState
from core.store.runs import (
    UnknownRun,
    hold_run,
    insert_run,
    owned_run,
    read_run,
    read_runs_of,
    run_of,
)
from core.store.states import insert_state, read_states, states_of
from core.store.tables import events, runs

_OF_THE_RUN_ALONE = frozenset(
    [
        EventKind.FINISHED,
        EventKind.FAILED,
        EventKind.STOPPED,
        EventKind.PAUSED,
        EventKind.CONTINUED,
        EventKind.RESUMED,
        # It can only have been the fork's last shared epoch, behind which the fork went on.
        EventKind.EARLY_STOP,
        EventKind.WEIGHTS_RESTORED,
    ]
)


@dataclass(frozen=True)
class History:
    """All epochs and events of a run, those it shares with its parent once and first.

    Attributes:
        epochs: In order.
        events: Likewise.
    """

    epochs: Sequence[Epoch]
    events: Sequence[Event]


@dataclass(frozen=True)
class Shared(History):
    """What a fork shares with the run it was forked from; nothing for other runs.

    Attributes:
        run_name: The name of that run, "" for other runs.
    """

    run_name: str = ""


def create_fork(
    store: Store,
    parent_id: str,
    spec: RunSpec,
    *,
    after_epoch: int,
    owner: str,
    keras_restore: bool = False,
) -> str:
    """Queue a run that shares its parent's epochs up to one, and return its id.

    A callback that both have keeps its memory (`wait`, `best`, cooldown, best weights) if it
    watches the same metric the same way; others begin anew. A learning rate that differs from
    the parent's is set at the fork.

    Args:
        store: The store.
        parent_id: The run to fork.
        spec: What the fork does after that epoch; scans, model, optimizer, batch size, seed
            and precision must be the parent's.
        after_epoch: The last epoch they share, from 0; its state must be kept.
        owner: What `owner_of` made of the visitor's token.
        keras_restore: Whether Keras's own BackupAndRestore, which the settings must hold,
            brings it back: the model goes on, and the callbacks begin anew.

    Raises:
        NotYours: If the parent's owner is somebody else.
        NotTheSameTraining: If the fork changes what the state depends on.
        ValueError: If no state of that epoch is kept, or no epoch would follow.
    """
    parent = _holder(store, owned_run(store, parent_id, owner), after_epoch)
    require_same_trunk(spec, parent.spec)
    if after_epoch + 1 >= spec.training.epochs:
        raise ValueError(
            f"`epochs` must be more than the {after_epoch + 1} that are shared, got "
            f"{spec.training.epochs}. Add some, or fork from an earlier epoch."
        )
    with store.write() as connection:
        # Neither the parent nor its state can go before the fork is there.
        if hold_run(connection, parent.id) is None:
            raise UnknownRun(parent.id)
        state = _kept_state(connection, parent, after_epoch)
        run_id = insert_run(
            connection,
            spec,
            owner=owner,
            parent_id=parent.id,
            forked_at=after_epoch,
            keras_restore=keras_restore,
            scans_digest=parent.scans_digest,
        )
        insert_state(connection, run_id, replace(state, of_act=True))
        connection.execute(
            insert(events).values(
                run_id=run_id,
                epoch=after_epoch,
                kind=EventKind.FORKED,
                detail={"parent": parent.id, "changed": changed_settings(parent.spec, spec)},
                written_s=time.time(),
            )
        )
    return run_id


def kept_epochs(store: Store, run_id: str) -> list[int]:
    """Return the epochs, from 0, after which a run can be forked: their states are kept.

    Those that it shares with an ancestor count as far as the ancestor keeps them.
    """
    run = read_run(store, run_id)
    own = [state.epoch for state in read_states(store, run_id)]
    if run.parent_id is None or run.forked_at is None:
        return own
    fork = run.forked_at
    shared = [epoch for epoch in kept_epochs(store, run.parent_id) if epoch <= fork]
    return [*shared, *(epoch for epoch in own if epoch > fork)]


def changed_settings(before: RunSpec, after: RunSpec) -> dict[str, list[Any]]:
    """Return the settings that differ, by their names in links, each with both values."""
    old, new = links.flatten(before), links.flatten(after)
    return {
        name: [old.get(name), new.get(name)]
        for name in sorted(old | new)
        if name != "name" and old.get(name) != new.get(name)
    }


def read_history(store: Store, run_id: str) -> History:
    """Return all epochs and events of a run, the shared ones through its parent."""
    run = read_run(store, run_id)
    own = History(read_epochs(store, run_id), read_events(store, run_id))
    if run.parent_id is None or run.forked_at is None:
        return own
    return _joined(read_history(store, run.parent_id), own, run)


def read_shared(store: Store, run: Run) -> Shared:
    """Return the epochs and events that a fork shares with its parent."""
    if run.parent_id is None:
        return Shared([], [])
    joined = _joined(read_history(store, run.parent_id), History([], []), run)
    return Shared(joined.epochs, joined.events, read_run(store, run.parent_id).name)


def read_histories(
    store: Store, family: Sequence[Run], *, counters: bool = False
) -> dict[str, History]:
    """Return the histories of several runs by their ids, in a few queries for all of them.

    Without `counters` the epochs lack those of the callbacks, as those of `read_curves`.
    """
    known = {run.id: run for run in family}
    missing = {run.parent_id for run in family if run.parent_id} - known.keys()
    while missing:
        parents = read_runs_of(store, sorted(missing))
        known |= {run.id: run for run in parents}
        missing = {run.parent_id for run in parents if run.parent_id} - known.keys()
    own_epochs = read_curves(store, [*known], counters=counters)
    own_events = read_events_of(store, [*known])

    def history(run: Run) -> History:
        own = History(own_epochs[run.id], own_events[run.id])
        parent = known.get(run.parent_id or "")
        return own if parent is None else _joined(history(parent), own, run)

    return {run.id: history(run) for run in family}


def read_family(store: Store, run_id: str) -> list[Run]:
    """Return a run with its ancestors and all their forks, parents before their children."""
    root = read_run(store, run_id)
    while root.parent_id is not None:
        root = read_run(store, root.parent_id)
    family, young = [root], [root.id]
    with store.read() as connection:
        while young:
            query = select(runs).where(runs.c.parent_id.in_(young)).order_by(runs.c.created_s)
            children = [run_of(row) for row in connection.execute(query).mappings()]
            family += children
            young = [child.id for child in children]
    return family


def _joined(parent: History, own: History, run: Run) -> History:
    fork = -1 if run.forked_at is None else run.forked_at
    return History(
        [*(each for each in parent.epochs if each.epoch <= fork), *own.epochs],
        [*(each for each in parent.events if _is_shared(each, fork)), *own.events],
    )


def _holder(store: Store, run: Run, after_epoch: int) -> Run:
    """Return whose own epoch it is: the run's, or that of the ancestor it shares it with."""
    while run.parent_id is not None and run.forked_at is not None and after_epoch <= run.forked_at:
        run = read_run(store, run.parent_id)
    return run


def _kept_state(connection: Connection, run: Run, epoch: int) -> SavedState:
    kept = {state.epoch: state for state in states_of(connection, run.id)}
    if epoch not in kept:
        shown = ", ".join(str(each + 1) for each in kept) or "none"
        raise ValueError(
            f"The state after epoch {epoch + 1} of the run {run.name!r} is not kept, so it "
            f"cannot be forked there. Those of these epochs are: {shown}."
        )
    return kept[epoch]


def _is_shared(event: Event, forked_at: int) -> bool:
    before = event.epoch is None or event.epoch <= forked_at
    return before and event.kind not in _OF_THE_RUN_ALONE
