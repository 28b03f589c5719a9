"""The scans that runs train on: simulated, or read from folders."""

import logging
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from core.data import cache, folders, masks
from core.data.scan_set import ScansError, ScanSet
from core.specs.data import FolderScans, ScansSpec

_SETS = "scan_sets"
# Beside the arrays, so that what a visitor brought can be found and removed.
_SPEC = "spec.json"

_logger = logging.getLogger(__name__)


def load(
    spec: ScansSpec,
    *,
    data_dir: Path,
    cache_dir: Path,
    on_progress: Callable[[str, float], None],
) -> ScanSet:
    """Give the scans of `spec`, from the cache or made and kept there.

    The arrays may be mapped from the disk and then cannot be written to.

    Args:
        spec: The scans asked for.
        data_dir: The directory that holds the folders of scans.
        cache_dir: Where sets are kept; made when needed, safe to delete.
        on_progress: Receives what is being done and the share done, 0 to 1;
            not called for a set from the cache.

    Raises:
        ScansError: If the scans cannot be used.
    """
    directory = _directory(spec, data_dir, cache_dir)
    with suppress(cache.UnreadableCache):
        return cache.read(directory)
    scans = _build(spec, data_dir, cache_dir, on_progress)
    try:
        cache.write(scans, directory)
        (directory / _SPEC).write_text(spec.model_dump_json(), encoding="utf-8")
    except OSError as error:  # a full disk must not stop the run
        _logger.warning("The scans could not be kept in %s: %s", directory, error)
    return scans


def read_cached(spec: ScansSpec, *, data_dir: Path, cache_dir: Path) -> ScanSet | None:
    """Return the scans that `load` would find in the cache, or None."""
    try:
        return cache.read(_directory(spec, data_dir, cache_dir))
    except (cache.UnreadableCache, ScansError):
        return None


def forget_folder(folder: str, *, cache_dir: Path) -> None:
    """Remove what the cache holds of a folder, however it was read.

    Args:
        folder: The folder's name in the data directory.
        cache_dir: Where sets are kept.
    """
    for file in (cache_dir / _SETS).glob(f"*/{_SPEC}"):
        with suppress(OSError, ValidationError):
            if FolderScans.model_validate_json(file.read_bytes()).folder == folder:
                shutil.rmtree(file.parent, ignore_errors=True)


def _directory(spec: ScansSpec, data_dir: Path, cache_dir: Path) -> Path:
    return cache_dir / _SETS / cache.key(spec, _files(spec, data_dir))


def _files(spec: ScansSpec, data_dir: Path) -> list[tuple[str, int, int]]:
    if not isinstance(spec, FolderScans):
        return []
    found = folders.fingerprint(spec, data_dir=data_dir)
    return found + masks.fingerprint(data_dir / spec.folder)


def _build(
    spec: ScansSpec,
    data_dir: Path,
    cache_dir: Path,
    on_progress: Callable[[str, float], None],
) -> ScanSet:
    if isinstance(spec, FolderScans):
        return folders.build(spec, data_dir=data_dir, on_progress=on_progress)
    # SciPy and nibabel come with it, which the app's process never needs.
    from core.data import simulated  # noqa: PLC0415

    return simulated.build(spec, cache_dir=cache_dir, on_progress=on_progress)
