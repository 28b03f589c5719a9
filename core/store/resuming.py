"""Runs that go on: after Stop, an interruption, a failure, or beyond their last epoch."""

import math
import time
from typing import Any

from sqlalchemy import Connection, and_, delete, func, or_, select, update

from core.specs.callbacks import SwapEMAWeights
from core.specs.run import RunSpec
from core.store.connection import Store
from core.store.progress import read_epochs
from core.store.records import ACTIVE, EventKind, Run, RunStatus
from core.store.runs import hold_run, independent_run, last_epoch, read_run
from core.store.states import forget_states, read_states
from core.store.tables import batches, epochs, events, runs, states

MOST_RECOVERIES = 3
"""Workers that may die in a row without a finished epoch between them."""
WORKERS_DIED = (
    f"The worker process died {MOST_RECOVERIES + 1} times in a row before an epoch was finished: "
    "it was killed, or the machine ran out of memory. Finished epochs are kept; try a smaller "
    "batch or smaller images."
)


def resume_run(
    store: Store,
    run_id: str,
    *,
    owner: str,
    after_epoch: int | None = None,
    epochs: int | None = None,
) -> list[str]:
    """Queue a run again; it goes on after its last epoch, or after one whose state is kept.

    The caller submits it to the engine. What follows is what a run that never ended would
    have done, to the last bit on the CPU.

    Args:
        store: The store.
        run_id: The run.
        owner: What `owner_of` made of the visitor's token.
        after_epoch: Go back to the end of this epoch, from 0; later ones are forgotten.
            None: the newest state.
        epochs: How many epochs it shall have in all; None leaves it as it is. Plans of
            LearningRateScheduler that depend on it follow the new number from here on
            (`core.specs.lineage.depends_on_epochs`).

    Returns:
        The files of states that nobody needs any more, for `StateFiles.delete`.

    Raises:
        NotYours: If the owner is somebody else.
        ValueError: If it is active, has nothing left to do, no state of that epoch is kept, or
            it belongs to a sweep.
    """
    run = independent_run(store, run_id, owner)
    planned = run.spec.training.epochs if epochs is None else epochs
    spec = RunSpec.model_validate(
        run.spec.model_copy(
            update={"training": run.spec.training.model_copy(update={"epochs": planned})}
        ).model_dump()
    )
    after_epoch = _point_of_return(store, run, spec, after_epoch)
    with store.write() as connection:
        queued = connection.execute(
            update(runs)
            .where(runs.c.id == run_id, runs.c.status.not_in(ACTIVE))
            .values(
                spec=spec.model_dump(mode="json"),
                recoveries=0,
                recovered_at=None,
                stop_requested=False,
                pause_requested=False,
                error="",
                ended_s=None,
                # At the end of the queue; one whose worker died keeps its turn.
                queued_s=time.time(),
                **_queued_again(),
            )
        )
        if queued.rowcount == 0 or after_epoch is None:
            return []
        return forget_after(connection, run_id, after_epoch)


def requeue_run(store: Store, run_id: str) -> bool:
    """Queue an active run again whose worker died; False if it has died too often.

    It goes on by itself after its last epoch. After `MOST_RECOVERIES` deaths in a row
    without a finished epoch it is left as it is, for `end_run`.
    """
    with store.write() as connection:
        hold_run(connection, run_id)
        about = select(runs.c.recoveries, runs.c.recovered_at, runs.c.status)
        row = connection.execute(about.where(runs.c.id == run_id)).one_or_none()
        if row is None or row.status not in ACTIVE:
            return True
        finished = last_epoch(connection, run_id)
        done = 0 if finished is None else finished + 1
        recoveries = row.recoveries + 1 if row.recovered_at == done else 1
        if recoveries > MOST_RECOVERIES:
            return False
        connection.execute(
            update(runs)
            .where(runs.c.id == run_id)
            .values(recoveries=recoveries, recovered_at=done, **_queued_again())
        )
    return True


def go_back(store: Store, run_id: str, after_epoch: int) -> list[str]:
    """Forget what a run left behind after an epoch, before it does those epochs again.

    Returns:
        The files of states that nobody needs any more, for `StateFiles.delete`.
    """
    with store.write() as connection:
        hold_run(connection, run_id)
        return forget_after(connection, run_id, after_epoch)


def forget_after(connection: Connection, run_id: str, after_epoch: int) -> list[str]:
    """Delete the rows of a run's epochs after one; -1 for all of them.

    The ends of the run before it went on stay: they are part of what happened.
    """
    for table in (epochs, batches):
        connection.execute(
            delete(table).where(table.c.run_id == run_id, table.c.epoch > after_epoch)
        )
    # Weights are put back when a training ends; this one goes on.
    of_the_end = events.c.kind == EventKind.WEIGHTS_RESTORED
    connection.execute(
        delete(events).where(
            events.c.run_id == run_id, or_(events.c.epoch > after_epoch, of_the_end)
        )
    )
    return forget_states(
        connection, and_(states.c.owner_id == run_id, states.c.epoch > after_epoch)
    )


def _point_of_return(store: Store, run: Run, spec: RunSpec, after_epoch: int | None) -> int | None:
    """Return the epoch after which a run goes on, None for the newest; refuse what cannot be."""
    if run.is_active:
        raise ValueError(f"The run {run.name!r} is {run.status} already.")
    kept = [state.epoch for state in read_states(store, run.id)]
    if after_epoch is not None and after_epoch not in kept:
        shown = ", ".join(str(epoch + 1) for epoch in kept) or "none"
        raise ValueError(
            f"The state after epoch {after_epoch + 1} is not kept. Those of these epochs are: "
            f"{shown}."
        )
    if after_epoch is None and _ended_for_the_last_time(spec, run, kept):
        first = -1 if run.forked_at is None else run.forked_at
        after_epoch = max((epoch for epoch in kept if epoch < kept[-1]), default=first)
    newest = after_epoch if after_epoch is not None else max(kept, default=-1)
    _require_something_to_do(store, run, spec, newest)
    return after_epoch


def _ended_for_the_last_time(spec: RunSpec, run: Run, kept: list[int]) -> bool:
    """Tell whether the newest state is of a last epoch that a longer run would have had otherwise.

    Source: `SwapEMAWeights.on_epoch_end`, Keras 3.15, overwrites the plain weights then.
    """
    swaps = any(isinstance(each, SwapEMAWeights) and each.swap_on_epoch for each in spec.callbacks)
    last = run.spec.training.epochs - 1
    return swaps and spec.training.epochs - 1 > last and max(kept, default=-1) == last


def _require_something_to_do(store: Store, run: Run, spec: RunSpec, after_epoch: int) -> None:
    if run.status is RunStatus.DIVERGED and after_epoch == _last_epoch(store, run.id):
        raise ValueError(_diverged_told(store, run, after_epoch))
    if _stopped_itself(store, run.id, after_epoch):
        raise ValueError(
            f"EarlyStopping ended the run {run.name!r}, and would end it again at once. Fork it "
            "with other settings, or resume it from an earlier epoch."
        )
    if run.status is RunStatus.FINISHED and after_epoch + 1 >= spec.training.epochs:
        raise ValueError(
            f"`epochs` must be more than the {after_epoch + 1} that the run {run.name!r} has "
            f"finished, got {spec.training.epochs}. Add some to go on."
        )


def _diverged_told(store: Store, run: Run, epoch: int) -> str:
    """Say why a run that diverged does not go on after its last finished epoch."""
    rows = [row for row in read_epochs(store, run.id) if row.epoch == epoch]
    if all(math.isfinite(value) for row in rows for value in row.logs.values()):
        # TerminateOnNaN broke the next one off with an error; this one's state is sound.
        return (
            f"The run {run.name!r} diverged in epoch {epoch + 2}, and would do so again. Fork it "
            f"from epoch {epoch + 1}, with a lower learning rate."
        )
    return (
        f"The run {run.name!r} diverged: its weights are no numbers any more. Fork it from an "
        "earlier epoch, with a lower learning rate."
    )


def _last_epoch(store: Store, run_id: str) -> int | None:
    with store.read() as connection:
        return last_epoch(connection, run_id)


def _stopped_itself(store: Store, run_id: str, epoch: int) -> bool:
    query = select(func.count()).where(
        events.c.run_id == run_id,
        events.c.epoch == epoch,
        events.c.kind == EventKind.EARLY_STOP,
    )
    run = read_run(store, run_id)
    with store.read() as connection:
        fired = connection.execute(query).scalar_one() > 0
    # A run that was killed before its end still has that end to do.
    return fired and run.status is RunStatus.FINISHED


def _queued_again() -> dict[str, Any]:
    return {
        "status": RunStatus.QUEUED,
        "phase": "",
        "phase_share": None,
        "heartbeat_s": time.time(),
    }
