"""Whether an interrupted training goes on exactly, on the device that is there: tried out."""
# Keras ships no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
# pyright: reportMissingTypeStubs=false, reportArgumentType=false

import contextlib
import hashlib
import json
import logging
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np

from core.data.scan_set import ScanSet
from core.specs.run import TrainingSpec
from core.training.batches import ScanBatches, UntunedBatches
from core.training.state import Arrays, copy_variables, put_back, take
from core.training.state_format import decode, encode

_BATCHES, _TRUNK = 4, "exactness"

Build = Callable[[TrainingSpec, ScanSet], keras.Model]
"""Builds and compiles the model of a run, everything drawn from its seed."""

_log = logging.getLogger(__name__)


def goes_on_exactly(spec: TrainingSpec, scans: ScanSet, build: Build) -> bool:
    """Train two short epochs without a break, and once more with one, and compare every value.

    In the break the state is written, read and given to a new model, as a resume does.

    Args:
        spec: How the run trains; op determinism is as the run has it.
        scans: Its scans, of which a few batches are taken.
        build: Builds its model.
    """
    few = _few(scans, _BATCHES * spec.batch_size)
    straight = build(spec, few)
    _fit(straight, spec, few, first_epoch=0, epochs=2)
    whole = copy_variables(straight)
    begun = build(spec, few)
    _fit(begun, spec, few, first_epoch=0, epochs=1)
    data = encode(take(begun, [], epoch=0, trunk=_TRUNK))
    state = decode(data, sha256=hashlib.sha256(data).hexdigest(), trunk=_TRUNK)
    resumed = build(spec, few)
    put_back(state, resumed, [])
    _fit(resumed, spec, few, first_epoch=1, epochs=2)
    return _equal(whole, copy_variables(resumed))


def known_or_tried(
    spec: TrainingSpec, scans: ScanSet, build: Build, *, device: str, directory: Path
) -> bool:
    """Return what was found before for such a training on such a device, or try it out.

    Args:
        spec: As for `goes_on_exactly`.
        scans: Likewise.
        build: Likewise.
        device: What it trains on.
        directory: Where findings are kept; it can be deleted at any time.
    """
    file = directory / f"{_key(spec, scans, device)}.json"
    with contextlib.suppress(OSError, ValueError):
        return bool(json.loads(file.read_text())["exact"])
    exact = goes_on_exactly(spec, scans, build)
    with contextlib.suppress(OSError):  # A full disk only means that it is tried again.
        directory.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"device": device, "exact": exact}))
    return exact


@contextlib.contextmanager
def after_training(of: str) -> Generator[None]:
    """Check a device without harm: whatever becomes of the check, the training is over and stands.

    Args:
        of: What was trained, for the log.
    """
    try:
        yield
    except Exception:  # noqa: BLE001
        _log.exception("the check of %s failed", of)


def _key(spec: TrainingSpec, scans: ScanSet, device: str) -> str:
    settings = spec.model_dump(mode="json", exclude={"epochs", "learning_rate", "verbose", "seed"})
    shape = [*scans.images.shape[1:], len(scans.classes)]
    told = json.dumps([keras.__version__, device, shape, settings], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _few(scans: ScanSet, most: int) -> ScanSet:
    """Return the first training scans, with as many for validation as there are up to then."""
    chosen = np.flatnonzero(~scans.validation)[:most]
    return replace(
        scans,
        images=np.asarray(scans.images[chosen]),
        labels=scans.labels[chosen],
        groups=scans.groups[chosen],
        validation=scans.validation[chosen],
        masks=None,
        names=tuple(scans.names[index] for index in chosen),
    )


def _fit(
    model: keras.Model, spec: TrainingSpec, scans: ScanSet, *, first_epoch: int, epochs: int
) -> None:
    batches = ScanBatches(
        scans,
        validation=False,
        batch_size=spec.batch_size,
        seed=spec.seed,
        first_epoch=first_epoch,
    )
    model.fit(UntunedBatches(batches), initial_epoch=first_epoch, epochs=epochs, verbose=0)


def _equal(one: Arrays, other: Arrays) -> bool:
    return one.keys() == other.keys() and all(
        value.tobytes() == other[name].tobytes() for name, value in one.items()
    )
