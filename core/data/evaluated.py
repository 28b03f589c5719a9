"""What a model answered on the validation scans, as a file beside the model.

`evaluation-final.npz` and `evaluation-best.npz` in a run's directory hold, without pickle:

| array | shape, type | what |
|---|---|---|
| `format` | (), int64 | `FORMAT`; another number is another layout |
| `key` | (), str | SHA-256 of the model's file and of the scans: it says what was evaluated |
| `classes` | (classes,), str | names |
| `names` | (scans,), str | a short name for each scan |
| `labels` | (scans,), int64 | truth, an index into `classes` |
| `logits` | (scans, classes), float32 | what goes into the softmax |
| `features` | (scans, features), float32 | what goes into the last layer |
| `positions` | (scans,), int64 | where the scan stands in the `ScanSet` |
| `groups` | (scans,), int64 | subject, -1 if unknown |
| `twin` | (scans,), bool | a training scan is the same picture, or nearly |
| `subject` | (scans,), bool | a training scan shows the same subject |
| `maps` | (scans, rows, columns), float16 | Grad-CAM of the predicted class, 0 to 1 |
| `peaks` | (scans, 2), int64 | row and column of the map's peak on the scan, -1 if it is blank |
| `hit` | (scans,), bool | the peak lies in the lesion |
| `lesion_share` | (scans,), float32 | share of the scan that is lesion; NaN if unknown |
"""

import hashlib
import io
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.data.leakage import Leakage
from core.data.scan_set import ScanSet

Weights = Literal["final", "best"]
"""The weights at the end of the training, or those that ModelCheckpoint kept."""

WEIGHTS: tuple[Weights, ...] = ("final", "best")
FORMAT = 1

_PIECE = 256


class UnreadableEvaluation(ValueError):
    """The file holds no whole evaluation of this format; evaluate again."""


@dataclass(frozen=True, eq=False)
class Evaluated:
    """The arrays of the file, as its table says; `scans` go with `labels`."""

    key: str
    classes: tuple[str, ...]
    names: tuple[str, ...]
    labels: NDArray[np.int64]
    logits: NDArray[np.float32]
    features: NDArray[np.float32]
    positions: NDArray[np.int64]
    groups: NDArray[np.int64]
    twin: NDArray[np.bool_]
    subject: NDArray[np.bool_]
    maps: NDArray[np.float16]
    peaks: NDArray[np.int64]
    hit: NDArray[np.bool_]
    lesion_share: NDArray[np.float32]

    @property
    def leakage(self) -> Leakage:
        """Which of the scans a training has met."""
        return Leakage(twin=self.twin, subject=self.subject)

    def are_of(self, scans: ScanSet) -> bool:
        """Tell whether a set still has the scans that were asked about, each in its place.

        As in `ScanSet.digest`, images are not compared.
        """
        places = np.flatnonzero(scans.validation)
        return (
            np.array_equal(self.positions, places)
            and self.classes == scans.classes
            and self.names == tuple(scans.names[place] for place in places)
            and np.array_equal(self.labels, scans.labels[places])
        )

    @property
    def blank(self) -> NDArray[np.bool_]:
        """Whether a scan's heat map is zero everywhere, shape (scans,)."""
        return self.peaks[:, 0] < 0


def file_of(directory: Path, weights: Weights) -> Path:
    """Return where the evaluation of a run's weights lies."""
    return directory / f"evaluation-{weights}.npz"


def key_of(model: Path, scans: ScanSet) -> str:
    """Name what is evaluated: 64 hexadecimal digits of SHA-256 over the model and the scans.

    All scans count, as those trained on say which others have twins, and whose they are.
    """
    digest = hashlib.sha256()
    with model.open("rb") as file:
        digest.update(hashlib.file_digest(file, "sha256").digest())
    digest.update(json.dumps([scans.classes, scans.names]).encode())
    for array in (scans.images, scans.labels, scans.groups, scans.validation, scans.masks):
        for part in _parts(array):
            digest.update(part)
    return digest.hexdigest()


def _parts(array: NDArray[Any] | None) -> Iterator[bytes]:
    """Give an array's type, shape and values, or that there is none."""
    if array is None:
        yield b"none"
        return
    yield f"{array.dtype.str}{array.shape}".encode()
    # Piece by piece: a set that is mapped from the disk may be larger than the memory.
    for start in range(0, len(array), _PIECE):
        yield array[start : start + _PIECE].tobytes()


def to_bytes(evaluated: Evaluated) -> bytes:
    """Return the file's contents."""
    arrays: dict[str, Any] = {
        field.name: np.asarray(getattr(evaluated, field.name)) for field in fields(evaluated)
    }
    file = io.BytesIO()
    np.savez_compressed(file, format=np.int64(FORMAT), **arrays)
    return file.getvalue()


def from_bytes(content: bytes) -> Evaluated:
    """Read the file's contents.

    Raises:
        UnreadableEvaluation: If it is damaged, or of another format.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return _read(arrays)
    except Exception as error:  # NumPy raises EOFError, BadZipFile and more on damage
        raise UnreadableEvaluation(f"Not a whole evaluation: {error}. Evaluate again.") from error


def write(content: bytes, file: Path) -> None:
    """Put contents in their place so that others see all of them or nothing.

    Raises:
        OSError: If the disk is full or may not be written to.
    """
    handle, partial = tempfile.mkstemp(dir=file.parent, prefix=f".{file.stem}-")
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(content)
        Path(partial).replace(file)
    except OSError:
        with suppress(OSError):
            Path(partial).unlink()
        raise


def read(file: Path) -> Evaluated | None:
    """Return what a file holds, or None if there is no such file that can be read."""
    try:
        return from_bytes(file.read_bytes())
    except (OSError, UnreadableEvaluation):
        return None


def _read(arrays: Any) -> Evaluated:
    if int(arrays["format"]) != FORMAT:
        raise ValueError(f"format {arrays['format']}, not {FORMAT}")
    values: dict[str, Any] = {field.name: arrays[field.name] for field in fields(Evaluated)}
    values |= {name: tuple(values[name].tolist()) for name in ("classes", "names")}
    values["key"] = str(values["key"])
    found = Evaluated(**values)
    count = len(found.labels)
    by_scan = [name for name in values if name not in ("key", "classes")]
    if any(len(values[name]) != count for name in by_scan):
        raise ValueError("its arrays have different lengths")
    return found
