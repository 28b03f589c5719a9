"""Settings that share a training: each has its real callbacks, which act in isolation."""
# Keras ships no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
# pyright: reportMissingTypeStubs=false, reportArgumentType=false

import contextlib
import os
import shutil
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import keras

from core.specs.run import FINAL_MODEL
from core.store import BranchEpoch
from core.training import run as single
from core.training.hand import rate_of
from core.training.member import Member, take_state
from core.training.state import State, assign_variables, copy_variables


class Team(keras.callbacks.Callback):
    """Stands for the callbacks of all settings that share a training.

    Each setting's callbacks see the model with that setting's learning rate, and `logs` of
    their own. What they did to the model is noted and undone before the next setting's turn:
    the callbacks that a sweep may have change nothing during a training but the rate and
    `stop_training`, and the weights when it ends.

    Args:
        trunk: `core.specs.lineage.trunk_digest` of the runs.
        members: The settings, at least one.
        state: What they go on from, or None for a training from scratch.
        before_acts: Called before the callbacks act on an epoch and write files.
        on_epoch: Called with each finished epoch and the state at its end, which is None when
            all have ended.
        on_parting: Called with the settings of each group when they no longer train alike; the
            team goes on with the first group.
    """

    def __init__(
        self,
        trunk: str,
        members: Sequence[Member],
        state: State | None,
        *,
        before_acts: Callable[[], None],
        on_epoch: Callable[[BranchEpoch, State | None], None],
        on_parting: Callable[[list[list[int]]], None],
    ) -> None:
        super().__init__()
        self.members = list(members)
        self._trunk, self._state = trunk, state
        self._before_acts = before_acts
        self._on_epoch, self._on_parting = on_epoch, on_parting
        # As the recorder of a single run, unless a callback has to see each batch in its turn.
        self.async_safe = not any(_acts_by_batch(c) for m in members for c in m.watched)

    def set_params(self, params: dict[str, Any] | None) -> None:
        """Pass them on."""
        super().set_params(params)
        for callback in self._all():
            callback.set_params(params)

    def set_model(self, model: keras.Model) -> None:
        """Pass it on."""
        super().set_model(model)
        for callback in self._all():
            callback.set_model(model)

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Put the state back, and have every callback begin."""
        if self._state is not None:
            assign_variables(self._keras_model, self._state.variables)
            self._state = None
        begun = rate_of(self._keras_model.optimizer)
        for member in self.members:
            member.rate = begun if member.rate is None else member.rate
            with self._turn_of(member):
                for callback in member.watched:
                    callback.on_train_begin(_own(logs))
                member.remember()
                member.recorder.on_train_begin(logs)
        self._share_best_weights()

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Part the settings that would train with different rates."""
        groups: dict[float, list[Member]] = {}
        for member in self.members:
            with self._turn_of(member):
                for callback in member.callbacks:
                    callback.on_epoch_begin(epoch, logs)
            groups.setdefault(member.rate or 0.0, []).append(member)
        if len(groups) > 1:
            self._part(sorted(groups.values(), key=len, reverse=True))
        _set_rate(self._keras_model, self.members[0].rate)

    def on_train_batch_begin(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Pass it on; a recorder ends the training if Stop was pressed."""
        for callback in self._all():
            callback.on_train_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Pass it on; what callbacks do to the model here is the same for all settings."""
        for member in self.members:
            member.end_batch(batch, logs)

    def on_test_batch_begin(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Pass it on; a recorder ends the training if Stop was pressed."""
        for callback in self._all():
            callback.on_test_batch_begin(batch, logs)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Have every setting's callbacks act, end those that stop, and hand the epoch over."""
        self._before_acts()
        model, params = self._keras_model, self.params
        broken = bool(model.stop_training)
        for member in self.members:
            with self._turn_of(member):
                model.stop_training = broken
                member.end_epoch(epoch, logs)
                member.stopped = bool(model.stop_training or member.failure)
            self._share_best_weights()
        over = epoch + 1 == params["epochs"]  # pyright: ignore[reportOptionalSubscript]
        ended = [member for member in self.members if member.stopped or over]
        variables = copy_variables(model)
        self._end([member for member in ended if not member.failure], variables, logs)
        acting, self.members = self.members, [m for m in self.members if m not in ended]
        state = take_state(epoch, self._trunk, variables, self.members) if self.members else None
        self._on_epoch(_rows_of(epoch, acting, ended), state)
        model.stop_training = not self.members

    def note_broken_off(self) -> list[Member]:
        """Note that TerminateOnNaN raised its error, and return the settings that it ended."""
        for member in self.members:
            member.recorder.note_broken_off()
        return self.members

    @property
    def _keras_model(self) -> Any:
        return self.model

    def _all(self) -> Iterable[keras.callbacks.Callback]:
        return (callback for member in self.members for callback in member.callbacks)

    @contextlib.contextmanager
    def _turn_of(self, member: Member) -> Generator[None]:
        """Have the model as a setting's callbacks left it, and note how they leave it now."""
        _set_rate(self._keras_model, member.rate)
        yield
        member.rate = rate_of(self._keras_model.optimizer)

    def _part(self, groups: list[list[Member]]) -> None:
        for member in [each for group in groups[1:] for each in group]:
            single.close_tables(member.watched)
        self.members = groups[0]
        self._on_parting([[member.setting for member in group] for group in groups])

    def _end(
        self, ended: Sequence[Member], variables: Mapping[str, Any], logs: Mapping[str, Any] | None
    ) -> None:
        """End settings as the end of `fit` ends a run, without touching the others."""
        saved: dict[tuple[int | None, float | None], Path] = {}
        for member in ended:
            restored = member.restores_from
            with self._turn_of(member):
                for callback in member.callbacks:
                    callback.on_train_end(_own(logs))
                alike = saved.setdefault((restored, member.rate), member.directory)
                if alike is member.directory:
                    single.save(self._keras_model, member.directory)
                else:
                    _share(alike / FINAL_MODEL, member.directory / FINAL_MODEL)
            if restored is not None:
                assign_variables(self._keras_model, variables)

    def _share_best_weights(self) -> None:
        """Have the copies that EarlyStopping keeps of the same epoch's weights in memory once."""
        first: dict[int, Any] = {}
        for member in self.members:
            for callback in member.watched:
                if isinstance(callback, keras.callbacks.EarlyStopping) and callback.best_weights:
                    weights = callback.best_weights
                    callback.best_weights = first.setdefault(int(callback.best_epoch), weights)


def _rows_of(epoch: int, acting: Sequence[Member], ended: Sequence[Member]) -> BranchEpoch:
    rows = {member.run_id: member.notebook.take() for member in acting}
    epochs = {run_id: epochs[-1] for run_id, (epochs, _) in rows.items() if epochs}
    return BranchEpoch(
        epoch=epoch,
        seconds=max((row.seconds for row in epochs.values()), default=0.0),
        epochs=epochs,
        events={run_id: events for run_id, (_, events) in rows.items()},
        ended={member.run_id: (member.status, member.failure) for member in ended},
    )


def _acts_by_batch(callback: keras.callbacks.Callback) -> bool:
    # Source: `keras.src.utils.python_utils.is_default`, Keras 3.15.
    hooks = (callback.on_train_batch_end, callback.on_batch_end)
    return not all(getattr(hook, "_is_default", False) for hook in hooks)


def _set_rate(model: Any, rate: float | None) -> None:
    model.optimizer.learning_rate = rate


def _own(logs: Mapping[str, Any] | None) -> dict[str, Any]:
    return dict(logs or {})


def _share(file: Path, copy: Path) -> None:
    """Have a file a second time, on the disk only once where that can be."""
    partial = copy.with_name(f"partial-{copy.name}")
    partial.unlink(missing_ok=True)
    try:
        os.link(file, partial)
    except OSError:
        shutil.copyfile(file, partial)
    partial.replace(copy)
