"""Writing states beside the training, which never waits for them."""

import hashlib
import threading
from collections.abc import Callable

from core.store import SavedState, StateFiles
from core.training.background import Background
from core.training.state import State
from core.training.state_format import encode


class StateWriter(Background):
    """A thread that writes the newest state it was offered.

    A state that is offered while another is being written waits; a newer one takes its
    place. So a slow disk costs states, never epochs.

    Args:
        files: Where they are written.
        folder: The folder of the run or branch they belong to.
        on_written: Called with each state that is on the disk.
        on_failure: Called with a sentence if one could not be written.
    """

    def __init__(
        self,
        files: StateFiles,
        folder: str,
        *,
        on_written: Callable[[SavedState], None],
        on_failure: Callable[[str], None],
    ) -> None:
        super().__init__("states")
        self._files, self._folder = files, folder
        self._on_written, self._on_failure = on_written, on_failure
        self._waiting: tuple[State, bool] | None = None
        self._closed = False
        self._changed = threading.Condition()

    def offer(self, state: State, *, of_act: bool) -> None:
        """Leave a state to be written.

        Args:
            state: The state; it is not changed any more.
            of_act: Whether a callback or a person acted in its epoch.
        """
        with self._changed:
            self._waiting = (state, of_act)
            self._changed.notify()

    def _close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _write_all(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting is not None or self._closed)
                if self._waiting is None:
                    return
                state, of_act = self._waiting
                self._waiting = None
            self._write(state, of_act=of_act)

    def _write(self, state: State, *, of_act: bool) -> None:
        try:
            self._on_written(write_state(self._files, self._folder, state, of_act=of_act))
        except OSError as error:
            self._on_failure(not_saved(state, error))


def not_saved(state: State, error: OSError) -> str:
    """Say what it means that a state could not be written."""
    return (
        f"The state after epoch {state.epoch + 1} could not be saved ({error.strerror or error}). "
        "The training is not affected; if it is interrupted, it goes on from an earlier epoch."
    )


def write_state(files: StateFiles, folder: str, state: State, *, of_act: bool) -> SavedState:
    """Write a state and return what the store keeps of it.

    Raises:
        OSError: If the disk is full or may not be written to.
    """
    data = encode(state)
    sha256 = hashlib.sha256(data).hexdigest()
    name = f"{folder}/{state.epoch:05d}-{sha256[:16]}.safetensors"
    files.write(name, data)
    return SavedState(
        epoch=state.epoch, file=name, sha256=sha256, size_bytes=len(data), of_act=of_act
    )
