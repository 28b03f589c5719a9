"""An audit as a whole: made from a folder or a set, kept on the disk, read back."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from core.data import twins
from core.data.audit import facts as reading
from core.data.audit import style
from core.data.audit.facts import SHOWN_PX, FileFacts
from core.data.audit.style import Style
from core.data.listing import Listing
from core.data.scan_set import ScansError, ScanSet
from core.data.twins import Twins
from core.data.whole import replaced

FORMAT = 1
"""Raise it when the same files would give another audit."""


class _Told(BaseModel):
    """What of an audit is not an array."""

    model_config = ConfigDict(frozen=True)

    classes: tuple[str, ...]
    facts: tuple[FileFacts, ...]
    style: Style


@dataclass(frozen=True, eq=False)
class Audit:
    """What was found out about a data set.

    Attributes:
        classes: Names of the classes, sorted.
        facts: Of each file, in the order of its listing.
        twins: Among all files; of unreadable ones equal files alone, which `has_twin` leaves out.
        style: Whether the class can be told from style alone.
        shown: The scans, shape (files, SHOWN_PX, SHOWN_PX), uint8.
    """

    classes: tuple[str, ...]
    facts: tuple[FileFacts, ...]
    twins: Twins
    style: Style
    shown: NDArray[np.uint8]

    @property
    def labels(self) -> NDArray[np.int64]:
        """The class of each file, shape (files,)."""
        return np.array([fact.label for fact in self.facts], np.int64)

    @property
    def testing(self) -> NDArray[np.bool_]:
        """Whether each file is kept for testing, shape (files,)."""
        return np.array([fact.testing for fact in self.facts], np.bool_)

    @property
    def has_twin(self) -> NDArray[np.bool_]:
        """Whether each file is a scan with a twin anywhere, shape (files,)."""
        clusters = self.twins.clusters
        # Files that cannot be read share a cluster with equal ones alone, as unreadable as they.
        return (np.bincount(clusters, minlength=len(clusters))[clusters] > 1) & self.readable

    @property
    def readable(self) -> NDArray[np.bool_]:
        """Whether each file can be read, shape (files,)."""
        return np.array([not fact.problem for fact in self.facts], np.bool_)


def audit_files(
    listing: Listing, directory: Path, on_progress: Callable[[str, float], None]
) -> None:
    """Audit the files of a folder and keep the result, or nothing if it breaks off.

    Args:
        listing: The files.
        directory: Where the audit is kept.
        on_progress: Receives what is being done and the share done, 0 to 1.

    Raises:
        ScansError: If there is no file.
    """
    if not listing.files:
        raise ScansError("The folder holds no pictures: add PNG or JPEG files, one folder a class.")
    with replaced(directory) as fresh:
        shown = _scans_in(fresh, len(listing.files))
        facts = reading.read_files(listing, shown, on_progress)
        _tell(listing.classes, facts, shown, fresh, on_progress)


def audit_scans(scans: ScanSet, directory: Path, on_progress: Callable[[str, float], None]) -> None:
    """Audit scans that are arrays already, such as simulated ones; see `audit_files`."""
    with replaced(directory) as fresh:
        shown = _scans_in(fresh, len(scans.names))
        facts = reading.of_scans(scans, shown)
        _tell(scans.classes, facts, shown, fresh, on_progress)


def read(directory: Path) -> Audit | None:
    """Read an audit, if a whole one is kept there; its scans stay on the disk until shown."""
    try:
        told = _Told.model_validate_json((directory / "audit.json").read_bytes())
        with np.load(io.BytesIO((directory / "twins.npz").read_bytes())) as arrays:
            found = Twins(
                **{name: arrays[name] for name in arrays.files if name != "complete"},
                complete=bool(arrays["complete"]),
            )
        shown = np.load(directory / "shown.npy", mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, TypeError, KeyError, BadZipFile):
        return None
    return Audit(told.classes, told.facts, found, told.style, shown)


def _tell(
    classes: Sequence[str],
    facts: Sequence[FileFacts],
    shown: NDArray[np.uint8],
    fresh: Path,
    on_progress: Callable[[str, float], None],
) -> None:
    """Compare the scans and write what there is to tell."""
    on_progress("Comparing the scans", 0.0)
    found = _twins(facts, shown)
    np.savez(fresh / "twins.npz", **vars(found))
    on_progress("Checking the style", 0.0)
    usable = reading.readable(facts)
    whole = [fact for fact in facts if not fact.problem]
    checked = style.check(whole, shown[usable], classes, found.clusters[usable])
    told = _Told(classes=tuple(classes), facts=tuple(facts), style=checked)
    (fresh / "audit.json").write_text(told.model_dump_json(), encoding="utf-8")


def _twins(facts: Sequence[FileFacts], shown: NDArray[np.uint8]) -> Twins:
    """Find the twins; the content of files that cannot be read tells nothing but equality."""
    looks = twins.looks_of(shown)
    for index, fact in enumerate(facts):
        if fact.problem:
            looks.small[index] = 0
    digests = [fact.digest or f"unread {index}" for index, fact in enumerate(facts)]
    return twins.find(looks, digests)


def _scans_in(directory: Path, count: int) -> NDArray[np.uint8]:
    """Make the file that takes the scans as they are read, so that they need no memory."""
    return np.lib.format.open_memmap(
        directory / "shown.npy", mode="w+", dtype=np.uint8, shape=(count, SHOWN_PX, SHOWN_PX)
    )
