"""Homes for the programs that are measured: nothing of the person's own is read or written."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.report import tell
from core import data
from core.data.scan_set import ScanSet
from core.settings import Settings
from core.specs.data import ScansSpec


@contextmanager
def temporary_home() -> Iterator[Settings]:
    """Yield the settings of an installation that is deleted afterwards."""
    with tempfile.TemporaryDirectory(
        prefix="plateau-benchmark-", ignore_cleanup_errors=True
    ) as directory:
        yield Settings(
            plateau_home=Path(directory) / "home",
            data_dir=Path(directory) / "data",
            database_url="",
            dask_scheduler_address="",
        )


def environment_of(settings: Settings) -> dict[str, str]:
    """Return the environment variables of a program that runs in a home, and only there.

    Python keeps what it compiles, even where ours was told not to: a person's
    installation is compiled.
    """
    ours = {name: value for name, value in os.environ.items() if not _is_left_out(name)}
    return ours | {
        "PLATEAU_HOME": str(settings.plateau_home),
        "DATA_DIR": str(settings.data_dir),
        # As the engine sets it for its workers.
        "TF_CPP_MIN_LOG_LEVEL": "2",
    }


def load_scans(spec: ScansSpec, settings: Settings) -> ScanSet:
    """Give the scans of a run, and leave them in the home's cache."""
    tell("Preparing the scans.")
    return data.load(
        spec,
        data_dir=settings.data_dir,
        cache_dir=settings.cache_dir,
        on_progress=lambda _phase, _share: None,
    )


def _is_left_out(name: str) -> bool:
    return name == "PYTHONDONTWRITEBYTECODE" or name.lower() in Settings.model_fields
