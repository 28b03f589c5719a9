"""What to make of a folder that a person names, by the names of what lies in it alone."""

import itertools
from contextlib import suppress
from pathlib import Path

from core.data.listing import list_scans, list_visible
from core.data.scan_set import ScansError

_DEEP = 2
_MOST_FOLDERS = 500
_MOST_FILES = 20_000
_MOST_NAMED = 3


def is_set(folder: Path) -> bool:
    """Tell a data set from what has to be converted first.

    Args:
        folder: The folder.

    Returns:
        Whether it holds folders of pictures; otherwise it holds `.mat` files, or zips.

    Raises:
        ScansError: If it holds neither; names the folders inside that are data sets.
        OSError: If it cannot be listed.
    """
    if list_scans(folder).files:
        return True
    suffixes = {path.suffix for path in itertools.islice(folder.rglob("*"), _MOST_FILES)}
    fitting = [] if ".mat" in suffixes else _sets_in(folder)
    if fitting:
        where = " or ".join(map(str, fitting[:_MOST_NAMED]))
        raise ScansError(
            f"There are no classes in {folder.name!r} itself, but further in there are: "
            f"give the path {where}.",
        )
    if suffixes.isdisjoint({".mat", ".zip"}):
        raise ScansError(
            f"{folder.name!r} holds no folders of pictures, and no zip or `.mat` file: give the "
            "folder that holds one folder a class, or Training and Testing with one folder a class "
            "each.",
        )
    return False


def _sets_in(folder: Path) -> list[Path]:
    """Return the data sets that lie one or two folders deep, the outer ones first."""
    found: list[Path] = []
    level = [folder]
    for _ in range(_DEEP):
        level = [below for above in level for below in _folders(above)][:_MOST_FOLDERS]
        sets = [below for below in level if _has_scans(below)]
        found += sets
        level = [below for below in level if below not in sets]
    return found


def _folders(folder: Path) -> list[Path]:
    with suppress(OSError):  # not ours to read
        return [path for path in list_visible(folder) if path.is_dir()]
    return []


def _has_scans(folder: Path) -> bool:
    with suppress(OSError):
        return bool(list_scans(folder).files)
    return False
