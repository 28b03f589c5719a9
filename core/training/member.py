"""One setting of a sweep while it trains: its real callbacks, its rate, its rows and files."""
# Keras ships no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
# pyright: reportMissingTypeStubs=false, reportArgumentType=false

import logging
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras

from core.specs.run import RunSpec
from core.store import Epoch, Event, RunStatus
from core.training import run as single
from core.training.callbacks import build_callbacks
from core.training.journal import Row
from core.training.memory import give_back, memory_of
from core.training.reasons import sentence_of
from core.training.recorder import Recorder
from core.training.state import Arrays, State

_SETTINGS = "settings"

_log = logging.getLogger(__name__)


class Notebook:
    """Keeps the rows of one setting until the epoch is over; batches and lines are left out.

    Args:
        stop_requested: Set when the training must end at its next batch.
    """

    def __init__(self, stop_requested: threading.Event) -> None:
        self.stop_requested = stop_requested
        self._rows: list[Epoch | Event] = []

    def add(self, row: Row) -> None:
        """Take a row."""
        if isinstance(row, Epoch | Event):
            self._rows.append(row)

    def take(self) -> tuple[list[Epoch], list[Event]]:
        """Return the rows, and forget them."""
        rows, self._rows = self._rows, []
        return [e for e in rows if isinstance(e, Epoch)], [e for e in rows if isinstance(e, Event)]


class Member:
    """One setting of a team: its own callbacks, its own rate, its own files.

    Args:
        setting: Its number in the sweep, from 0.
        run_id: The run that its rows belong to.
        spec: That run's settings.
        directory: That run's directory.
        stop_requested: Set when the training must end at its next batch.
        state: What the team goes on from, or None for a training from scratch.

    Attributes:
        rate: The learning rate that its callbacks left.
        stopped: Whether one of them has ended its training.
        failure: What one of them raised, as a sentence, or "".
    """

    def __init__(
        self,
        setting: int,
        run_id: str,
        spec: RunSpec,
        directory: Path,
        *,
        stop_requested: threading.Event,
        state: State | None,
    ) -> None:
        self.setting, self.run_id, self.directory = setting, run_id, directory
        self.stopped, self.failure = False, ""
        self.notebook = Notebook(stop_requested)
        self.watched = build_callbacks(spec, directory, goes_on=state is not None)
        self._state = None if state is None else state_of_member(state, setting)
        noted: Mapping[str, Any] = {} if state is None else _noted_of(state, setting)
        self.rate: float | None = noted.get("rate")
        self.recorder = Recorder(
            self.notebook,
            self.watched,
            directory,
            noted=noted.get("noted"),
            first_epoch=0 if state is None else state.epoch + 1,
        )

    @property
    def callbacks(self) -> list[keras.callbacks.Callback]:
        """All callbacks in their order, the recorder last."""
        return [*self.watched, self.recorder]

    @property
    def restores_from(self) -> int | None:
        """The epoch whose weights EarlyStopping puts back at the end, or None."""
        for callback in self.watched:
            if isinstance(callback, keras.callbacks.EarlyStopping) and callback.best_weights:
                return int(callback.best_epoch)
        return None

    def remember(self) -> None:
        """Give the callbacks what they remembered, after `on_train_begin` has cleared it."""
        for callback in self.watched if self._state else ():
            memory = self._state.memories.get(type(callback).__name__) if self._state else None
            if memory is not None:
                give_back(callback, memory)
        self._state = None

    def end_epoch(self, epoch: int, logs: Mapping[str, Any] | None) -> None:
        """Have the callbacks act on an epoch; what one raises ends this setting alone.

        Raises:
            OSError: If a file cannot be written, as on a full disk: that is no setting's fault.
        """
        own = dict(logs or {})
        try:
            for callback in self.callbacks if not self.failure else ():
                callback.on_epoch_end(epoch, own)
        except OSError:
            raise
        # Such as a metric that is not there, under a mode that asks for its direction.
        except Exception as problem:  # noqa: BLE001
            self._fail(problem)

    def end_batch(self, batch: int, logs: Mapping[str, Any] | None) -> None:
        """Have the callbacks act on a batch; what one raises ends this setting alone.

        Raises:
            OSError: If a file cannot be written, as on a full disk: that is no setting's fault.
            RuntimeError: Keras's own, of TerminateOnNaN: the loss is that of all settings.
        """
        try:
            for callback in self.callbacks if not self.failure else ():
                callback.on_train_batch_end(batch, logs)
        except OSError:
            raise
        # Such as a value in ModelCheckpoint's path that the logs of a batch do not have.
        except Exception as problem:
            if str(problem).startswith(single.BROKEN_OFF):
                raise
            self._fail(problem)

    def _fail(self, problem: Exception) -> None:
        _log.error("setting %s failed", self.setting, exc_info=problem)
        self.failure = sentence_of(problem)
        single.close_tables(self.watched)

    @property
    def status(self) -> RunStatus:
        """How its run ends."""
        if self.failure:
            return RunStatus.FAILED
        return RunStatus.DIVERGED if self.recorder.diverged else RunStatus.FINISHED

    def noted(self) -> dict[str, Any]:
        """Return what belongs to the state besides the callbacks' memories; JSON holds it."""
        return {"rate": self.rate, "noted": self.recorder.noted()}


def take_state(epoch: int, trunk: str, variables: Arrays, members: Sequence[Member]) -> State:
    """Return the state of settings that train together, at the end of an epoch."""
    return State(
        epoch=epoch,
        trunk=trunk,
        variables=variables,
        memories={
            f"{member.setting}/{type(callback).__name__}": memory_of(callback)
            for member in members
            for callback in member.watched
        },
        noted={_SETTINGS: {str(member.setting): member.noted() for member in members}},
    )


def settings_in(state: State) -> list[int]:
    """Return the settings that still trained when the state of a team was taken."""
    return [int(setting) for setting in state.noted[_SETTINGS]]


def state_of_member(state: State, setting: int) -> State:
    """Return the state of a team as that of one setting's run alone."""
    prefix = f"{setting}/"
    return State(
        epoch=state.epoch,
        trunk=state.trunk,
        variables=state.variables,
        memories={
            name.removeprefix(prefix): memory
            for name, memory in state.memories.items()
            if name.startswith(prefix)
        },
        noted=_noted_of(state, setting)["noted"],
    )


def _noted_of(state: State, setting: int) -> Mapping[str, Any]:
    return state.noted[_SETTINGS][str(setting)]
