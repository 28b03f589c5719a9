"""Keeping the states of a training as it goes, and giving it back the one it goes on from."""
# Keras ships no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
# pyright: reportMissingTypeStubs=false, reportArgumentType=false

from collections.abc import Mapping, Sequence
from typing import Any

import keras

from core.training.journal import Journal
from core.training.recorder import Recorder
from core.training.state import State, put_back, take
from core.training.state_writer import StateWriter


class PauseRequested(Exception):
    """Somebody pressed Pause, and the epoch is over."""


class StateGiver(keras.callbacks.Callback):
    """Puts a state back when all other callbacks have begun; stands just before the recorder.

    Args:
        state: The state to go on from.
        watched: The callbacks of the run.
        learning_rate: The rate that a fork sets, or None to keep that of the state.
    """

    def __init__(
        self,
        state: State,
        watched: Sequence[keras.callbacks.Callback],
        *,
        learning_rate: float | None = None,
    ) -> None:
        super().__init__()
        self._state, self._watched, self._learning_rate = state, watched, learning_rate

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Put the state back."""
        model: Any = self.model
        put_back(self._state, model, self._watched)
        if self._learning_rate is not None:
            model.optimizer.learning_rate = self._learning_rate


class StateKeeper(keras.callbacks.Callback):
    """Takes the state at the end of each epoch; stands after the recorder.

    Args:
        trunk: `trunk_digest` of the run.
        watched: The callbacks of the run.
        recorder: Knows whether one of them acted.
        writer: Writes states while the training goes on.
        journal: Hears of Pause.
    """

    def __init__(
        self,
        trunk: str,
        watched: Sequence[keras.callbacks.Callback],
        recorder: Recorder,
        writer: StateWriter,
        journal: Journal,
    ) -> None:
        super().__init__()
        self._trunk, self._watched, self._recorder = trunk, watched, recorder
        self._writer, self._journal = writer, journal

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Take the state, and pause if that was asked for and there is more to do."""
        model: Any = self.model
        state = take(
            model,
            self._watched,
            epoch=epoch,
            trunk=self._trunk,
            noted=self._recorder.noted(),
        )
        self._writer.offer(state, of_act=self._recorder.acted)
        params: Any = self.params
        over = state.stopped or epoch + 1 == params["epochs"]
        if self._journal.pause_requested.is_set() and not over:
            raise PauseRequested
