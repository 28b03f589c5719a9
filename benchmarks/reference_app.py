"""The app that a page of Streamlit's tutorial leads to: TensorFlow and `fit` in one file."""

import json
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.homes import environment_of
from benchmarks.servers import Server, serving
from benchmarks.waiting import until
from core.data.scan_set import ScanSet
from core.settings import Settings

BUTTON = "Train"
FIRST_BATCH = "first batch"
TRAINED = "trained"
_LIMIT_S = 120.0


class ReferenceApp:
    """The one-file app, the scans that it trains on and what it writes down.

    Args:
        settings: The home that its files lie in.
        scans: What it trains on.
        batch_size: Scans in a batch.
    """

    def __init__(self, settings: Settings, scans: ScanSet, *, batch_size: int) -> None:
        self._environment = environment_of(settings)
        self._directory = settings.plateau_home / "reference"
        self._batch_size = batch_size
        _write(scans, self._directory)

    def start(self) -> AbstractContextManager[Server]:
        """Start the app; the server may not answer yet."""
        self._journal.unlink(missing_ok=True)
        arguments = (str(self._directory), str(self._batch_size))
        return serving("benchmarks/reference/app.py", *arguments, environment=self._environment)

    def wait_for(self, what: str, count: int) -> dict[str, Any]:
        """Wait until it has written down so many of a kind, and return the last of them."""
        return until(
            lambda: self._written(what)[count - 1 :],
            within_s=_LIMIT_S,
            every_s=0.1,
            what=f"{what!r} in the one-file app",
        )[0]

    def _written(self, what: str) -> list[dict[str, Any]]:
        if not self._journal.exists():
            return []
        entries = [json.loads(line) for line in self._journal.read_text().splitlines()]
        return [entry for entry in entries if entry["what"] == what]

    @property
    def _journal(self) -> Path:
        return self._directory / "journal.jsonl"


def _write(scans: ScanSet, directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    labels = np.eye(len(scans.classes), dtype="float32")[scans.labels]
    for name, chosen in (("training", ~scans.validation), ("validation", scans.validation)):
        np.save(directory / f"{name}_scans.npy", scans.images[chosen][..., np.newaxis])
        np.save(directory / f"{name}_labels.npy", labels[chosen])
