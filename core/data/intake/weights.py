"""Weights that people bring: checked, and taken over as plain arrays.

A whole model, `.keras` or `.h5`, can run code when it is opened, and is refused unopened.
Of a `.weights.h5` file only arrays are taken, and only those that our own network has;
what is loaded in the end is not the file but these arrays.
"""
# h5py ships partial types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from core.data.scan_set import ScansError

MAX_BYTES = 20 * 2**20
"""The largest file that is looked at, as the server's `maxUploadSize` has it."""

ENDING = ".weights.h5"

Layout = Mapping[str, Sequence[int]]
"""The path of each array in the file and its shape, such as {"layers/dense/vars/1": [4]}."""

_SIGNATURE, _ZIP = b"\x89HDF\r\n\x1a\n", b"PK"
_MOST_LINKS = 4096
# What an optimizer kept between epochs; it is neither looked at nor taken.
_UNREAD = frozenset({"optimizer"})


class RefusedWeights(ScansError):
    """The file is not taken; the message is one sentence for the person."""


def refuse_by_name(name: str, content: bytes) -> None:
    """Refuse what need not be opened to be refused.

    Args:
        name: The file's name.
        content: At least its first eight bytes.

    Raises:
        RefusedWeights: If it is a whole model, or no file of weights.
    """
    lower = name.lower()
    if lower.endswith(".keras") or content.startswith(_ZIP):
        raise RefusedWeights(
            "A .keras file holds a whole model, which can run code when it is opened, and is "
            f"refused: save its weights instead, with model.save_weights('mine{ENDING}')."
        )
    if not lower.endswith(ENDING):
        raise RefusedWeights(
            "A file of weights must end in .weights.h5: a .h5 file may hold a whole model, which "
            f"can run code when it is opened. Save with model.save_weights('mine{ENDING}')."
        )
    if not content.startswith(_SIGNATURE):
        raise RefusedWeights(
            "The file is no HDF5 file, whatever its name says: save it again with "
            f"model.save_weights('mine{ENDING}')."
        )


def extract(
    source: str, layout: Layout, target: str, *, on_progress: Callable[[str, float], None]
) -> dict[str, str]:
    """Check a file of weights and write its arrays, named as in the layout, to an .npz file.

    To be called in a process with limits: HDF5 is not made for hostile files.

    Args:
        source: The file.
        layout: What it must hold, no more and no less.
        target: Where the arrays go.
        on_progress: Receives what is being done.

    Returns:
        Nothing to know.

    Raises:
        RefusedWeights: If the file holds anything else.
    """
    on_progress("Checking the weights", 0.0)
    if Path(source).stat().st_size > MAX_BYTES:
        raise RefusedWeights(f"At most {MAX_BYTES // 2**20} MB of weights are read.")
    try:
        with h5py.File(source, "r") as file:
            arrays = _arrays(file, layout)
    except RefusedWeights:
        raise
    except Exception as error:  # h5py raises OSError, KeyError, RuntimeError and more on damage
        raise RefusedWeights("The file of weights is damaged: save it again.") from error
    np.savez(Path(target), **arrays)
    return {}


def read(target: Path) -> dict[str, np.ndarray[Any, np.dtype[np.float32]]]:
    """Return the arrays that `extract` wrote."""
    with np.load(target, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def _arrays(file: Any, layout: Layout) -> dict[str, Any]:
    if "model_config" in file.attrs or "layer_names" in file.attrs:
        raise RefusedWeights(
            "The file is a whole model of the old .h5 kind, which can run code when it is opened: "
            f"save its weights instead, with model.save_weights('mine{ENDING}')."
        )
    collection = _Collection(layout)
    collection.take_group(file, "")
    missing = sorted(set(layout) - set(collection.found))
    if missing:
        raise RefusedWeights(
            f"The weights lack {missing[0]} and {len(missing) - 1} more arrays that this network "
            "has: choose the model whose network they were saved from."
        )
    return collection.found


@dataclass
class _Collection:
    """The arrays found so far, along hard links and the paths that the layout knows."""

    layout: Layout
    found: dict[str, Any] = field(default_factory=dict[str, Any])
    links: int = 0

    def take_group(self, group: Any, path: str) -> None:
        """Take what a group holds; anything unknown ends it."""
        for name in group:
            self.links += 1
            if self.links > _MOST_LINKS:
                raise RefusedWeights(
                    f"The file has more than {_MOST_LINKS} entries: it is refused."
                )
            if type(group.get(name, getlink=True)) is not h5py.HardLink:
                raise RefusedWeights(
                    f"The entry {_short(path + name)} points elsewhere instead of holding data, "
                    "which Keras never writes: the file is refused."
                )
            if path or name not in _UNREAD:
                self._take(group, name, path + name)

    def _take(self, group: Any, name: str, path: str) -> None:
        kind = group.get(name, getclass=True)
        if path in self.layout and kind is h5py.Dataset:
            self.found[path] = _array(group[name], path, tuple(self.layout[path]))
        elif kind is h5py.Group and path not in self.layout and self._may_lead_on(path):
            self.take_group(group[name], f"{path}/")
        else:
            raise RefusedWeights(
                f"The weights hold {_short(path)}, which this network has not: choose the model "
                "whose network they were saved from."
            )

    def _may_lead_on(self, path: str) -> bool:
        # Layers without weights have empty groups; a loop of links would have no end.
        return path.count("/") < max(known.count("/") for known in self.layout)


def _array(dataset: Any, path: str, shape: tuple[int, ...]) -> Any:
    """Read an array once all that is written about it is as Keras writes it."""
    if dataset.is_virtual or dataset.external or dataset.chunks is not None:
        raise RefusedWeights(
            f"The array {path} is virtual, compressed or kept in another file, which Keras never "
            "writes: save the weights again with Keras."
        )
    if dataset.shape != shape:
        raise RefusedWeights(
            f"The array {path} must have the shape {shape}, got {dataset.shape}: choose the model "
            "whose network, size of scans and classes the weights were saved from."
        )
    if dataset.dtype.kind != "f" or dataset.dtype.itemsize > 8:  # noqa: PLR2004 - float64
        raise RefusedWeights(
            f"The array {path} must hold floats, got {dataset.dtype}: save the weights again."
        )
    with np.errstate(over="ignore"):  # What float32 cannot hold becomes infinite.
        values = np.asarray(dataset[()], np.float32)
    if not np.isfinite(values).all():
        raise RefusedWeights(
            f"The array {path} holds NaN or infinity: its training has diverged. Bring the "
            "weights of an earlier epoch."
        )
    return values


def _short(path: str) -> str:
    return repr(path if len(path) <= 60 else f"{path[:59]}…")  # noqa: PLR2004
