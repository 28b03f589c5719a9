"""A state as bytes: safetensors for the arrays, JSON in its header for the rest. No pickle."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError

from core.training.memory import Memory
from core.training.state import State, UnusableState

FORMAT = "plateau-state-1"
_BEST_WEIGHTS = "best_weights"


def encode(state: State) -> bytes:
    """Return a state as the content of a file; equal arrays are stored once."""
    arrays = _arrays_of(state)
    stored: dict[str, NDArray[Any]] = {}
    first: dict[str, str] = {}
    places: dict[str, str] = {}
    for name, array in arrays.items():
        places[name] = first.setdefault(_content(array), name)
        stored[places[name]] = np.ascontiguousarray(array).reshape(array.shape)
    about = {
        "epoch": state.epoch,
        "trunk": state.trunk,
        "stopped": state.stopped,
        "noted": dict(state.noted),
        "memories": {kind: _plain(memory) for kind, memory in state.memories.items()},
        "places": places,
    }
    # Python reads the NaN and Infinity that it writes.
    return safetensors.numpy.save(stored, {"format": FORMAT, "about": json.dumps(about)})


def decode(data: bytes, *, sha256: str, trunk: str) -> State:
    """Return the state that `encode` made bytes of.

    Args:
        data: The content of a file.
        sha256: What it must hash to, 64 hexadecimal digits.
        trunk: `trunk_digest` of the run that shall go on from it.

    Raises:
        UnusableState: If the bytes are damaged, or the state is of another training.
    """
    if hashlib.sha256(data).hexdigest() != sha256:
        raise UnusableState("The file of the state is damaged: it is not what was written.")
    try:
        return _decoded(data, trunk)
    except (ValueError, LookupError, TypeError, AttributeError, SafetensorError) as error:
        if isinstance(error, UnusableState):
            raise
        raise UnusableState(f"The file holds no state of a training ({error}).") from error


def _decoded(data: bytes, trunk: str) -> State:
    about = _about(data)
    if about["trunk"] != trunk:
        raise UnusableState(
            "The state belongs to another training: scans, model, optimizer or seed differ."
        )
    stored = safetensors.numpy.load(data)
    return _state(about, {name: stored[place] for name, place in about["places"].items()})


def _arrays_of(state: State) -> dict[str, NDArray[Any]]:
    arrays = dict(state.variables)
    for kind, memory in state.memories.items():
        for index, array in enumerate(memory.best_weights):
            arrays[f"{_BEST_WEIGHTS}/{kind}/{index}"] = array
    return arrays


def _content(array: NDArray[Any]) -> str:
    kind = f"{array.dtype.str}{array.shape}".encode()
    return hashlib.sha256(kind + np.ascontiguousarray(array).tobytes()).hexdigest()


def _plain(memory: Memory) -> dict[str, Any]:
    return {
        "values": dict(memory.values),
        "watches": memory.watches,
        "best_weights": len(memory.best_weights),
        "file_bytes": memory.file_bytes,
        "lines_left": memory.lines_left,
    }


def _about(data: bytes) -> dict[str, Any]:
    # The file's length of header, eight bytes, stands before it.
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])["__metadata__"]
    if header.get("format") != FORMAT:
        raise UnusableState(
            f"The state is of another version: {FORMAT!r} is read, got {header.get('format')!r}."
        )
    return json.loads(header["about"])


def _state(about: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> State:
    return State(
        epoch=about["epoch"],
        trunk=about["trunk"],
        variables={k: v for k, v in arrays.items() if not k.startswith(f"{_BEST_WEIGHTS}/")},
        memories={kind: _memory(kind, plain, arrays) for kind, plain in about["memories"].items()},
        stopped=about["stopped"],
        noted=about["noted"],
    )


def _memory(kind: str, plain: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Memory:
    return Memory(
        values=plain["values"],
        watches=None if plain["watches"] is None else tuple(plain["watches"]),
        best_weights=tuple(
            arrays[f"{_BEST_WEIGHTS}/{kind}/{index}"] for index in range(plain["best_weights"])
        ),
        file_bytes=plain["file_bytes"],
        lines_left=plain["lines_left"],
    )
