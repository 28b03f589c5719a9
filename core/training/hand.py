"""What a person does to a running training's learning rate, done once and again on a resume."""
# Keras ships no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
# pyright: reportMissingTypeStubs=false, reportArgumentType=false

import dataclasses
from collections import deque
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from core.store import Intervention, InterventionKind


class Hand:
    """Sets the rate before a batch: what was asked for now, and what was done before.

    Args:
        asked: What is asked for, as it comes.
        done: What was done in epochs that are done again; it is done before the same batch.
    """

    def __init__(self, asked: deque[Intervention], done: Sequence[Intervention] = ()) -> None:
        self._asked = asked
        self._done = {(each.epoch, each.batch, each.id): each for each in done}

    def is_raised(self) -> bool:
        """Tell whether there is anything to do now or later."""
        return bool(self._asked or self._done)

    def act(self, epoch: int, batch: int, optimizer: Any) -> list[Intervention]:
        """Do what is to be done before a batch, and return it with the rates it set."""
        again = [key for key in self._done if key[:2] == (epoch, batch)]
        acted = [_set(self._done.pop(key), optimizer) for key in sorted(again)]
        while self._asked:
            intervention = _set(self._asked.popleft(), optimizer)
            acted.append(dataclasses.replace(intervention, epoch=epoch, batch=batch))
        return acted


def _set(intervention: Intervention, optimizer: Any) -> Intervention:
    value = intervention.value
    if intervention.kind is InterventionKind.MULTIPLY_RATE:
        value *= rate_of(optimizer)
    optimizer.learning_rate = value
    return dataclasses.replace(intervention, learning_rate=rate_of(optimizer))


def rate_of(optimizer: Any) -> float:
    """Return an optimizer's learning rate."""
    return float(np.asarray(keras.ops.convert_to_numpy(optimizer.learning_rate)))
