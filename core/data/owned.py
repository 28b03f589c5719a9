"""Sets that one visitor brought: whose they are, and what stands for them before others."""

import hashlib
from pathlib import Path

from core.data import about, folders
from core.data.scan_set import ScansError
from core.specs.data import FolderScans, ScansSpec

# No set that is brought gets a bracket into its folder's name; see `places.plain_name`.
_STAND_IN = "(private {})"
_DIGITS = 6


def owner_of(scans: ScansSpec, *, data_dir: Path) -> str | None:
    """Return whose scans these are: "" for everybody's, None where the set is gone.

    Args:
        scans: The scans.
        data_dir: The directory of data sets.
    """
    if not isinstance(scans, FolderScans):
        return ""
    folder = data_dir / scans.folder
    there = folders.is_name(scans.folder) and folder.is_dir()
    return about.read(folder).owner if there else None


def require_own(scans: ScansSpec, owner: str, *, data_dir: Path) -> None:
    """Refuse scans that are another's.

    Args:
        scans: The scans.
        owner: Who wants to train on them, as the store keeps the visitor's token.
        data_dir: The directory of data sets.

    Raises:
        ScansError: If somebody else brought them.
    """
    if is_stand_in(scans) or owner_of(scans, data_dir=data_dir) not in ("", None, owner):
        raise ScansError(
            "The scans must be everybody's or your own, and this set was brought by somebody else, "
            "who alone may train on it. Choose another data set, or the simulated scans."
        )


def stand_in(scans: ScansSpec) -> ScansSpec:
    """Return what others are told of a set: how it was read, under a name that is not its own.

    Two sets have two such names, so that a comparison still tells them apart.
    """
    if not isinstance(scans, FolderScans) or is_stand_in(scans):
        return scans
    number = hashlib.sha256(scans.folder.encode()).hexdigest()[:_DIGITS]
    return scans.model_copy(update={"folder": _STAND_IN.format(number)})


def is_stand_in(scans: ScansSpec) -> bool:
    """Tell whether these are not the scans themselves but what others are told of them."""
    before, after = _STAND_IN.split("{}")
    return isinstance(scans, FolderScans) and (
        scans.folder.startswith(before) and scans.folder.endswith(after)
    )
