"""How many settings of ReduceLROnPlateau a second are replayed over a curve of 50 epochs?

Ours: settings drawn at random, all in one call, on one core. The reference: Keras's own class,
made anew for each of a part of these settings and driven over the same curve in a loop, on one
core too. Both must end with the same learning rates.
"""

import statistics
import time

import numpy as np
from numpy.typing import NDArray

from benchmarks.cores import cores
from benchmarks.keras_answers import ask_keras
from benchmarks.report import Measurement, tell
from core.plateaus.arrays import Curves
from core.plateaus.reduce_lr import ReduceLROnPlateauSettings
from core.plateaus.reduce_lr_replay import summarise_reduce_lr_on_plateau

_EPOCHS, _SETTINGS, _BY_KERAS = 50, 1_000_000, 500
_ROUNDS = 5
_RATE = 0.001


def measure() -> Measurement:
    """Measure settings a second."""
    draw = np.random.default_rng(0)
    curve = np.exp(-np.arange(_EPOCHS) / 8) + 0.05 * draw.standard_normal(_EPOCHS)
    settings = _settings(draw)
    with cores(1):
        before = _keras_a_second(settings, curve)
        ours = [_ours_a_second(settings, curve) for _ in range(_ROUNDS)]
        tell(f"Ours: {', '.join(f'{rate:,.0f}' for rate in ours)} settings a second.")
        after = _keras_a_second(settings, curve)
    return Measurement(
        "replay", statistics.median(ours), "settings a second", statistics.mean([before, after])
    )


def _settings(draw: np.random.Generator) -> ReduceLROnPlateauSettings:
    return ReduceLROnPlateauSettings.of(
        factor=draw.uniform(0.1, 0.9, _SETTINGS),
        patience=draw.integers(1, 16, _SETTINGS),
        min_delta=draw.uniform(0, 0.05, _SETTINGS),
        cooldown=draw.integers(0, 6, _SETTINGS),
        min_lr=draw.choice([0.0, 1e-6, 1e-4], _SETTINGS),
    )


def _ours_a_second(settings: ReduceLROnPlateauSettings, curve: NDArray[np.float64]) -> float:
    began = time.perf_counter()
    summarise_reduce_lr_on_plateau(settings, Curves.of(curve), learning_rate=_RATE, mode="min")
    return len(settings) / (time.perf_counter() - began)


def _keras_a_second(settings: ReduceLROnPlateauSettings, curve: NDArray[np.float64]) -> float:
    """Drive Keras's class, and hold our rates against its own."""
    some = settings.part(slice(0, _BY_KERAS))
    names = ("factor", "patience", "min_delta", "cooldown", "min_lr")
    parameters = [
        {name: getattr(some, name)[place].item() for name in names} for place in range(_BY_KERAS)
    ]
    answer = ask_keras("ReduceLROnPlateau", parameters, [curve.tolist()] * _BY_KERAS)
    ours = summarise_reduce_lr_on_plateau(
        some, Curves.of(curve), learning_rate=_RATE, mode="min"
    ).learning_rate
    if ours.tolist() != answer.outcomes:
        raise RuntimeError("The replay must end with Keras's learning rates, and does not.")
    rate = _BY_KERAS / answer.seconds
    tell(f"Keras: {rate:,.0f} settings a second, and the same learning rates.")
    return rate
