"""Sets of scans on the disk, one directory a set."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray
from pydantic import BaseModel

from core.data.scan_set import ScanSet
from core.data.whole import replaced

FORMAT = 1
"""Part of each key: raise it when the same settings would give other arrays."""


class UnreadableCache(Exception):
    """The directory holds no whole set of scans; it has to be built again."""


class _About(BaseModel):
    """What of a set is not an array."""

    classes: tuple[str, ...]
    names: tuple[str, ...]
    left_out: tuple[str, ...]
    has_masks: bool


def key(spec: BaseModel, files: Sequence[tuple[str, int, int]] = ()) -> str:
    """Name a set by what it is made of: 64 hexadecimal digits of SHA-256.

    Args:
        spec: The settings of the set.
        files: Name, bytes and time of change (ns) of each file it is read from.
    """
    parts = [FORMAT, spec.model_dump(mode="json"), files]
    canonical = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def read(directory: Path) -> ScanSet:
    """Read a set; its images and masks stay on the disk until they are used.

    Raises:
        UnreadableCache: If the directory is absent, incomplete or damaged.
    """
    try:
        return _read(directory)
    except Exception as error:  # NumPy raises EOFError, BadZipFile and more on damage
        raise UnreadableCache(f"No whole set of scans in {directory}: {error}") from error


def write(scans: ScanSet, directory: Path) -> None:
    """Write a set so that others see all of it or nothing.

    What the directory held is replaced, except where another process puts its
    own set there at the same moment: the same key means the same scans.

    Raises:
        OSError: If the disk is full or may not be written to.
    """
    with replaced(directory) as fresh:
        _write(scans, fresh)


def _write(scans: ScanSet, directory: Path) -> None:
    arrays: dict[str, NDArray[Any] | None] = {
        "images": scans.images,
        "labels": scans.labels,
        "groups": scans.groups,
        "validation": scans.validation,
        "masks": scans.masks,
    }
    for name, array in arrays.items():
        if array is not None:
            np.save(directory / f"{name}.npy", array, allow_pickle=False)
    about = _About(
        classes=scans.classes,
        names=scans.names,
        left_out=scans.left_out,
        has_masks=scans.masks is not None,
    )
    (directory / "about.json").write_text(about.model_dump_json(), encoding="utf-8")


def _read(directory: Path) -> ScanSet:
    about = _About.model_validate_json((directory / "about.json").read_bytes())
    images = _array(directory, "images", np.uint8)
    count, _height, _width = images.shape
    return ScanSet(
        images=images,
        labels=np.array(_array(directory, "labels", np.int64, (count,))),
        classes=about.classes,
        groups=np.array(_array(directory, "groups", np.int64, (count,))),
        validation=np.array(_array(directory, "validation", np.bool_, (count,))),
        masks=_array(directory, "masks", np.bool_, images.shape) if about.has_masks else None,
        names=about.names,
        left_out=about.left_out,
    )


def _array(
    directory: Path,
    name: str,
    dtype: DTypeLike,
    shape: tuple[int, ...] | None = None,
) -> NDArray[Any]:
    """Map an array into memory, and check what a half-written file breaks."""
    array = np.load(directory / f"{name}.npy", mmap_mode="r", allow_pickle=False)
    if array.dtype != dtype or shape not in (None, array.shape):
        raise ValueError(f"{name}.npy holds {array.dtype} of shape {array.shape}")
    return array
