"""Questions about scans to models that are kept warm: the answering worker's jobs."""
# Keras ships no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingTypeStubs=false

import contextlib
import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import store
from core.data import evaluated
from core.data.evaluated import Evaluated, Weights
from core.evaluation import calibration, familiarity, temperature
from core.evaluation.answered import Answered, Known
from core.evaluation.familiarity import Familiarity
from core.evaluation.intervals import share_interval
from core.evaluation.predictions import Predictions
from core.settings import Settings
from core.store import Run, Store
from core.training.evaluate import evaluate_run, model_file, open_weights, scans_of
from core.training.readout import Readout

_MOST_KNOWN = 8
EXAMPLES_EACH = 6


@dataclass(frozen=True, eq=False)
class _Judged:
    """A model, and what its validation scans say of it."""

    readout: Readout
    known: Known
    familiarity: Familiarity


_judged: OrderedDict[tuple[str, str, str, int], _Judged] = OrderedDict()


def classify(
    models: Sequence[tuple[str, Weights]], images: Sequence[NDArray[np.uint8]]
) -> list[Answered]:
    """Ask models about scans; without scans they are only made ready.

    Args:
        models: Run and weights of each.
        images: The scans as each model takes them, shape (n, H, W), uint8.

    Raises:
        CannotEvaluate: If a run has no such weights.
    """
    return [_answer(_open(*model), scans) for model, scans in zip(models, images, strict=True)]


def cover(model: tuple[str, Weights], image: NDArray[np.uint8], label: int) -> NDArray[np.float32]:
    """Return how much a class's logit drops when a part is covered, shape (H, W)."""
    return _open(*model).readout.occlusion(image, label)


def examples(run_id: str) -> dict[str, Any]:
    """Return some validation scans of a run, which its model was not trained on.

    Returns:
        `images` (n, H, W), `labels` (n,), `masks` (n, H, W) or None, `names`, `classes`.
    """
    with contextlib.closing(Store(Settings().store_url)) as db:
        run = store.read_run(db, run_id)
    scans = scans_of(run, Settings())
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


def _answer(judged: _Judged, images: NDArray[np.uint8]) -> Answered:
    reading = judged.readout.read(images)
    as_far = judged.familiarity.as_far(reading.features)
    return Answered(judged.known, reading.logits, reading.maps, as_far)


def _open(run_id: str, weights: Weights) -> _Judged:
    """Return a model and what is known of it, from memory while its file is the same."""
    settings = Settings()
    with contextlib.closing(Store(settings.store_url)) as db:
        run = store.read_run(db, run_id)
        file = model_file(db, run, weights, settings.run_dir(run_id))
    key = (run_id, weights, str(file), file.stat().st_mtime_ns)
    if key not in _judged:
        _judged[key] = _judge(run, weights, file, settings)
    _judged.move_to_end(key)
    while len(_judged) > _MOST_KNOWN:
        _judged.popitem(last=False)
    return _judged[key]


def _judge(run: Run, weights: Weights, file: Path, settings: Settings) -> _Judged:
    """Evaluate a model, unless that was done, and calibrate it."""
    found = evaluated.from_bytes(evaluate_run(run.id, weights))
    readout = open_weights(file, run, scans_of(run, settings))
    known = judge(found)
    with contextlib.suppress(OSError):  # A full disk must not take the answers away.
        about = {"evaluated": found.key, "temperature": known.temperature}
        place = settings.run_dir(run.id) / f"calibration-{weights}.json"
        place.write_text(json.dumps(about), encoding="utf-8")
    return _Judged(readout, known, familiarity.of(found.features))


def judge(found: Evaluated) -> Known:
    """Return what an evaluation says of a model: its honest score and its temperature."""
    answers = Predictions(found.labels, found.logits, found.groups, found.classes)
    fitted = temperature.fit(answers)
    alone = answers.of(~found.twin)
    return Known(
        classes=found.classes,
        accuracy=share_interval(answers.right, answers.groups),
        twin_free=share_interval(alone.right, alone.groups) if found.twin.any() else None,
        temperature=fitted,
        error=calibration.expected_error(answers),
        cooled_error=calibration.expected_error(temperature.cooled(answers, fitted)),
        evaluated=found.key,
    )
