"""Where a data set that is brought lies: whole, under a name of ours, or not at all."""

import re
import shutil
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from core.data import about as words
from core.data.about import About
from core.data.audit import kept
from core.data.listing import SPLIT_FOLDERS
from core.data.scan_set import ScansError

LONGEST = 48
"""Characters of a name that we give a folder."""

_PREFIX = ".arriving-"
_ABANDONED_S = 24 * 3600.0
# Names that Windows keeps for devices.
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


@contextmanager
def arriving(data_dir: Path, name: str, about: About) -> Generator[Path]:
    """Yield a folder to fill; it becomes the data set `name` when the block ends well.

    Args:
        data_dir: The directory of data sets; made when needed.
        name: The folder's name there, which must be free; see `free_name`.
        about: What the set says of itself.

    Raises:
        ScansError: If the data directory cannot be written to.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        _sweep(data_dir)
        with tempfile.TemporaryDirectory(
            dir=data_dir, prefix=_PREFIX, ignore_cleanup_errors=True
        ) as temporary:
            folder = Path(temporary) / name
            folder.mkdir()
            yield folder
            words.write(folder, about)
            folder.rename(data_dir / name)
    except OSError as error:
        raise ScansError(
            f"The data set could not be written to the data directory ({error.strerror}): "
            "free some space, or let DATA_DIR point to a directory that this program may write to.",
        ) from error


def free_name(data_dir: Path, wanted: str, *, secret: str = "") -> str:
    """Return a name for a folder that no other has: `wanted` made plain, numbered if needed.

    Args:
        data_dir: The directory of data sets.
        wanted: Any text.
        secret: Added where the name itself must not be guessed.
    """
    plain = plain_name(wanted) + (f"-{secret}" if secret else "")
    name, number = plain, 2
    while (data_dir / name).exists() or (data_dir / name).is_symlink():
        name, number = f"{plain}-{number}", number + 1
    return name


def plain_name(text: str) -> str:
    """Return a text as a folder's name: letters, digits, `-` and `_`, at most `LONGEST`.

    The name is never one that a system or our own listing takes for something else.
    """
    plain = re.sub(r"[^\w-]+", "_", text).strip("_-")[:LONGEST] or "set"
    if _RESERVED.fullmatch(plain) or plain.lower() in SPLIT_FOLDERS:
        return f"{plain}_"
    return plain


def link(data_dir: Path, folder: Path) -> str:
    """Make a folder elsewhere on this machine a data set, and return the set's name.

    Raises:
        ScansError: If it cannot be linked.
    """
    name = free_name(data_dir, folder.name)
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        (data_dir / name).symlink_to(folder.resolve(), target_is_directory=True)
    except OSError as error:
        raise ScansError(
            f"The folder could not be linked into the data directory ({error.strerror}): "
            "copy it there.",
        ) from error
    return name


def remove(data_dir: Path, name: str, *, cache_dir: Path) -> None:
    """Remove a data set: what was brought with its scans, a link without.

    Args:
        data_dir: The directory of data sets.
        name: The set's folder there.
        cache_dir: What is kept of it there goes too.
    """
    folder = data_dir / name
    kept.forget(name, data_dir=data_dir, cache_dir=cache_dir)
    if folder.is_symlink():
        folder.unlink()
    elif words.read(folder).created_s:
        # At once: what is left of it half way no longer says whose it is.
        with suppress(OSError):
            folder = folder.rename(data_dir / f"{_PREFIX}{name}")
        shutil.rmtree(folder, ignore_errors=True)


def remove_expired(data_dir: Path, *, cache_dir: Path, older_than_s: float) -> None:
    """Remove the sets that visitors brought longer ago than that; see `remove`."""
    for file in list(data_dir.glob(f"*/{words.FILE}")):
        about = words.read(file.parent)
        if about.owner and about.created_s and time.time() - about.created_s > older_than_s:
            remove(data_dir, file.parent.name, cache_dir=cache_dir)


def count_of(data_dir: Path, owner: str) -> int:
    """Count the sets that a visitor brought."""
    return sum(words.read(file.parent).owner == owner for file in data_dir.glob(f"*/{words.FILE}"))


def _sweep(data_dir: Path) -> None:
    """Remove what processes that were killed left behind."""
    for path in data_dir.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > _ABANDONED_S:
                shutil.rmtree(path, ignore_errors=True)
