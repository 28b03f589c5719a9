"""What reading the files of a data set tells of each."""

import hashlib
import io
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydantic import BaseModel, ConfigDict

from core.data.listing import Listing, ScanFile
from core.data.scan_set import ScanSet
from core.scans.images import FORMATS, UnreadableImage, read_gray

SHOWN_PX = 160
"""Height and width at which the scans of a set are kept to be looked at."""

LARGEST_BYTES = 64 * 2**20
"""A larger file is not read."""

BATCH = 256
"""Scans read between two reports of progress."""


class FileFacts(BaseModel):
    """What is known of one scan.

    Attributes:
        name: Its path inside the folder, or what a simulated scan is called.
        label: Its class, an index.
        testing: Whether it is kept for testing or validation, as the set stands.
        digest: SHA-256 of its content, hexadecimal.
        mode: Pillow's name of how it stores pixels, such as "L" or "RGB".
        width: In pixels; 0 if unreadable.
        height: The same.
        problem: Why it cannot be read, or empty.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    label: int
    testing: bool
    digest: str = ""
    mode: str = ""
    width: int = 0
    height: int = 0
    problem: str = ""


def read_files(
    listing: Listing, shown: NDArray[np.uint8], on_progress: Callable[[str, float], None]
) -> list[FileFacts]:
    """Read each file once: its facts, and itself at `SHOWN_PX`.

    Args:
        listing: The files.
        shown: Takes the scans, shape (files, SHOWN_PX, SHOWN_PX); black where
            one is unreadable.
        on_progress: Receives what is being done and the share done, 0 to 1.
    """
    labels = {name: label for label, name in enumerate(listing.classes)}

    def read(index: int) -> FileFacts:
        file = listing.files[index]
        return _read(file, labels[file.label], shown[index])

    facts: list[FileFacts] = []
    # Threads, since Pillow decodes and resizes without the interpreter's lock.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for start in range(0, len(listing.files), BATCH):
            facts += pool.map(read, range(start, min(start + BATCH, len(listing.files))))
            on_progress("Reading the scans", len(facts) / len(listing.files))
    return facts


def of_scans(scans: ScanSet, shown: NDArray[np.uint8]) -> list[FileFacts]:
    """Return the facts of scans that are arrays already.

    Args:
        scans: Such as simulated ones.
        shown: Takes them, shape (scans, SHOWN_PX, SHOWN_PX).
    """
    height, width = scans.images.shape[1:]
    rows = zip(scans.names, scans.labels.tolist(), scans.validation.tolist(), strict=True)
    facts: list[FileFacts] = []
    for index, (name, label, validation) in enumerate(rows):
        image = np.asarray(scans.images[index])
        shown[index] = _resized(image)
        digest = hashlib.sha256(image.tobytes()).hexdigest()
        facts.append(
            FileFacts(
                name=name,
                label=label,
                testing=validation,
                digest=digest,
                mode="L",
                width=width,
                height=height,
            )
        )
    return facts


def readable(facts: Sequence[FileFacts]) -> NDArray[np.int64]:
    """Return the places of the scans that could be read."""
    return np.array([i for i, fact in enumerate(facts) if not fact.problem], np.int64)


def _read(file: ScanFile, label: int, into: NDArray[np.uint8]) -> FileFacts:
    found = FileFacts(name=file.name, label=label, testing=file.testing)
    into[:] = 0
    try:
        content = _content(file.path)
        found = found.model_copy(update={"digest": hashlib.sha256(content).hexdigest()})
        into[:] = read_gray(io.BytesIO(content), size_px=SHOWN_PX)
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            size = {"mode": image.mode, "width": image.width, "height": image.height}
    except UnreadableImage as error:
        return found.model_copy(update={"problem": error.reason})
    return found.model_copy(update=size)


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise UnreadableImage(f"more than {LARGEST_BYTES // 2**20} MB")
        return path.read_bytes()
    except OSError as error:
        raise UnreadableImage((error.strerror or "not to be opened").lower()) from error


def _resized(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    resized = Image.fromarray(image).resize((SHOWN_PX, SHOWN_PX), Image.Resampling.BILINEAR)
    return np.asarray(resized)
