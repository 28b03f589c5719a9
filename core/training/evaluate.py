"""A run's model asked about all its validation scans, and the answers kept beside it."""
# Keras ships no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingTypeStubs=false

import contextlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core import data, store
from core.data import evaluated, leakage
from core.data.evaluated import Evaluated, Weights
from core.data.scan_set import ScansError, ScanSet
from core.settings import Settings
from core.specs.run import FINAL_MODEL
from core.store import Run, Store
from core.store.checkpoints import best_weights
from core.training.readout import Readout, enlarged, open_model
from core.training.restart import require_same_scans

_WEIGHTS_ONLY = ".weights.h5"


class CannotEvaluate(ValueError):
    """There is nothing to evaluate; the message is one sentence for the person."""


@dataclass(frozen=True, eq=False)
class _Found:
    """What the masks say of the heat maps; the arrays of `Evaluated` of these names."""

    peaks: NDArray[np.int64]
    hit: NDArray[np.bool_]
    lesion_share: NDArray[np.float32]


def evaluate_run(run_id: str, weights: Weights) -> bytes:
    """Evaluate a run's model, keep the answers in the run's directory, and return that file.

    What was kept is returned if model and scans are the same.

    Args:
        run_id: The run's id in the store.
        weights: Those at the end of the training, or those that ModelCheckpoint kept.

    Raises:
        CannotEvaluate: If there are no such weights, or the scans are no longer those.
    """
    settings = Settings()
    with contextlib.closing(Store(settings.store_url)) as db:
        run = store.read_run(db, run_id)
        model = model_file(db, run, weights, settings.run_dir(run_id))
    scans = scans_of(run, settings)
    file = evaluated.file_of(settings.run_dir(run_id), weights)
    key = evaluated.key_of(model, scans)
    kept = evaluated.read(file)
    if kept is not None and kept.key == key:
        return file.read_bytes()
    content = evaluated.to_bytes(evaluate(open_weights(model, run, scans), scans, key=key))
    with contextlib.suppress(OSError):  # A full disk must not take the answers away.
        evaluated.write(content, file)
    return content


def evaluate(readout: Readout, scans: ScanSet, *, key: str) -> Evaluated:
    """Ask a model about the validation scans of a set.

    Args:
        readout: The model.
        scans: The set; its masks say whether heat maps point at lesions.
        key: Names model and scans.
    """
    positions = np.flatnonzero(scans.validation)
    images = np.asarray(scans.images[positions])
    reading = readout.read(images)
    if not np.isfinite(reading.logits).all():
        raise CannotEvaluate(
            "The model answers NaN or infinity: its training diverged. Evaluate its best weights, "
            "if it kept any, or train again with a lower learning rate."
        )
    met = leakage.find(scans)
    masks = None if scans.masks is None else np.asarray(scans.masks[positions])
    found = _pointed(reading.maps, masks, images.shape[1])
    return Evaluated(
        key=key,
        classes=scans.classes,
        names=tuple(scans.names[place] for place in positions),
        labels=scans.labels[positions],
        logits=reading.logits,
        features=reading.features,
        positions=positions.astype(np.int64),
        groups=scans.groups[positions],
        twin=met.twin,
        subject=met.subject,
        maps=reading.maps.astype(np.float16),
        peaks=found.peaks,
        hit=found.hit,
        lesion_share=found.lesion_share,
    )


def model_file(db: Store, run: Run, weights: Weights, directory: Path) -> Path:
    """Return the file of a run's weights.

    Raises:
        CannotEvaluate: If there is none.
    """
    if run.is_active:
        raise CannotEvaluate(f"{run.name!r} is {run.status}: evaluate it when it has ended.")
    name = FINAL_MODEL
    if weights == "best":
        best = best_weights(run.spec, store.read_history(db, run.id).events)
        if best is None:
            raise CannotEvaluate(
                f"{run.name!r} kept no best weights. Train it with ModelCheckpoint and "
                "save_best_only, or evaluate its final weights."
            )
        name = best.file
    file = directory / name
    if not file.is_file():
        raise CannotEvaluate(
            f"{run.name!r} has no {name}: it {run.status} before that was saved, or the file was "
            "removed. Train it again."
        )
    return file


def scans_of(run: Run, settings: Settings) -> ScanSet:
    """Return the scans that a run was trained and validated on.

    Raises:
        CannotEvaluate: If they have changed.
    """
    scans = data.load(
        run.spec.scans,
        data_dir=settings.data_dir,
        cache_dir=settings.cache_dir,
        on_progress=_unheard,
    )
    found = int(scans.validation.sum())
    if run.validation_scans not in (None, found):
        raise CannotEvaluate(
            f"The scans of {run.name!r} have changed: it was validated on {run.validation_scans}, "
            f"and now there are {found}. Put the files back, or train again."
        )
    try:
        require_same_scans(run, scans)
    except ScansError as problem:
        raise CannotEvaluate(str(problem)) from None
    return scans


def open_weights(file: Path, run: Run, scans: ScanSet) -> Readout:
    """Open the model of a run; it stays warm.

    Raises:
        CannotEvaluate: If it tells apart other classes than the scans have.
    """
    architecture = None
    if file.name.endswith(_WEIGHTS_ONLY):
        size, classes = scans.images.shape[1], len(scans.classes)
        architecture = (run.spec.training.model, size, classes)
    readout = open_model(file, architecture)
    if readout.classes != len(scans.classes):
        raise CannotEvaluate(
            f"{run.name!r} tells {readout.classes} classes apart, and its scans now have "
            f"{len(scans.classes)}. Put the folders back, or train again."
        )
    return readout


def _pointed(maps: NDArray[np.float32], masks: NDArray[np.bool_] | None, size_px: int) -> _Found:
    """Find the peak of each map on its scan, and whether it lies in the lesion."""
    large = enlarged(maps, size_px)
    flat = large.reshape(len(large), -1)
    peaks = np.stack(np.divmod(flat.argmax(axis=1), size_px), axis=1).astype(np.int64)
    peaks[flat.max(axis=1) <= 0] = -1
    if masks is None:
        nothing = np.full(len(maps), np.nan, np.float32)
        return _Found(peaks, np.zeros(len(maps), np.bool_), nothing)
    hit = masks[np.arange(len(masks)), peaks[:, 0], peaks[:, 1]] & (peaks[:, 0] >= 0)
    return _Found(peaks, hit, masks.mean(axis=(1, 2)).astype(np.float32))


def _unheard(_phase: str, _share: float) -> None:
    """Take the progress of the scans: a run that was trained has them in the cache."""
