"""Where the lesion is on the scans of a folder, where files say so."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.scans.images import UnreadableImage, read_gray

FOLDER = ".masks"
"""Lies in the folder of a data set, hidden from its listing; holds a PNG for
each scan, under the scan's own path, white where the lesion is."""


def write(folder: Path, name: str, mask: NDArray[np.bool_]) -> None:
    """Write the mask of a scan.

    Args:
        folder: The folder of the data set.
        name: The scan's path inside it, a PNG.
        mask: Shape (height, width).
    """
    path = folder / FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(mask).save(path)


def fingerprint(folder: Path) -> list[tuple[str, int, int]]:
    """Give name, bytes and time of change (ns) of each mask of a folder, none where it has none.

    Args:
        folder: The folder of the data set.
    """
    files = sorted(path for path in (folder / FOLDER).rglob("*") if path.is_file())
    stats = [(path.relative_to(folder).as_posix(), path.stat()) for path in files]
    return [(name, stat.st_size, stat.st_mtime_ns) for name, stat in stats]


def read(folder: Path, names: Sequence[str], *, size_px: int) -> NDArray[np.bool_] | None:
    """Read the masks of scans, or return None if not all have one that can be read.

    Args:
        folder: The folder of the data set.
        names: The scans by their paths inside it.
        size_px: Height and width of the result.

    Returns:
        Shape (names, size_px, size_px).
    """
    if not (folder / FOLDER).is_dir():
        return None
    masks = np.empty((len(names), size_px, size_px), np.bool_)
    try:
        for index, name in enumerate(names):
            # Half of a pixel that became smaller is lesion, or more.
            masks[index] = read_gray(folder / FOLDER / name, size_px=size_px) > 127  # noqa: PLR2004
    except UnreadableImage:
        return None
    return masks
