"""The head on the disk."""

import hashlib
import json
import logging
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np

from core.data.simulated.anatomy.build import build_head
from core.data.simulated.anatomy.template import template_directory
from core.data.simulated.head import Head
from core.data.simulated.parameters import HeadParameters

_logger = logging.getLogger(__name__)

VERSION = 1
"""Part of the file's name: raise it when the same parameters would give another head."""


def load_head(
    cache_dir: Path,
    *,
    on_share: Callable[[float], None],
    parameters: HeadParameters | None = None,
) -> Head:
    """Give the head, from the cache or built and kept there.

    Args:
        cache_dir: Where heads are kept; made when needed, safe to delete.
        on_share: Receives the share built, 0 to 1; not called for a head from the cache.
        parameters: Of the head; the presets' by default.

    Raises:
        ScansError: If the template cannot be read.
    """
    parameters = parameters or HeadParameters()
    file = head_file(cache_dir, parameters)
    try:
        head = _read(file)
    except Exception as error:  # noqa: BLE001 (NumPy and zipfile raise many kinds on damage)
        if file.exists():
            _logger.warning("The head in %s is damaged and is built again: %s", file, error)
        head = build_head(parameters, template_directory=template_directory(), on_share=on_share)
        _keep(head, file)
    return head


def head_file(cache_dir: Path, parameters: HeadParameters) -> Path:
    """Name the file of a head by what it is made of."""
    made_of = json.dumps([VERSION, asdict(parameters)], sort_keys=True)
    return cache_dir / f"head-{hashlib.sha256(made_of.encode()).hexdigest()[:16]}.npz"


def _read(file: Path) -> Head:
    """Read a head; the archive's checksums find what is damaged."""
    # NumPy leaves a file that it has opened itself open if it is no archive.
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
        return Head(
            tissues=arrays["tissues"],
            depths=arrays["depths"],
            noise=arrays["noise"],
            origin=arrays["origin"],
            voxel_mm=float(arrays["voxel_mm"]),
        )


def _keep(head: Head, file: Path) -> None:
    """Write a head so that others see all of it or nothing; a full disk must not stop the run."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=file.parent, prefix=".writing-") as temporary:
            fresh = Path(temporary) / file.name
            _write(head, fresh)
            fresh.replace(file)
    except OSError as error:
        _logger.warning("The head could not be kept in %s: %s", file, error)


def _write(head: Head, file: Path) -> None:
    np.savez(
        file,
        allow_pickle=False,
        tissues=head.tissues,
        depths=head.depths,
        noise=head.noise,
        origin=head.origin,
        voxel_mm=head.voxel_mm,
    )
