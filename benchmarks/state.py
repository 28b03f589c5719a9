"""What does it cost to keep the state of a training, beside Keras's `save_weights`?

Ours: the state of `small_cnn` after an epoch, with ReduceLROnPlateau and EarlyStopping's best
weights: copied, encoded, hashed and written so that it survives a loss of power; then read,
checked and put back. The reference: `save_weights` and `load_weights` of the same model, which
keep its variables and the optimizer's, nothing of the callbacks, and leave the writing to the
system. They take turns.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.report import Measurement, publish, tell
from core.specs.callbacks import EarlyStopping, ReduceLROnPlateau
from core.specs.lineage import trunk_digest
from core.specs.run import RunSpec
from core.store import SavedState, StateFiles
from core.store.states import KEPT_BYTES, NEWEST_KEPT
from core.training.state import put_back, take
from core.training.state_format import decode
from core.training.state_writer import write_state

_ROUNDS, _UNTIMED = 25, 3
_IMAGE_SIZE, _CLASSES = 128, 4
_MIB = 2**20


def measure() -> Measurement:
    """Measure taking, restoring and the bytes of a state; the answer is that of taking."""
    spec = RunSpec(
        callbacks=(ReduceLROnPlateau(), EarlyStopping(restore_best_weights=True)),
    )
    with tempfile.TemporaryDirectory() as directory:
        bench = _Bench(spec, Path(directory))
        waits, takes, restores = [], [], []
        for _ in range(_ROUNDS + _UNTIMED):
            waits.append(_seconds(bench.copy))
            takes.append((_seconds(bench.take), _seconds(bench.keras_saves)))
            restores.append((_seconds(bench.restore), _seconds(bench.keras_loads)))
        size, reference_size = bench.sizes()
    tell(f"The training waits {1e3 * statistics.median(waits[_UNTIMED:]):.1f} ms for the copy.")
    tell(
        f"Kept a run: all states within {KEPT_BYTES // _MIB} MiB, {KEPT_BYTES // size} of these, "
        f"and never less than the newest {NEWEST_KEPT}."
    )
    publish(Measurement("state_bytes", size / _MIB, "MiB", reference_size / _MIB))
    publish(_measurement("state_restored", restores))
    return _measurement("state", takes)


class _Bench:
    """A model with its callbacks after an epoch, and both ways to keep it."""

    def __init__(self, spec: RunSpec, directory: Path) -> None:
        from core.training.callbacks import build_callbacks  # noqa: PLC0415 - imports Keras
        from core.training.run import build_model  # noqa: PLC0415

        self._spec, self._files = spec, StateFiles(str(directory / "states"))
        self._file = directory / "keras.weights.h5"
        self._model: Any = build_model(spec.training, _some_scans())
        self._callbacks = build_callbacks(spec, directory)
        scans = _some_scans()
        labels = np.eye(_CLASSES, dtype="float32")[scans.labels]
        images = scans.images[..., np.newaxis]
        self._model.fit(
            images, labels, validation_data=(images, labels), verbose=0, callbacks=self._callbacks
        )
        self._saved: SavedState | None = None

    def copy(self) -> Any:
        """Take the state, as the training does before it goes on."""
        trunk = trunk_digest(self._spec)
        return take(self._model, self._callbacks, epoch=0, trunk=trunk)

    def take(self) -> None:
        """Take the state and write it."""
        self._saved = write_state(self._files, "run", self.copy(), of_act=False)

    def restore(self) -> None:
        """Read the state and put it back."""
        saved = self._saved
        if saved is None:
            raise RuntimeError("No state was written yet.")
        data = self._files.read(saved.file)
        state = decode(data, sha256=saved.sha256, trunk=trunk_digest(self._spec))
        put_back(state, self._model, self._callbacks)

    def keras_saves(self) -> None:
        """Save the weights as Keras does."""
        self._model.save_weights(self._file)

    def keras_loads(self) -> None:
        """Load the weights as Keras does."""
        self._model.load_weights(self._file)

    def sizes(self) -> tuple[int, int]:
        """Return the bytes of our file and of Keras's."""
        if self._saved is None:
            raise RuntimeError("No state was written yet.")
        return self._saved.size_bytes, self._file.stat().st_size


def _some_scans() -> Any:
    from core.data.scan_set import ScanSet  # noqa: PLC0415

    draw, count = np.random.default_rng(0), 64
    return ScanSet(
        images=draw.integers(0, 256, (count, _IMAGE_SIZE, _IMAGE_SIZE), dtype=np.uint8),
        labels=np.arange(count) % _CLASSES,
        classes=tuple("abcd"),
        groups=np.arange(count),
        validation=np.arange(count) >= count // 2,
        masks=None,
        names=tuple(f"scan {number}" for number in range(count)),
    )


def _seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _measurement(name: str, pairs: list[tuple[float, float]]) -> Measurement:
    ours, keras = (statistics.median(column) for column in zip(*pairs[_UNTIMED:], strict=True))
    tell(f"{name}: {1e3 * ours:.1f} ms, Keras {1e3 * keras:.1f} ms.")
    return Measurement(name, 1e3 * ours, "ms", 1e3 * keras)
