"""A run's `model.fit` and nothing else: `python -m benchmarks.bare_fit DIRECTORY`.

Reads a RunSpec from `spec.json` in the directory and writes the seconds of each
epoch to `epochs.json`. The scans come from the home's cache.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import keras
import numpy as np

from core import data
from core.settings import Settings
from core.specs.run import RunSpec
from core.training.callbacks import build_callbacks
from core.training.run import build_model


class EpochTimer(keras.callbacks.Callback):
    """Times epochs as the recorder does: with validation and the callbacks before it."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []
        self._began_s = 0.0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002 - Keras's signature
        """Note when the epoch begins."""
        self._began_s = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002 - Keras's signature
        """Note how long the epoch took."""
        self.seconds.append(time.perf_counter() - self._began_s)


def fit(spec: RunSpec, directory: Path) -> list[float]:
    """Train as a run is trained, on plain arrays, and return the seconds of each epoch."""
    settings = Settings()
    scans = data.load(
        spec.scans,
        data_dir=settings.data_dir,
        cache_dir=settings.cache_dir,
        on_progress=lambda _phase, _share: None,
    )
    images = np.array(scans.images)[..., np.newaxis]
    labels = np.eye(len(scans.classes), dtype="float32")[scans.labels]
    timer = EpochTimer()
    # Keras's own annotations know no integer for `verbose`.
    model: Any = build_model(spec.training, scans)
    model.fit(
        images[~scans.validation],
        labels[~scans.validation],
        batch_size=spec.training.batch_size,
        validation_data=(images[scans.validation], labels[scans.validation]),
        epochs=spec.training.epochs,
        verbose=spec.training.verbose,
        callbacks=[*build_callbacks(spec, directory), timer],
    )
    return timer.seconds


if __name__ == "__main__":
    given = Path(sys.argv[1])
    specification = RunSpec.model_validate_json((given / "spec.json").read_text())
    (given / "epochs.json").write_text(json.dumps(fit(specification, given)))
