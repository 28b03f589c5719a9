"""Scans small enough to train on in a second."""

import numpy as np
import pytest

from core import data, store
from core.data.scan_set import ScanSet
from core.specs.run import RunSpec, TrainingSpec


@pytest.fixture
def tiny_scans():
    """Sixty-four squares of 32 pixels, bright or dark, a quarter of them for validation."""
    draw = np.random.default_rng(0)
    labels = np.arange(64) % 2
    images = draw.integers(0, 90, (64, 32, 32)) + labels[:, None, None] * 120
    return ScanSet(
        images=images.astype(np.uint8),
        labels=labels.astype(np.int64),
        classes=("dark", "bright"),
        groups=np.arange(64),
        validation=np.arange(64) >= 48,
        masks=None,
        names=tuple(f"scan {i}" for i in range(64)),
    )


@pytest.fixture
def db(tmp_path):
    opened = store.Store(f"sqlite:///{tmp_path}/store.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def shallow_net(request, monkeypatch):
    """Train a shallow network; a test marked `small_cnn` trains that."""
    if not request.node.get_closest_marker("small_cnn"):
        pytest.importorskip("keras")
        from core.training import models
        from tests.keras import shallow

        monkeypatch.setitem(models._ARCHITECTURES, "small_cnn", shallow.features)


@pytest.fixture
def train(db, tmp_path, tiny_scans, monkeypatch, shallow_net):
    """Train a run as a worker does, on the tiny scans, and return what the store holds."""
    runner = pytest.importorskip("core.training.run")

    monkeypatch.setenv("PLATEAU_HOME", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", db.url)
    monkeypatch.setattr(data, "load", lambda *_, **__: tiny_scans)

    def train(*callbacks, **training):
        spec = RunSpec(callbacks=callbacks, training=TrainingSpec(**{"epochs": 4} | training))
        run_id = store.create_run(db, spec, owner="o")
        runner.train_run(run_id)
        return store.read_run(db, run_id), tmp_path / "runs" / run_id

    return train
