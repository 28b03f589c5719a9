"""What a person asks of a training while it runs: another rate, a pause."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from core.store.connection import Store
from core.store.records import ACTIVE, Intervention, InterventionKind, Run, RunStatus
from core.store.runs import end_run, independent_run, update_run
from core.store.tables import interventions, runs

_MAX_RATE = 1e9


@dataclass(frozen=True)
class Orders:
    """What a worker has to know of its run, read several times a second.

    Attributes:
        superseded: Whether another worker has the run.
        stop: Whether to stop at the next batch.
        pause: Whether to pause at the end of the epoch.
        interventions: Those that are not done yet, in the order they were asked for.
    """

    superseded: bool
    stop: bool
    pause: bool
    interventions: tuple[Intervention, ...]


def multiply_rate(store: Store, run_id: str, factor: float, *, owner: str) -> None:
    """Ask an active run to multiply its learning rate, before its next batch.

    Raises:
        NotYours: If the owner is somebody else.
        ValueError: If the factor is not greater than 0 and at most 1000, or the run has ended.
    """
    if not 0 < factor <= 1000:  # noqa: PLR2004 - the rule the sentence gives
        raise ValueError(
            f"The factor must be greater than 0 and at most 1000, got {factor!r}. "
            "Try 0.3, which cuts the rate to less than a third."
        )
    _ask(store, run_id, InterventionKind.MULTIPLY_RATE, factor, owner)


def set_rate(store: Store, run_id: str, learning_rate: float, *, owner: str) -> None:
    """Ask an active run to train with another learning rate from its next batch on.

    Raises:
        NotYours: If the owner is somebody else.
        ValueError: If the rate is not greater than 0 and at most 1e9, or the run has ended.
    """
    if not 0 < learning_rate <= _MAX_RATE:
        raise ValueError(
            "The learning rate must be greater than 0 and at most 1000000000, got "
            f"{learning_rate!r}. Adam's usual value is 0.001."
        )
    _ask(store, run_id, InterventionKind.SET_RATE, learning_rate, owner)


def request_pause(store: Store, run_id: str, *, owner: str) -> None:
    """Ask an active run to pause at the end of its epoch; one still queued pauses at once.

    A paused run holds no worker; `resume_run` continues it.

    Raises:
        NotYours: If the owner is somebody else.
        ValueError: If the run has ended.
    """
    _active(store, run_id, owner)
    update_run(store, run_id, pause_requested=True)
    # A worker that takes it just now reads the request.
    end_run(store, run_id, RunStatus.PAUSED, only=[RunStatus.QUEUED])


def withdraw_pause(store: Store, run_id: str, *, owner: str) -> None:
    """Have a run go on that was asked to pause and has not done it yet.

    Raises:
        NotYours: If the owner is somebody else.
        ValueError: If the run has paused or ended.
    """
    _active(store, run_id, owner)
    update_run(store, run_id, pause_requested=False)


def read_orders(store: Store, run_id: str, attempt: int) -> Orders:
    """Return what the worker of an attempt has to know of its run now."""
    about = select(
        runs.c.stop_requested, runs.c.pause_requested, runs.c.status, runs.c.attempt
    ).where(runs.c.id == run_id)
    with store.read() as connection:
        row = connection.execute(about).one_or_none()
        asked = _interventions(connection, run_id, done=False)
    if row is None:
        return Orders(superseded=False, stop=True, pause=False, interventions=())
    return Orders(
        superseded=row.attempt != attempt,
        stop=row.stop_requested or row.status not in ACTIVE,
        pause=row.pause_requested,
        interventions=tuple(asked),
    )


def read_done(store: Store, run_id: str, *, after_epoch: int) -> list[Intervention]:
    """Return the interventions done in the epochs after one, for a run that does them again."""
    with store.read() as connection:
        done = _interventions(connection, run_id, done=True)
    return [each for each in done if each.epoch is not None and each.epoch > after_epoch]


def note_done(connection: Connection, intervention: Intervention) -> None:
    """Note where an intervention was done, and the rate it set."""
    connection.execute(
        update(interventions)
        .where(interventions.c.id == intervention.id)
        .values(
            epoch=intervention.epoch,
            batch=intervention.batch,
            learning_rate=intervention.learning_rate,
        )
    )


def _ask(store: Store, run_id: str, kind: InterventionKind, value: float, owner: str) -> None:
    _active(store, run_id, owner)
    with store.write() as connection:
        connection.execute(
            insert(interventions).values(run_id=run_id, kind=kind, value=value, asked_s=time.time())
        )


def _active(store: Store, run_id: str, owner: str) -> Run:
    run = independent_run(store, run_id, owner)
    if not run.is_active:
        raise ValueError(
            f"The run {run.name!r} is {run.status}: resume it first, or fork it with other "
            "settings."
        )
    return run


def _interventions(connection: Connection, run_id: str, *, done: bool) -> Sequence[Intervention]:
    is_open = interventions.c.epoch.is_(None)
    query = (
        select(interventions)
        .where(interventions.c.run_id == run_id, ~is_open if done else is_open)
        .order_by(interventions.c.id)
    )
    return [
        Intervention(
            **{str(k): v for k, v in row.items() if k not in {"run_id", "kind"}},
            kind=InterventionKind(row["kind"]),
        )
        for row in connection.execute(query).mappings()
    ]
