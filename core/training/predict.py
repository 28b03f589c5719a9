"""Questions about scans to models that are kept warm: the answering worker's jobs."""
# Keras ships no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingTypeStubs=false

import contextlib
import json
import tempfile
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from core import store
from core.data import evaluated
from core.data.evaluated import Evaluated, Weights
from core.evaluation import familiarity
from core.evaluation.answered import Answered, Known
from core.evaluation.familiarity import Familiarity
from core.evaluation.judging import judge
from core.evaluation.predictions import Predictions
from core.settings import Settings
from core.store import Run, Store
from core.training import models, weight_files
from core.training.evaluate import (
    CannotEvaluate,
    evaluate,
    evaluate_run,
    model_file,
    open_weights,
    scans_of,
)
from core.training.readout import Readout

_MOST_KNOWN = 8
EXAMPLES_EACH = 6


@dataclass(frozen=True, eq=False)
class _Judged:
    """A model, and what its validation scans say of it."""

    readout: Readout
    known: Known
    familiarity: Familiarity


_judged: OrderedDict[tuple[str, ...], _Judged] = OrderedDict()


def classify(
    models: Sequence[tuple[str, str]],
    images: Sequence[NDArray[np.uint8]],
    maps: bool = True,
) -> list[Answered]:
    """Ask models about scans; without scans they are only made ready.

    Args:
        models: Run and weights of each: "final", "best", or the SHA-256 of weights that were
            brought for the run's network.
        images: The scans as each model takes them, shape (n, H, W), uint8.
        maps: Whether to draw heat maps; without them it takes half the time.

    Raises:
        CannotEvaluate: If a run has no such weights.
    """
    return [
        _answer(_open(*model), scans, maps=maps)
        for model, scans in zip(models, images, strict=True)
    ]


def cover(model: tuple[str, str], image: NDArray[np.uint8], label: int) -> NDArray[np.float32]:
    """Return how much a class's logit drops when a part is covered, shape (H, W)."""
    return _open(*model).readout.occlusion(image, label)


def examples(run_id: str) -> dict[str, Any]:
    """Return some validation scans of a run, which its model was not trained on.

    Returns:
        `images` (n, H, W), `labels` (n,), `masks` (n, H, W) or None, `names`, `classes`.
    """
    scans = scans_of(_read_run(run_id), Settings())
    draw = np.random.default_rng(0)
    chosen: list[int] = []
    for label in range(len(scans.classes)):
        places = np.flatnonzero(scans.validation & (scans.labels == label))
        chosen += sorted(draw.permutation(places)[:EXAMPLES_EACH].tolist())
    return {
        "images": np.asarray(scans.images[chosen]),
        "labels": scans.labels[chosen],
        "masks": None if scans.masks is None else np.asarray(scans.masks[chosen]),
        "names": [scans.names[place] for place in chosen],
        "classes": scans.classes,
    }


def _answer(judged: _Judged, images: NDArray[np.uint8], *, maps: bool) -> Answered:
    reading = judged.readout.read(images, maps=maps)
    as_far = judged.familiarity.as_far(reading.features)
    return Answered(judged.known, reading.logits, reading.maps, as_far)


def layout(run_id: str) -> dict[str, list[int]]:
    """Return the path and the shape of each array in a file of weights for a run's network."""
    run = _read_run(run_id)
    with tempfile.TemporaryDirectory() as directory:
        return weight_files.layout_of(_untrained(run), Path(directory))


def bring(run_id: str, digest: str, arrays: Mapping[str, NDArray[np.float32]]) -> str:
    """Take weights from elsewhere into a run's network, and judge them on its validation scans.

    They stay in this worker's memory only, under their hash.

    Args:
        run_id: The run.
        digest: SHA-256 of the file they came from.
        arrays: Checked, by their paths in the file.

    Returns:
        The digest.
    """
    run = _read_run(run_id)
    model = _untrained(run)
    with tempfile.TemporaryDirectory() as directory:
        weight_files.assign(model, arrays, Path(directory))
    readout, scans = Readout(model, digest=digest), scans_of(run, Settings())
    found = evaluate(readout, scans, key=digest)
    # Nobody knows what they were trained on, so neither what they have met.
    known = _known(found, None)
    _keep((run_id, digest), _Judged(readout, known, familiarity.of(found.features)))
    return digest


def _open(run_id: str, weights: str) -> _Judged:
    """Return a model and what is known of it, from memory while its file is the same."""
    if weights not in evaluated.WEIGHTS:
        return _brought(run_id, weights)
    settings = Settings()
    with contextlib.closing(Store(settings.store_url)) as db:
        run = store.read_run(db, run_id)
        file = model_file(db, run, weights, settings.run_dir(run_id))
    key = (run_id, weights, str(file), str(file.stat().st_mtime_ns))
    if key not in _judged:
        _keep(key, _judge(run, weights, file, settings))
    _judged.move_to_end(key)
    return _judged[key]


def _brought(run_id: str, digest: str) -> _Judged:
    if (run_id, digest) not in _judged:
        raise CannotEvaluate("The weights you brought are no longer in memory: bring them again.")
    _judged.move_to_end((run_id, digest))
    return _judged[run_id, digest]


def _keep(key: tuple[str, ...], judged: _Judged) -> None:
    _judged[key] = judged
    while len(_judged) > _MOST_KNOWN:
        _judged.popitem(last=False)


def _read_run(run_id: str) -> Run:
    with contextlib.closing(Store(Settings().store_url)) as db:
        return store.read_run(db, run_id)


def _untrained(run: Run) -> keras.Model:
    scans = scans_of(run, Settings())
    return models.build(
        run.spec.training.model, image_size=scans.images.shape[1], classes=len(scans.classes)
    )


def _judge(run: Run, weights: Weights, file: Path, settings: Settings) -> _Judged:
    """Evaluate a model, unless that was done, and calibrate it."""
    found = evaluated.from_bytes(evaluate_run(run.id, weights))
    readout = open_weights(file, run, scans_of(run, settings))
    known = _known(found, found.twin)
    with contextlib.suppress(OSError):  # A full disk must not take the answers away.
        about = {"evaluated": found.key, "temperature": known.temperature}
        place = settings.run_dir(run.id) / f"calibration-{weights}.json"
        place.write_text(json.dumps(about), encoding="utf-8")
    return _Judged(readout, known, familiarity.of(found.features))


def _known(found: Evaluated, twin: NDArray[np.bool_] | None) -> Known:
    answers = Predictions(found.labels, found.logits, found.groups, found.classes)
    return judge(answers, twin, evaluated=found.key)
