"""Trainings whose every call was written down, kept by what was chosen for them."""

import hashlib
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from core.specs.trace import TraceSpec

RECORDED = Path(__file__).with_name("recorded_trace.json")
"""The trace of the default choice; `python -m core.training.record_trace` writes it anew."""

# A kept trace has some 150 kB.
_MOST_KEPT = 200

Logs = Mapping[str, float | str]


class Listing(BaseModel):
    """Lines of source code, as the installed Keras holds them.

    Attributes:
        title: The function, such as "ReduceLROnPlateau.on_epoch_end".
        where: Its file, from the package on.
        numbers: The number of each line in that file.
        lines: The lines, the outermost not indented.
        abridged: Whether lines were left out or shortened.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    where: str
    numbers: tuple[int, ...]
    lines: tuple[str, ...]
    abridged: bool = False


class Call(BaseModel):
    """One call of a hook, or of the function that computes a batch.

    Attributes:
        lane: Who was called: an index of `Trace.lanes`, 0 for the model itself.
        hook: Keras's name of what was called, such as "on_epoch_end".
        argument: The epoch or batch it was called with, from 0; None if it takes none.
        at_s: When it began, in seconds from the first call.
        seconds: How long it took.
        top: The method a person called: "fit", "evaluate" or "predict".
        loop: The method whose loop made the call; "evaluate" for the validation within `fit`.
        line: The line of the loop that made it: an index of that loop's listing.
        logs: `logs` as they were handed over; arrays as a text.
        logs_after: `logs` when the call returned; None if nothing had changed.
        rate: The optimizer's learning rate before the call.
        rate_after: The same after it; None if it had not changed.
        stopped: Whether the call set `model.stop_training`.
        counters: What the callback counts, before and after, where it changed.
        printed: What it printed.
        source: The key in `Trace.sources` of the code that ran; "" if the callback leaves
            the hook as Keras's base class has it, which does nothing.
        ran: The numbers of the lines of that code that ran.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    lane: int
    hook: str
    argument: int | None = None
    at_s: float
    seconds: float
    top: str
    loop: str
    line: int
    logs: Logs | None = None
    logs_after: Logs | None = None
    rate: float
    rate_after: float | None = None
    stopped: bool = False
    counters: Mapping[str, tuple[float | None, float | None]] = {}
    printed: str = ""
    source: str = ""
    ran: tuple[int, ...] = ()

    @property
    def is_batch(self) -> bool:
        """Whether it belongs to one batch: a batch hook, or the function that computes it."""
        return "batch" in self.hook or self.hook.endswith("_function")

    @property
    def does_something(self) -> bool:
        """Whether code of the callback's own ran, or the loop computed."""
        return bool(self.source) or self.lane == 0

    @property
    def added(self) -> tuple[str, ...]:
        """The names that the call put into `logs`."""
        return tuple(name for name in self.logs_after or {} if name not in (self.logs or {}))


class Trace(BaseModel):
    """A training as a list of calls, in the order they were made.

    Attributes:
        spec: What was chosen.
        keras: The release of Keras.
        backend: What it computed with.
        seconds: How long the whole took.
        lanes: Who was called: "model", the callbacks in their order, and the two that
            Keras adds, History and ProgbarLogger.
        calls: The calls.
        sources: The code of the hooks that ran.
        loops: The code that made the calls, by "fit", "evaluate" and "predict".
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    spec: TraceSpec
    keras: str
    backend: str
    seconds: float
    lanes: tuple[str, ...]
    calls: tuple[Call, ...]
    sources: Mapping[str, Listing]
    loops: Mapping[str, Listing]

    def to_json(self) -> str:
        """Return it as JSON, without what has its default."""
        return self.model_dump_json(exclude_defaults=True)


def recorded_trace() -> Trace:
    """Return the trace that comes with the program, of the default choice."""
    return Trace.model_validate_json(RECORDED.read_text("utf-8"))


def read_trace(directory: Path, spec: TraceSpec) -> Trace | None:
    """Return the trace that was kept for a choice, or None."""
    with suppress(OSError, ValidationError):
        return Trace.model_validate_json(_file(directory, spec).read_text("utf-8"))
    return None


def keep_trace(directory: Path, trace: Trace) -> None:
    """Keep a trace, and let the oldest go when there are many."""
    directory.mkdir(parents=True, exist_ok=True)
    file = _file(directory, trace.spec)
    partial = file.with_suffix(f".{os.getpid()}.partial")
    partial.write_text(trace.to_json(), "utf-8")
    partial.replace(file)
    kept = sorted(directory.glob("*.json"), key=lambda kept: kept.stat().st_mtime_ns)
    for old in kept[:-_MOST_KEPT]:
        old.unlink(missing_ok=True)


def _file(directory: Path, spec: TraceSpec) -> Path:
    return directory / f"{hashlib.sha256(spec.model_dump_json().encode()).hexdigest()[:24]}.json"
