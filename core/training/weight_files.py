"""The arrays of a network by their paths in a file of weights, as Keras writes it."""
# Keras ships no types, h5py partial ones.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingTypeStubs=false

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
from numpy.typing import NDArray

_FILE = "own.weights.h5"


def layout_of(model: keras.Model, directory: Path) -> dict[str, list[int]]:
    """Return the path and the shape of each array.

    Args:
        model: A network that was not compiled.
        directory: An empty one for a file.
    """
    model.save_weights(directory / _FILE)
    found: dict[str, list[int]] = {}

    def note(path: str, entry: Any) -> None:
        if isinstance(entry, h5py.Dataset):
            found[path] = list(entry.shape)

    with h5py.File(directory / _FILE) as file:
        file.visititems(note)
    return found


def assign(model: keras.Model, arrays: Mapping[str, NDArray[np.float32]], directory: Path) -> None:
    """Give a network arrays by their paths.

    They are put into a file that Keras wrote for this network a moment before, and that
    file is loaded: which array belongs where is Keras's to know.

    Args:
        model: A network that was not compiled.
        arrays: One for each path of `layout_of`, of its shape.
        directory: An empty one for a file.
    """
    model.save_weights(directory / _FILE)
    with h5py.File(directory / _FILE, "r+") as file:
        for path, array in arrays.items():
            written: Any = file[path]
            written[...] = array
    model.load_weights(directory / _FILE)
