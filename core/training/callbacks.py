"""From settings to the real Keras callbacks, and what they count."""
# Keras ships no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
# pyright: reportMissingTypeStubs=false, reportArgumentType=false

from pathlib import Path
from typing import Any

import keras

from core.specs.callbacks import AnyCallback, CSVLogger, LambdaCallback, LearningRateScheduler
from core.specs.run import RunSpec, TrainingSpec
from core.specs.schedules import rate_at
from core.training.printed_hooks import PrintedHooks

_COUNTERS = ("wait", "best", "best_epoch", "cooldown_counter")
_SETTINGS = ("monitor", "patience", "cooldown", "min_delta", "factor", "min_lr", "baseline")


def build_callbacks(
    spec: RunSpec, directory: Path, *, goes_on: bool = False
) -> list[keras.callbacks.Callback]:
    """Build the callbacks of a run, in its order; their files go into `directory`.

    Args:
        spec: The run.
        directory: Its own directory.
        goes_on: Whether it goes on from a state, and so writes below what its files hold.
    """
    return [_build(callback, spec.training, directory, goes_on) for callback in spec.callbacks]


def _build(
    spec: AnyCallback, training: TrainingSpec, directory: Path, goes_on: bool
) -> keras.callbacks.Callback:
    if isinstance(spec, LearningRateScheduler):
        return _scheduler(spec, training)
    if isinstance(spec, LambdaCallback):
        return _printer(spec)
    settings = spec.model_dump(exclude={"kind"})
    if spec.path_setting:
        settings[spec.path_setting] = str(directory / settings[spec.path_setting])
    if isinstance(spec, CSVLogger) and goes_on:
        settings["append"] = True
    return getattr(keras.callbacks, spec.kind)(**settings)


def _scheduler(
    spec: LearningRateScheduler, training: TrainingSpec
) -> keras.callbacks.LearningRateScheduler:
    def schedule(epoch: int, _current: float) -> float:
        return rate_at(spec, epoch, training.learning_rate, training.epochs)

    return keras.callbacks.LearningRateScheduler(schedule, verbose=spec.verbose)


def _printer(spec: LambdaCallback) -> keras.callbacks.LambdaCallback:
    hooks = PrintedHooks()
    chosen = [name for name in spec.keras_parameters() if getattr(spec, name)]
    printers = {name: hooks.printer_of(name) for name in chosen}
    callback: Any = keras.callbacks.LambdaCallback(**printers)
    callback.printed_hooks = hooks  # How much it may still print is part of a run's state.
    return callback


def counters_of(callback: keras.callbacks.Callback) -> dict[str, Any]:
    """Return what a callback counts and the settings that explain it, as plain numbers."""
    seen: dict[str, Any] = {"kind": type(callback).__name__}
    for name in (*_COUNTERS, *_SETTINGS):
        value = getattr(callback, name, None)
        if value is not None:
            seen[name] = value if isinstance(value, str | int) else float(value)
    return seen
