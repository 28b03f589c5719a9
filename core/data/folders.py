"""Scans found in folders, one folder a class."""

import os
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data import about, masks, patients, splits, twins
from core.data.about import About
from core.data.listing import Layout, Listing, ScanFile, list_scans, list_visible
from core.data.scan_set import UNREADABLE, ScansError, ScanSet
from core.scans.images import UnreadableImage, read_gray
from core.specs.data import FolderScans

BATCH = 256
"""Scans read between two reports of progress."""

_NOTHING_SAID = About()


@dataclass(frozen=True)
class FolderSummary:
    """What a folder of scans holds, by its listing alone.

    Attributes:
        name: The folder's name inside the data directory.
        layout: "split" where the classes lie in `Training/` and `Testing/`,
            "classes" where they lie in the folder itself.
        classes: Names of the classes, sorted.
        training: Files of each class in `Training/`, or in all with "classes".
        testing: Files of each class in `Testing/`; zeros with "classes".
        about: What the set says of itself.
    """

    name: str
    layout: Layout
    classes: tuple[str, ...]
    training: tuple[int, ...]
    testing: tuple[int, ...]
    about: About = _NOTHING_SAID


def list_folders(data_dir: Path) -> list[FolderSummary]:
    """List the folders of scans in the data directory, by natural name.

    A folder counts if a class in it holds a picture, by the file's suffix; no
    file is opened. Hidden files and folders that cannot be listed are ignored.

    Args:
        data_dir: The data directory; it need not exist.
    """
    summaries: list[FolderSummary] = []
    with suppress(FileNotFoundError):
        for folder in list_visible(data_dir):
            with suppress(OSError):  # not a folder, or not ours to read
                listing = list_scans(folder)
                if listing.files and folder.name.isprintable():
                    summaries.append(_summary(folder, listing))
    return summaries


def build(
    spec: FolderScans,
    *,
    data_dir: Path,
    on_progress: Callable[[str, float], None],
) -> ScanSet:
    """Read the scans of a folder, in the natural order of their names.

    Files that cannot be read are left out, and named in the result.

    Args:
        spec: Which folder, and how its scans are resized and split.
        data_dir: The directory that holds the folder.
        on_progress: Receives what is being done and the share done, 0 to 1.

    Raises:
        ScansError: If there is no such folder, or it holds fewer than two
            classes, or a class has no scan to train on or to validate on, or
            the split takes patients that are not known.
    """
    listing = listing_of(spec.folder, data_dir)
    _require_usable(spec, listing.classes, listing.files)
    images, reasons = _read(listing.files, spec, on_progress)
    left_out = {file: reason for file, reason in zip(listing.files, reasons, strict=True) if reason}
    files = [file for file in listing.files if file not in left_out]
    _require_usable(spec, listing.classes, files)
    labels = np.array([listing.classes.index(file.label) for file in files], np.int64)
    images = images[[reason is None for reason in reasons]] if left_out else images
    groups = patients.read(data_dir / spec.folder, [file.name for file in files])
    _require_patients(spec, groups)
    validation = splits.assign(
        spec.split,
        labels,
        testing=np.array([file.testing for file in files]),
        clusters=lambda: twins.compare(images).clusters,
        patients=groups,
        fraction=spec.validation_fraction,
        seed=spec.seed,
    )
    _require_both_sides(spec, listing.classes, labels, validation)
    return ScanSet(
        images=images,
        labels=labels,
        classes=listing.classes,
        groups=groups,
        validation=validation,
        masks=masks.read(
            data_dir / spec.folder, [file.name for file in files], size_px=spec.image_size
        ),
        names=tuple(file.name for file in files),
        left_out=tuple(
            f"{file.name}: {UNREADABLE} ({reason})." for file, reason in left_out.items()
        ),
    )


def fingerprint(spec: FolderScans, *, data_dir: Path) -> list[tuple[str, int, int]]:
    """Give name, bytes and time of change (ns) of each file that `build` would read.

    Masks are left out, as an audit does without them; see `masks.fingerprint`.

    Raises:
        ScansError: If there is no such folder.
    """
    listing = listing_of(spec.folder, data_dir)
    stats = [(file.name, file.path.stat()) for file in listing.files]
    with suppress(FileNotFoundError):
        stats.append((patients.FILE, (data_dir / spec.folder / patients.FILE).stat()))
    return [(name, stat.st_size, stat.st_mtime_ns) for name, stat in stats]


def listing_of(name: str, data_dir: Path) -> Listing:
    """List the folder that a person named.

    Raises:
        ScansError: If the name leads elsewhere, or the folder cannot be listed.
    """
    if not is_name(name):
        raise ScansError(
            f"`folder` must be the name of a folder in the data directory, got {name!r}: "
            "move the scans there and give the name alone.",
        )
    try:
        return list_scans(data_dir / name)
    except OSError as error:
        raise ScansError(
            f"The folder {name!r} of the data directory cannot be listed ({error.strerror}): "
            "choose one that is there and that this program may read.",
        ) from error


def is_name(name: str) -> bool:
    """Tell whether a person named a folder of the data directory, and nothing elsewhere."""
    return name != ".." and "\\" not in name and Path(name).name == name


def _summary(folder: Path, listing: Listing) -> FolderSummary:
    counts = Counter((file.label, file.testing) for file in listing.files)
    return FolderSummary(
        name=folder.name,
        layout=listing.layout,
        classes=listing.classes,
        training=tuple(counts[label, False] for label in listing.classes),
        testing=tuple(counts[label, True] for label in listing.classes),
        about=about.read(folder),
    )


def _read(
    files: Sequence[ScanFile],
    spec: FolderScans,
    on_progress: Callable[[str, float], None],
) -> tuple[NDArray[np.uint8], list[str | None]]:
    """Read files on all cores; for each, None or the reason that it is unreadable."""
    images = np.empty((len(files), spec.image_size, spec.image_size), np.uint8)

    def read(index: int) -> str | None:
        try:
            images[index] = read_gray(files[index].path, size_px=spec.image_size)
        except UnreadableImage as error:
            return error.reason
        return None

    reasons: list[str | None] = []
    # Threads, since Pillow decodes and resizes without the interpreter's lock.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        # In batches, so that an `on_progress` that raises ends the reading.
        for start in range(0, len(files), BATCH):
            reasons += pool.map(read, range(start, min(start + BATCH, len(files))))
            on_progress(f"Reading the scans of {spec.folder}", len(reasons) / len(files))
    return images, reasons


def _require_usable(
    spec: FolderScans,
    classes: Sequence[str],
    files: Sequence[ScanFile],
) -> None:
    """Refuse scans that cannot be split so that each class is on both sides.

    Raises:
        ScansError: If they cannot.
    """
    if len(classes) < 2:  # noqa: PLR2004
        raise ScansError(
            f"The folder {spec.folder!r} has {len(classes)} folders of scans inside, and "
            "training takes at least two classes: put the scans of each class into a "
            f"folder of its own, such as {spec.folder}/healthy and {spec.folder}/tumor.",
        )
    counts = Counter((file.label, file.testing) for file in files)
    for name in classes:
        _require_class(spec, name, training=counts[name, False], testing=counts[name, True])


def _require_class(spec: FolderScans, name: str, *, training: int, testing: int) -> None:
    where = f"The class {name!r} of the folder {spec.folder!r} has"
    if training + testing == 0:
        raise ScansError(
            f"{where} no readable picture: add PNG or JPEG files to it, or remove its folder.",
        )
    if spec.split == "folders" and not (training and testing):
        missing = "Testing" if training else "Training"
        raise ScansError(
            f"{where} no readable picture in {missing}/, which the split by folders needs: "
            "add some there, or choose the random split.",
        )
    if training + testing == 1:
        raise ScansError(
            f"{where} one readable picture, and a random split takes one to train on and "
            "one to validate on: add pictures to it.",
        )


def _require_patients(spec: FolderScans, groups: NDArray[np.int64]) -> None:
    """Refuse a split by patients where none is known.

    Raises:
        ScansError: If it is.
    """
    if spec.split == "patients" and (groups < 0).all():
        raise ScansError(
            f"The folder {spec.folder!r} names no patients, which the split by patients needs: "
            f"add {patients.FILE} with the columns `file` and `patient`, or choose the split that "
            "keeps twins together.",
        )


def _require_both_sides(
    spec: FolderScans,
    classes: Sequence[str],
    labels: NDArray[np.int64],
    validation: NDArray[np.bool_],
) -> None:
    """Refuse a split whose groups leave a class on one side only.

    Raises:
        ScansError: If they do.
    """
    for label, name in enumerate(classes):
        sides = validation[labels == label]
        if sides.all() or not sides.any():
            raise ScansError(
                f"All scans of the class {name!r} in the folder {spec.folder!r} belong together, "
                f"so that the split {spec.split!r} cannot have it on both sides: add other scans "
                "to it, or choose the random split.",
            )
