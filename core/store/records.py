"""What the store returns: rows as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from core.specs.run import RunSpec
from core.specs.sweep import SweepSpec


class RunStatus(StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    PREPARING = "preparing"
    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    DIVERGED = "diverged"
    INTERRUPTED = "interrupted"
    PAUSED = "paused"


PROGRAM_STOPPED = "The program that trained it was stopped. Its finished epochs are kept."

ACTIVE = (RunStatus.QUEUED, RunStatus.PREPARING, RunStatus.RUNNING)


class EventKind(StrEnum):
    """What can happen in a run."""

    LEARNING_RATE_REDUCED = "learning_rate_reduced"
    LEARNING_RATE_SET = "learning_rate_set"
    EARLY_STOP = "early_stop"
    WEIGHTS_RESTORED = "weights_restored"
    CHECKPOINT_SAVED = "checkpoint_saved"
    NAN = "nan"
    FINISHED = "finished"
    FAILED = "failed"
    STOPPED = "stopped"
    RESUMED = "resumed"
    PAUSED = "paused"
    CONTINUED = "continued"
    FORKED = "forked"


class InterventionKind(StrEnum):
    """What a person can do to a running training's learning rate."""

    MULTIPLY_RATE = "multiply_rate"
    SET_RATE = "set_rate"


@dataclass(frozen=True)
class Run:
    """One run; the attributes are the columns of `tables.runs`."""

    id: str
    name: str
    owner: str
    spec: RunSpec
    status: RunStatus
    phase: str
    phase_share: float | None
    stop_requested: bool
    device: str
    steps_per_epoch: int | None
    parameters: int | None
    training_scans: int | None
    validation_scans: int | None
    notes: tuple[str, ...]
    error: str
    created_s: float
    started_s: float | None
    ended_s: float | None
    heartbeat_s: float
    attempt: int = 0
    recoveries: int = 0
    recovered_at: int | None = None
    pause_requested: bool = False
    parent_id: str | None = None
    forked_at: int | None = None
    keras_restore: bool = False
    goes_on_exactly: bool | None = None
    scans_digest: str | None = None
    sweep_id: str | None = None
    setting: int | None = None
    seed: int | None = None
    queued_s: float | None = None

    @property
    def is_active(self) -> bool:
        """Whether it is queued, preparing or running."""
        return self.status in ACTIVE


@dataclass(frozen=True)
class Epoch:
    """One finished epoch; the attributes are the columns of `tables.epochs`."""

    epoch: int
    logs: Mapping[str, float]
    learning_rate: float
    learning_rate_after: float
    seconds: float
    training_seconds: float
    callbacks: tuple[Mapping[str, Any], ...] = ()
    written_s: float = 0.0
    id: int = 0


@dataclass(frozen=True)
class Batch:
    """One batch on its way; the attributes are the columns of `tables.batches`."""

    epoch: int
    batch: int
    logs: Mapping[str, float]
    written_s: float = 0.0
    id: int = 0


@dataclass(frozen=True)
class Event:
    """One act of a callback, or a turn in the run's life; columns of `tables.events`."""

    kind: EventKind
    epoch: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict[str, Any])
    written_s: float = 0.0
    id: int = 0


@dataclass(frozen=True)
class SavedState:
    """The state of a training in a file; the attributes are columns of `tables.states`."""

    epoch: int
    file: str
    sha256: str
    size_bytes: int
    of_act: bool = False
    written_s: float = 0.0
    id: int = 0


@dataclass(frozen=True)
class Intervention:
    """What a person did to a run's rate; the attributes are columns of `tables.interventions`."""

    id: int
    kind: InterventionKind
    value: float
    asked_s: float
    epoch: int | None = None
    batch: int | None = None
    learning_rate: float | None = None


@dataclass(frozen=True)
class Sweep:
    """One sweep; the attributes are the columns of `tables.sweeps`."""

    id: str
    name: str
    owner: str
    spec: SweepSpec
    status: RunStatus
    stop_requested: bool
    error: str
    created_s: float
    ended_s: float | None
    heartbeat_s: float

    @property
    def is_active(self) -> bool:
        """Whether it is queued or running."""
        return self.status in ACTIVE


@dataclass(frozen=True)
class Branch:
    """A training that some settings of a sweep share; columns of `tables.branches`.

    `last_epoch` is the last one that is trained so far, None before the first.
    """

    id: str
    sweep_id: str
    seed: int
    parent_id: str | None
    settings: tuple[int, ...]
    first_epoch: int
    last_epoch: int | None
    status: RunStatus
    seconds: float
    worker: str
    task: str
    attempt: int
    recoveries: int
    recovered_at: int | None
    error: str
    created_s: float
    ended_s: float | None

    @property
    def epochs(self) -> int:
        """How many epochs it has trained so far."""
        return 0 if self.last_epoch is None else self.last_epoch - self.first_epoch + 1


@dataclass(frozen=True)
class Ledger:
    """What a sweep cost, beside what its runs would have cost one by one.

    Attributes:
        epochs_trained: Epochs that were computed.
        epochs_reported: Epochs on the curves of all runs.
        seconds_spent: Duration of the epochs that were computed.
        seconds_saved: Duration of those on the curves, less that.
    """

    epochs_trained: int
    epochs_reported: int
    seconds_spent: float
    seconds_saved: float

    @property
    def factor(self) -> float:
        """Epochs reported for each that was trained; 1 before the first."""
        return self.epochs_reported / self.epochs_trained if self.epochs_trained else 1.0
