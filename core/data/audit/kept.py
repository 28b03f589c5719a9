"""Audits on the disk, one directory an audit, named by what was audited."""

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from core import data
from core.data import cache, folders
from core.data.audit import report
from core.data.audit.report import Audit
from core.data.scan_set import ScansError
from core.specs.data import FolderScans, ScansSpec, SimulatedScans


def directory_of(spec: ScansSpec, *, data_dir: Path, cache_dir: Path) -> Path:
    """Return where the audit of a set is kept; another one as soon as a file changes.

    How a folder is split and resized is not part of an audit.

    Raises:
        ScansError: If there is no such folder.
    """
    if isinstance(spec, FolderScans):
        files = folders.fingerprint(spec, data_dir=data_dir)
        plain = FolderScans(folder=spec.folder)
        key = cache.key(plain, [("format", report.FORMAT, 0), *files])
    else:
        key = cache.key(spec, [("format", report.FORMAT, 0)])
    return cache_dir / "audits" / key


def audit(
    spec: ScansSpec,
    *,
    data_dir: Path,
    cache_dir: Path,
    on_progress: Callable[[str, float], None],
) -> Audit:
    """Give the audit of a set, from the disk or made and kept there.

    Args:
        spec: The set.
        data_dir: The directory that holds the folders of scans.
        cache_dir: Where audits are kept; safe to delete.
        on_progress: Receives what is being done and the share done, 0 to 1.

    Raises:
        ScansError: If the set cannot be audited.
    """
    directory = directory_of(spec, data_dir=data_dir, cache_dir=cache_dir)
    kept = report.read(directory)
    if kept is not None:
        return kept
    if isinstance(spec, SimulatedScans):
        scans = data.load(spec, data_dir=data_dir, cache_dir=cache_dir, on_progress=on_progress)
        report.audit_scans(scans, directory, on_progress)
    else:
        listing = folders.listing_of(spec.folder, data_dir)
        report.audit_files(listing, directory, on_progress)
    made = report.read(directory)
    if made is None:
        raise OSError(f"the audit in {directory} cannot be read back")
    return made


def forget(folder: str, *, data_dir: Path, cache_dir: Path) -> None:
    """Remove all that was kept of a folder that is about to go: its audit, and its scans."""
    with suppress(ScansError):
        spec = FolderScans(folder=folder)
        audited = directory_of(spec, data_dir=data_dir, cache_dir=cache_dir)
        shutil.rmtree(audited, ignore_errors=True)
    data.forget_folder(folder, cache_dir=cache_dir)


def make(
    spec: dict[str, object],
    data_dir: str,
    cache_dir: str,
    on_progress: Callable[[str, float], None],
) -> None:
    """Audit a set in a process of its own; arguments are what JSON holds."""
    kind = SimulatedScans if spec["kind"] == "simulated" else FolderScans
    audit(
        kind.model_validate(spec),
        data_dir=Path(data_dir),
        cache_dir=Path(cache_dir),
        on_progress=on_progress,
    )
