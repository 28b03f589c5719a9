"""The state of a training at the end of an epoch: all that decides how it goes on."""
# Keras ships no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
# pyright: reportMissingTypeStubs=false, reportArgumentType=false

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from core.training.memory import Memory, give_back, memory_of

Arrays = Mapping[str, NDArray[Any]]


class UnusableState(ValueError):
    """A state that cannot be put back; the message is one sentence for the person."""


@dataclass(frozen=True)
class State:
    """A training at the end of an epoch.

    The order of the scans is no part of it: seed and epoch decide it
    (`core.training.batches.ScanBatches`).

    Attributes:
        epoch: The epoch that ended, from 0.
        trunk: `core.specs.lineage.trunk_digest` of the run it belongs to.
        variables: Every variable of model (the states of its random seed generators
            among them), optimizer (the learning rate among them) and metrics, by
            "model/", "optimizer/" or "metrics/" and its path.
        memories: What each callback remembers, by its class's name.
        stopped: Whether a callback has ended the training (`model.stop_training`).
        noted: What the recorder has noted already, such as the first NaN.
    """

    epoch: int
    trunk: str
    variables: Arrays
    memories: Mapping[str, Memory]
    stopped: bool = False
    noted: Mapping[str, Any] = field(default_factory=dict[str, Any])


def take(
    model: keras.Model,
    callbacks: Sequence[keras.callbacks.Callback],
    *,
    epoch: int,
    trunk: str,
    noted: Mapping[str, Any] | None = None,
) -> State:
    """Copy the state of a training, at the end of an epoch, when all callbacks have acted."""
    return State(
        epoch=epoch,
        trunk=trunk,
        variables=copy_variables(model),
        memories={type(callback).__name__: memory_of(callback) for callback in callbacks},
        stopped=bool(model.stop_training),
        noted=dict(noted or {}),
    )


def put_back(
    state: State, model: keras.Model, callbacks: Iterable[keras.callbacks.Callback]
) -> None:
    """Give a compiled model and its callbacks the state they had; nothing is traced anew.

    Args:
        state: What `take` returned, in this process or another.
        model: A model of the same architecture and optimizer, built.
        callbacks: Those of the run, after their `on_train_begin`, which clears them. One that
            was not there when the state was taken begins anew.

    Raises:
        UnusableState: If the model has other variables; nothing is changed then.
    """
    assign_variables(model, state.variables)
    for callback in callbacks:
        memory = state.memories.get(type(callback).__name__)
        if memory is not None:
            give_back(callback, memory)


def copy_variables(model: keras.Model) -> dict[str, NDArray[Any]]:
    """Return copies of all variables of a model, its optimizer and its metrics, by their names."""
    return {
        name: np.array(keras.ops.convert_to_numpy(variable))
        for name, variable in _variables_of(model).items()
    }


def assign_variables(model: keras.Model, values: Arrays) -> None:
    """Assign all variables of a model, its optimizer and its metrics.

    Raises:
        UnusableState: If names, shapes or types differ; nothing is changed then.
    """
    variables = _variables_of(model)
    _require_same_names(variables, values)
    for name, variable in variables.items():
        value = values[name]
        if tuple(variable.shape) != value.shape or str(variable.dtype) != str(value.dtype):
            raise UnusableState(
                f"The state belongs to another model: `{name}` must be {variable.dtype} of "
                f"shape {tuple(variable.shape)}, got {value.dtype} of shape {value.shape}."
            )
    for name, variable in variables.items():
        variable.assign(values[name])


def _variables_of(model: keras.Model) -> dict[str, Any]:
    optimizer: Any = model.optimizer
    if not optimizer.built:
        optimizer.build(model.trainable_variables)
    groups = {
        "model": model.variables,
        "optimizer": optimizer.variables,
        "metrics": model.metrics_variables,
    }
    named = [
        (f"{group}/{variable.path}", variable)
        for group, variables in groups.items()
        for variable in variables
    ]
    by_name = dict(named)
    if len(by_name) < len(named):
        raise UnusableState("Two variables of the model have one name: its state cannot be taken.")
    return by_name


def _require_same_names(variables: Mapping[str, Any], values: Arrays) -> None:
    missing, surplus = variables.keys() - values.keys(), values.keys() - variables.keys()
    if missing or surplus:
        example = min(missing or surplus)
        where = "it lacks" if missing else "the model has no"
        raise UnusableState(f"The state belongs to another model: {where} `{example}`.")
