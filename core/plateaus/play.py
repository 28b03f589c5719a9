"""The playground: its dials simulated, and the map of its final losses."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.plateaus.arrays import FloatArray
from core.plateaus.early_stopping import EarlyStoppingSettings
from core.plateaus.reduce_lr import ReduceLROnPlateauSettings
from core.plateaus.simulate import Landscape, Simulation, simulate
from core.specs.playground import EPOCHS

SEEDS, MAP_SEEDS = 32, 16

MAP_PATIENCES = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40)
MAP_FACTORS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)

_REDUCING = ("factor", "patience", "min_delta", "cooldown", "min_lr")
_STOPPING = ("patience", "min_delta", "baseline", "start_from_epoch", "restore_best_weights")
_NEVER = EPOCHS + 1


def play(values: Mapping[str, Any], letters: Sequence[str], *, seeds: int = SEEDS) -> Simulation:
    """Simulate some settings of the playground, from the same starts and through the same noise.

    Args:
        values: The dials; see `core.specs.playground`.
        letters: Which settings, S of them.
        seeds: N >= 1.
    """
    return _simulated(values, [_own(values, letter) for letter in letters], seeds)


def map_final_loss(values: Mapping[str, Any], letter: str, *, seeds: int = MAP_SEEDS) -> FloatArray:
    """Simulate one setting with every patience and factor of the map.

    Args:
        values: The dials.
        letter: The setting whose other values are kept.
        seeds: N >= 1.

    Returns:
        The median over the seeds of the loss that training leaves behind, shape (patiences,
        factors); infinite where half of the seeds diverged.
    """
    own = _own(values, letter)
    cells = [
        own
        | {
            "ReduceLROnPlateau": True,
            "ReduceLROnPlateau.patience": patience,
            "ReduceLROnPlateau.factor": factor,
        }
        for patience in MAP_PATIENCES
        for factor in MAP_FACTORS
    ]
    losses = _simulated(values, cells, seeds).final_loss
    with np.errstate(invalid="ignore"):
        medians = np.median(np.where(np.isnan(losses), np.inf, losses), axis=1)
    shaped = medians.reshape(len(MAP_PATIENCES), len(MAP_FACTORS))
    return np.where(np.isnan(shaped), np.inf, shaped)


def _own(values: Mapping[str, Any], letter: str) -> dict[str, Any]:
    """The dials of one setting, without its letter."""
    prefix = f"{letter}."
    return {
        name.removeprefix(prefix): value
        for name, value in values.items()
        if name.startswith(prefix)
    }


def _simulated(
    values: Mapping[str, Any], settings: Sequence[Mapping[str, Any]], seeds: int
) -> Simulation:
    return simulate(
        _reductions(settings),
        learning_rate=[own["learning_rate"] for own in settings],
        early_stopping=_stops(settings),
        optimizer=values["optimizer"],
        landscape=Landscape(
            dimensions=values["dimensions"],
            smallest_curvature=1 / values["condition_number"],
            gradient_noise=values["gradient_noise"],
            measurement_noise=values["measurement_noise"],
        ),
        seeds=seeds,
        epochs=EPOCHS,
    )


def _reductions(settings: Sequence[Mapping[str, Any]]) -> ReduceLROnPlateauSettings:
    columns = _columns(settings, "ReduceLROnPlateau", _REDUCING)
    return ReduceLROnPlateauSettings.of(
        factor=columns["factor"],
        patience=columns["patience"],
        min_delta=columns["min_delta"],
        cooldown=columns["cooldown"],
        min_lr=columns["min_lr"],
    )


def _stops(settings: Sequence[Mapping[str, Any]]) -> EarlyStoppingSettings:
    columns = _columns(settings, "EarlyStopping", _STOPPING)
    on = [own["EarlyStopping"] for own in settings]
    # A callback that is switched off restores nothing either.
    columns["restore_best_weights"] = [
        restores and is_on
        for restores, is_on in zip(columns["restore_best_weights"], on, strict=True)
    ]
    return EarlyStoppingSettings.of(**columns)


def _columns(
    settings: Sequence[Mapping[str, Any]], callback: str, names: Sequence[str]
) -> dict[str, list[Any]]:
    """Return a callback's parameters side by side; switched off, its patience never ends."""
    columns = {name: [own[f"{callback}.{name}"] for own in settings] for name in names}
    on = [own[callback] for own in settings]
    columns["patience"] = [
        patience if is_on else _NEVER
        for patience, is_on in zip(columns["patience"], on, strict=True)
    ]
    return columns
