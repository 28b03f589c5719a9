"""From settings to the real Keras callbacks, and what they count."""
# Keras ships no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
# pyright: reportMissingTypeStubs=false, reportArgumentType=false

from pathlib import Path
from typing import Any

import keras

from core.specs.callbacks import CallbackSpec
from core.specs.run import RunSpec

_PATHS = {"ModelCheckpoint": "filepath", "TensorBoard": "log_dir"}
_COUNTERS = ("wait", "best", "best_epoch", "cooldown_counter")
_SETTINGS = ("monitor", "patience", "cooldown", "min_delta", "factor", "min_lr", "baseline")


def build_callbacks(spec: RunSpec, directory: Path) -> list[keras.callbacks.Callback]:
    """Build the callbacks of a run, in its order; their files go into `directory`."""
    return [_build(callback, directory) for callback in spec.callbacks]


def _build(spec: CallbackSpec, directory: Path) -> keras.callbacks.Callback:
    settings = spec.model_dump(exclude={"kind"})
    kind = type(spec).__name__
    if kind in _PATHS:
        settings[_PATHS[kind]] = str(directory / settings[_PATHS[kind]])
    return getattr(keras.callbacks, kind)(**settings)


def counters_of(callback: keras.callbacks.Callback) -> dict[str, Any]:
    """Return what a callback counts and the settings that explain it, as plain numbers."""
    seen: dict[str, Any] = {"kind": type(callback).__name__}
    for name in (*_COUNTERS, *_SETTINGS):
        value = getattr(callback, name, None)
        if value is not None:
            seen[name] = value if isinstance(value, str | int) else float(value)
    return seen
