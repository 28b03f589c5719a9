"""What a recorded curve says about patience and min_delta, and how far that can be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from core.plateaus.advice_wording import (
    findings_told,
    limits_told,
    recommendations_told,
    remedy_told,
)
from core.plateaus.arrays import Curves, FloatArray, IntArray
from core.plateaus.directions import Direction
from core.plateaus.early_stopping import EarlyStoppingSettings
from core.plateaus.early_stopping_replay import EarlyStoppingReplay, replay_early_stopping
from core.plateaus.evidence import Evidence, ReductionAdvice, Stability, StoppingAdvice
from core.plateaus.plateau import Plateau, epochs_on, find_plateaus
from core.plateaus.reductions import map_reductions
from core.plateaus.regret import map_regret

# What people set: every number up to 20, then round ones.
_PATIENCES = (*range(1, 21), 25, 30, 40, 50, 60, 80, 100, 150, 200, 300, 500, 1000, 2000, 5000)

_ROUND = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0)

_SMALLEST_PATIENCE = 2

# Seeds agree if their noise is alike within this factor, and their plateaus begin within a quarter
# of the median, or within five epochs.
_ALIKE, _NEAR_SHARE, _NEAR_EPOCHS = 2.0, 0.25, 5


@dataclass(frozen=True)
class Advice:
    """What is advised on C curves, with the reasons.

    Attributes:
        evidence: All that was found and counted.
        findings: What the curves show.
        recommendations: What to set; empty without a plateau.
        limits: What they do not show.
        remedy: What to look at where no curve ever improves; "" otherwise.
    """

    evidence: Evidence
    findings: tuple[str, ...]
    recommendations: tuple[str, ...]
    limits: tuple[str, ...]
    remedy: str = ""

    @property
    def sentences(self) -> tuple[str, ...]:
        """Everything to be told, in order."""
        remedies = (self.remedy,) if self.remedy else ()
        return (*self.findings, *remedies, *self.recommendations, *self.limits)


def advise(
    curves: Curves,
    *,
    monitor: str,
    mode: Direction,
    patience: int = 10,
    min_delta: float = 1e-4,
    learning_rate: ArrayLike | None = None,
    numbers: Sequence[int] | IntArray | None = None,
    training: Curves | None = None,
    resolution: float = 0.0,
) -> Advice:
    """Advise on ReduceLROnPlateau and EarlyStopping for a metric.

    `min_delta` is advised to be the noise of the plateau, rounded. With it, the patience of
    ReduceLROnPlateau is one more than the longest wait while the curve still improved, and that of
    EarlyStopping the smallest that misses no more than chance of the best value; of several curves
    the median counts, so that an odd one does not decide. All of it is counted by replaying
    Keras's rules.

    Args:
        curves: C recordings of the same training, such as its seeds.
        monitor: The metric's name.
        mode: Which way it is better.
        patience: The person's own, of ReduceLROnPlateau.
        min_delta: The person's own.
        learning_rate: As recorded, NaN where unknown, shape broadcastable to (C, E); None if it
            was not.
        numbers: Of the epochs, as shown, shape (E,); None counts from 1.
        training: What a metric of validation was in training, shape (C, E); None if unknown.
        resolution: Changes that are lost in the digits of the recording: noise that is smaller
            cannot be measured, and is taken to be as large.
    """
    plateaus = tuple(
        _seen_with(plateau, resolution) for plateau in find_plateaus(curves, mode=mode)
    )
    advised = _rounded(_median_noise(plateaus))
    change = _first_change(curves, learning_rate)
    first_is_nan = bool(np.isnan(_first_values(curves)).any())
    waits = _waits(curves, plateaus, advised, mode, change)
    counts = any(plateau.start for plateau in plateaus) and not first_is_nan
    evidence = Evidence(
        monitor=monitor,
        mode=mode,
        numbers=tuple(range(1, curves.shape[1] + 1) if numbers is None else map(int, numbers)),
        plateaus=plateaus,
        noise=_median_noise(plateaus),
        resolution=resolution,
        own_min_delta=min_delta,
        own_patience=patience,
        own_first_reduced=_first_reduced(curves, patience, min_delta, mode),
        own_improvements=_improvements(curves, plateaus, min_delta, mode),
        advised_improvements=_improvements(curves, plateaus, advised, mode),
        first_change=change,
        not_finite=int((curves.present & ~np.isfinite(curves.values)).sum()),
        first_is_nan=first_is_nan,
        training_improves=_training_improves(plateaus, training, mode),
        reduction=_reduction(curves, plateaus, advised, mode, waits) if counts else None,
        stopping=_stopping(curves, plateaus, advised, mode) if counts else None,
        stability=_stability(plateaus, waits),
    )
    return Advice(
        evidence=evidence,
        findings=findings_told(evidence),
        recommendations=recommendations_told(evidence),
        limits=limits_told(evidence),
        remedy=remedy_told(evidence),
    )


def _seen_with(plateau: Plateau, resolution: float) -> Plateau:
    """The plateau with the noise that it may have for all that the recording shows."""
    if plateau.noise is None:
        return plateau
    return replace(plateau, noise=max(plateau.noise, resolution))


def _median_noise(plateaus: Sequence[Plateau]) -> float | None:
    """The noise of the plateaus; None without any."""
    noises = [plateau.noise for plateau in plateaus if plateau.start is not None]
    return float(np.median([noise for noise in noises if noise is not None])) if noises else None


def _rounded(noise: float | None) -> float | None:
    """The nearest number that a person would write."""
    if not noise:
        return noise
    magnitude = 10.0 ** np.floor(np.log10(noise))
    digits = min(_ROUND, key=lambda digits: abs(np.log(digits * magnitude / noise)))
    return float(f"{digits * magnitude:.2g}")


def _first_change(curves: Curves, learning_rate: ArrayLike | None) -> int | None:
    """The first epoch, from 0, whose rate is another than that of the epoch before, on any curve.

    None if the rate is unknown or stays.
    """
    if learning_rate is None:
        return None
    rates = np.broadcast_to(np.asarray(learning_rate, dtype=np.float64), curves.shape)
    with np.errstate(invalid="ignore"):
        # Rates that pass through float32 and back do not change by that.
        changed = np.abs(np.diff(rates, axis=1)) > 1e-6 * np.abs(rates[:, :-1])
    epochs = np.flatnonzero(changed.any(axis=0))
    return int(epochs[0]) + 1 if epochs.size else None


def _training_improves(
    plateaus: Sequence[Plateau], training: Curves | None, mode: Direction
) -> bool | None:
    """Whether training goes on improving where validation is stuck or gets worse."""
    if training is None:
        return None
    pairs = zip(plateaus, find_plateaus(training, mode=mode), strict=True)
    found = {
        _improves_behind(plateau.start, trained)
        for plateau, trained in pairs
        if plateau.start is not None and (plateau.start == 0 or plateau.worsens)
    }
    return found.pop() if len(found) == 1 else None


def _improves_behind(start: int, trained: Plateau) -> bool | None:
    """Whether a curve improves behind an epoch; None if it is too short to tell."""
    if trained.start is None:
        return True if trained.state == "improving" else None
    return trained.start > start


def _first_values(curves: Curves) -> FloatArray:
    """The first value that a callback sees of each curve; those without any are left out."""
    seen = curves.present.any(axis=1)
    return curves.values[seen, curves.present.argmax(axis=1)[seen]]


def _waiting(curves: Curves, min_delta: float, mode: Direction) -> EarlyStoppingReplay:
    """Count `wait` to the end, as ReduceLROnPlateau and EarlyStopping do before they act."""
    endless = EarlyStoppingSettings.of(min_delta=min_delta, patience=curves.shape[1] + 1)
    return replay_early_stopping(endless, curves, mode=mode)


def _first_reduced(
    curves: Curves, patience: int, min_delta: float, mode: Direction
) -> tuple[int | None, ...]:
    """The epoch, from 0, of the first reduction on each curve; None where it never comes."""
    fired = map_reductions(
        curves, patience=patience, cooldown=0, min_delta=min_delta, mode=mode
    ).first_reduced_epoch[0, 0]
    return tuple(int(epoch) if epoch >= 0 else None for epoch in fired)


def _improvements(
    curves: Curves, plateaus: Sequence[Plateau], min_delta: float | None, mode: Direction
) -> int:
    """How many epochs on plateaus beat the best before them by `min_delta`: chance, all of them."""
    if min_delta is None:
        return 0
    improved = _waiting(curves, min_delta, mode).improved[0]
    return sum(
        int(row[epochs_on(plateau)].sum()) for row, plateau in zip(improved, plateaus, strict=True)
    )


def _waits(
    curves: Curves,
    plateaus: Sequence[Plateau],
    min_delta: float | None,
    mode: Direction,
    change: int | None,
) -> tuple[int, ...]:
    """The longest wait on each curve with a plateau, before the plateau and the first new rate.

    A wait that a new rate ended says nothing about how long one has to be without it.
    """
    if min_delta is None:
        return ()
    wait = _waiting(curves, min_delta, mode).wait[0]
    return tuple(
        int(row[: _until(plateau.start, change)].max(initial=0))
        for row, plateau in zip(wait, plateaus, strict=True)
        if plateau.start is not None
    )


def _until(start: int, change: int | None) -> int:
    return start + 1 if change is None else min(start + 1, change)


def _reduction(
    curves: Curves,
    plateaus: Sequence[Plateau],
    min_delta: float | None,
    mode: Direction,
    waits: Sequence[int],
) -> ReductionAdvice | None:
    if min_delta is None:
        return None
    longest = int(np.ceil(np.median(waits)))
    patience = _patience_behind(longest)
    fired = _first_reduced(curves, patience, min_delta, mode)
    early = [
        epoch is not None and plateau.start is not None and epoch < plateau.start
        for epoch, plateau in zip(fired, plateaus, strict=True)
    ]
    return ReductionAdvice(patience, min_delta, longest, fired, too_early=sum(early))


def _patience_behind(longest_wait: int) -> int:
    return max(_SMALLEST_PATIENCE, longest_wait + 1)


def _stopping(
    curves: Curves, plateaus: Sequence[Plateau], min_delta: float | None, mode: Direction
) -> StoppingAdvice | None:
    """The smallest patience that misses no more than chance, if it saves epochs."""
    noise = _median_noise(plateaus)
    if min_delta is None or noise is None:
        return None
    patiences = [patience for patience in _PATIENCES if patience < curves.shape[1]]
    regret = map_regret(curves, patience=patiences, min_delta=min_delta, mode=mode)
    missed, saved = regret.missed[:, 0], regret.epochs_saved[:, 0]
    # Best by less than `min_delta` is not kept, however long one waits.
    enough = np.median(missed, axis=1) <= max(noise, min_delta)
    enough &= np.median(saved, axis=1) > 0
    if not enough.any():
        return None
    row = int(enough.argmax())
    return StoppingAdvice(
        patience=patiences[row],
        min_delta=min_delta,
        epochs_saved=_whole(saved[row]),
        missed=tuple(float(value) for value in missed[row]),
    )


def _whole(values: IntArray) -> tuple[int, ...]:
    return tuple(int(value) for value in values)


def _stability(plateaus: Sequence[Plateau], waits: Sequence[int]) -> Stability | None:
    """How far the curves agree; None for a single one, or where fewer than two have a plateau."""
    flat = [plateau for plateau in plateaus if plateau.start is not None]
    if len(flat) < 2:  # noqa: PLR2004
        return None
    starts = [plateau.start for plateau in flat if plateau.start is not None]
    noises = [plateau.noise for plateau in flat if plateau.noise is not None]
    levels = [plateau.level for plateau in flat if plateau.level is not None]
    near = max(_NEAR_EPOCHS, _NEAR_SHARE * float(np.median(starts)))
    return Stability(
        with_plateau=len(flat),
        starts=(min(starts), max(starts)),
        noises=(min(noises), max(noises)),
        patiences=(_patience_behind(min(waits)), _patience_behind(max(waits))),
        level_spread=float(np.std(levels, ddof=1)),
        agrees=len(flat) == len(plateaus)
        and max(noises) <= _ALIKE * min(noises)
        and max(starts) - min(starts) <= near,
    )
