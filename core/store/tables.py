"""The tables of the store. Every column says what it holds."""

import json
import math
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    false,
)

metadata = MetaData()


def _the_run() -> Column[str]:
    owner = ForeignKey("runs.id", ondelete="CASCADE")
    return Column("run_id", String(32), owner, nullable=False, comment="The run.")


class ExactJson(TypeDecorator[Any]):
    """JSON in which NaN and the infinities survive, as the texts "NaN", "Infinity", "-Infinity".

    JSON has no such numbers, and SQLite stores a NaN as NULL.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:  # noqa: ARG002
        """Write a value as JSON."""
        return json.dumps(_named(value), allow_nan=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Read a value back."""
        return None if value is None else _numbered(json.loads(value))


_NAMES = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def _named(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return _each(value, _named)


def _numbered(value: Any) -> Any:
    if isinstance(value, str):
        return _NAMES.get(value, value)
    return _each(value, _numbered)


def _each(value: Any, change: Any) -> Any:
    if isinstance(value, dict):
        return {key: change(item) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [change(item) for item in cast("list[Any]", value)]
    return value


runs = Table(
    "runs",
    metadata,
    Column("id", String(32), primary_key=True, comment="Random name of the run, in its link."),
    Column("name", String(64), nullable=False, comment="The name a person gave it."),
    Column("owner", String(64), nullable=False, comment="SHA-256 of the owner's token."),
    Column("spec", ExactJson, nullable=False, comment="The RunSpec as JSON."),
    Column("status", String(16), nullable=False, comment="One of `RunStatus`."),
    Column("phase", String(80), nullable=False, default="", comment="What it does just now."),
    Column("phase_share", Float, comment="How far the phase is, 0 to 1, or NULL."),
    Column("stop_requested", Boolean, nullable=False, default=False, comment="Stop was pressed."),
    Column("device", String(120), nullable=False, default="", comment="What it trained on."),
    Column("steps_per_epoch", Integer, comment="Training batches in an epoch."),
    Column("parameters", Integer, comment="Weights of the model, trainable and not."),
    Column("training_scans", Integer, comment="Scans trained on."),
    Column("validation_scans", Integer, comment="Scans validated on."),
    Column(
        "notes", ExactJson, nullable=False, default=[], comment="Sentences, such as files left out."
    ),
    Column("error", Text, nullable=False, default="", comment="Why it failed, for the person."),
    Column("created_s", Float, nullable=False, comment="When it was first queued, Unix seconds."),
    Column("started_s", Float, comment="When a worker took it, Unix seconds."),
    Column("ended_s", Float, comment="When it ended, Unix seconds."),
    Column("heartbeat_s", Float, nullable=False, comment="When it last gave a sign of life."),
    Column(
        "attempt",
        Integer,
        nullable=False,
        server_default="0",
        comment="How often a worker took it; only the last one may write.",
    ),
    Column(
        "recoveries",
        Integer,
        nullable=False,
        server_default="0",
        comment="Workers that died in a row without a finished epoch between them.",
    ),
    Column("recovered_at", Integer, comment="Finished epochs when a worker last died, or NULL."),
    Column(
        "pause_requested",
        Boolean,
        nullable=False,
        server_default=false(),
        comment="Pause was pressed.",
    ),
    Column("parent_id", String(32), comment="The run it was forked from, or NULL."),
    Column("forked_at", Integer, comment="The last epoch it shares with its parent, from 0."),
    Column(
        "keras_restore",
        Boolean,
        nullable=False,
        server_default=false(),
        comment="Whether it goes on from its parent as Keras's BackupAndRestore would.",
    ),
    Column(
        "goes_on_exactly",
        Boolean,
        comment="What a check on its device found, or NULL if none was made or is needed.",
    ),
    Column("scans_digest", String(64), comment="Which scans, and which of them validate."),
    Column("sweep_id", String(32), comment="The sweep it belongs to, or NULL."),
    Column("setting", Integer, comment="Which setting of its sweep it has, from 0, or NULL."),
    Column("seed", Integer, comment="The seed of its training if it is of a sweep, or NULL."),
    Column(
        "queued_s",
        Float,
        comment="When it was last put at the end of the queue, Unix seconds; NULL: `created_s`.",
    ),
    Index("runs_by_status", "status", "created_s"),
    Index("runs_by_parent", "parent_id"),
    Index("runs_by_sweep", "sweep_id"),
)

epochs = Table(
    "epochs",
    metadata,
    Column("id", Integer, primary_key=True, comment="Counts up; readers ask for newer ones."),
    _the_run(),
    Column("epoch", Integer, nullable=False, comment="The epoch, counted from 0."),
    Column("logs", ExactJson, nullable=False, comment="Keras's logs at the epoch's end."),
    Column("learning_rate", Float, nullable=False, comment="The rate the epoch trained with."),
    Column("learning_rate_after", Float, nullable=False, comment="The rate after its callbacks."),
    Column("seconds", Float, nullable=False, comment="Duration with validation, in seconds."),
    Column("training_seconds", Float, nullable=False, comment="Duration of its batches alone."),
    Column("callbacks", ExactJson, nullable=False, comment="Counters of each callback after it."),
    Column("written_s", Float, nullable=False, comment="When it was written, Unix seconds."),
    Index("epochs_by_run", "run_id", "id"),
)

batches = Table(
    "batches",
    metadata,
    Column("id", Integer, primary_key=True, comment="Counts up; readers ask for newer ones."),
    _the_run(),
    Column("epoch", Integer, nullable=False, comment="The epoch, counted from 0."),
    Column("batch", Integer, nullable=False, comment="The batch in the epoch, counted from 0."),
    Column("logs", ExactJson, nullable=False, comment="Keras's running means in the epoch."),
    Column("written_s", Float, nullable=False, comment="When it was written, Unix seconds."),
    Index("batches_by_run", "run_id", "id"),
)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True, comment="Counts up; readers ask for newer ones."),
    _the_run(),
    Column("epoch", Integer, comment="The epoch it belongs to, from 0; NULL before the first."),
    Column("kind", String(32), nullable=False, comment="One of `EventKind`."),
    Column("detail", ExactJson, nullable=False, comment="Its numbers, such as from and to."),
    Column("written_s", Float, nullable=False, comment="When it was written, Unix seconds."),
    Index("events_by_run", "run_id", "id"),
)

console = Table(
    "console",
    metadata,
    Column("id", Integer, primary_key=True, comment="Counts up; readers ask for newer ones."),
    _the_run(),
    Column("line", Text, nullable=False, comment="One line as Keras printed it."),
    Index("console_by_run", "run_id", "id"),
)

states = Table(
    "states",
    metadata,
    Column("id", Integer, primary_key=True, comment="Counts up."),
    Column("owner_id", String(32), nullable=False, comment="The run, or the branch of a sweep."),
    Column(
        "epoch", Integer, nullable=False, comment="The epoch at whose end it was taken, from 0."
    ),
    Column("file", String(200), nullable=False, comment="Its file below PLATEAU_STATES_URL."),
    Column("sha256", String(64), nullable=False, comment="Of the file, 64 hexadecimal digits."),
    Column("size_bytes", BigInteger, nullable=False, comment="Of the file."),
    Column("of_act", Boolean, nullable=False, comment="Whether a callback or a person acted."),
    Column("written_s", Float, nullable=False, comment="When it was written, Unix seconds."),
    Index("states_by_owner", "owner_id", "epoch"),
    Index("states_by_file", "file"),
)

interventions = Table(
    "interventions",
    metadata,
    Column("id", Integer, primary_key=True, comment="Counts up; workers ask for newer ones."),
    _the_run(),
    Column("kind", String(16), nullable=False, comment="One of `InterventionKind`."),
    Column("value", Float, nullable=False, comment="The factor, or the learning rate."),
    Column("asked_s", Float, nullable=False, comment="When it was asked for, Unix seconds."),
    Column("epoch", Integer, comment="The epoch in which it was done, from 0; NULL if not yet."),
    Column(
        "batch", Integer, comment="The batch before which it was done, from 0; NULL if not yet."
    ),
    Column("learning_rate", Float, comment="The rate it set; NULL if not yet done."),
    Index("interventions_by_run", "run_id", "id"),
)

sweeps = Table(
    "sweeps",
    metadata,
    Column("id", String(32), primary_key=True, comment="Random name of the sweep, in its link."),
    Column("name", String(64), nullable=False, comment="The name a person gave it."),
    Column("owner", String(64), nullable=False, comment="SHA-256 of the owner's token."),
    Column("spec", ExactJson, nullable=False, comment="The SweepSpec as JSON."),
    Column("status", String(16), nullable=False, comment="One of `RunStatus`."),
    Column("stop_requested", Boolean, nullable=False, default=False, comment="Stop was pressed."),
    Column("error", Text, nullable=False, default="", comment="Why it failed, for the person."),
    Column("created_s", Float, nullable=False, comment="When it was queued, Unix seconds."),
    Column("ended_s", Float, comment="When it ended, Unix seconds."),
    Column("heartbeat_s", Float, nullable=False, comment="When it last gave a sign of life."),
    Index("sweeps_by_status", "status", "created_s"),
)

branches = Table(
    "branches",
    metadata,
    Column("id", String(32), primary_key=True, comment="Random name of the branch."),
    Column(
        "sweep_id",
        String(32),
        ForeignKey("sweeps.id", ondelete="CASCADE"),
        nullable=False,
        comment="The sweep.",
    ),
    Column("seed", Integer, nullable=False, comment="The seed of its training."),
    Column("parent_id", String(32), comment="The branch it parted from, or NULL."),
    Column(
        "settings",
        ExactJson,
        nullable=False,
        comment="The settings that share its training, from 0.",
    ),
    Column("first_epoch", Integer, nullable=False, comment="Its first own epoch, from 0."),
    Column("last_epoch", Integer, comment="The last one that is trained, from 0, or NULL."),
    Column("status", String(16), nullable=False, comment="One of `RunStatus`."),
    Column("seconds", Float, nullable=False, default=0.0, comment="Duration of its epochs."),
    Column("worker", String(120), nullable=False, default="", comment="Who trains or trained it."),
    Column("task", String(64), nullable=False, default="", comment="The engine's task it is in."),
    Column(
        "attempt",
        Integer,
        nullable=False,
        default=0,
        comment="How often a worker took it; only the last one may write.",
    ),
    Column(
        "recoveries",
        Integer,
        nullable=False,
        default=0,
        comment="Workers that died in a row without a finished epoch between them.",
    ),
    Column("recovered_at", Integer, comment="`last_epoch` when a worker last died, or NULL."),
    Column("error", Text, nullable=False, default="", comment="Why it failed, for the person."),
    Column("created_s", Float, nullable=False, comment="When it was queued, Unix seconds."),
    Column("ended_s", Float, comment="When it ended, Unix seconds."),
    Index("branches_by_sweep", "sweep_id", "status"),
    Index("branches_by_task", "task"),
)
