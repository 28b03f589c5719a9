"""Keeps a worker that was taken for dead from writing over what its successor writes."""
# Keras ships no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportMissingTypeStubs=false

from collections.abc import Mapping
from typing import Any

import keras

from core.training.journal import Journal


class Fence(keras.callbacks.Callback):
    """Ends the training if another worker has the run; stands first, before any file is written.

    The store refuses rows of such a worker. Files have no such guard, and on a cluster they
    lie in a folder that both share.

    Args:
        journal: Knows the store.
    """

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self._journal = journal

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Look whether the run is still this worker's.

        Raises:
            Superseded: If it is not.
        """
        self._journal.require_ours()
