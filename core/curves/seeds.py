"""Recordings of the same training, such as its seeds, laid side by side."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from core.curves.recorded import RecordedCurves, UnreadableCurves
from core.plateaus.arrays import BoolArray, Curves, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class SeedCurves:
    """One metric of C recordings over the E epochs that all of them have.

    Attributes:
        curves: The metric, shape (C, E).
        numbers: The epochs' numbers as Keras prints them, from 1, shape (E,).
        rates: The learning rate, shape (C, E), NaN where unknown; None if none logged it.
        left_out: How many epochs the longest has that another lacks.
        training: What a metric of validation was in training, shape (C, E); None for a metric of
            training, and unless all recordings have it.
        resolution: Changes of the metric that are lost in the digits of a recording, in its units.
    """

    curves: Curves
    numbers: IntArray
    rates: FloatArray | None
    left_out: int
    training: Curves | None = None
    resolution: float = 0.0

    @property
    def fingerprint(self) -> str:
        """The same for the same curves, and for no others: a SHA-256."""
        digest = hashlib.sha256(repr((self.curves.shape, self.resolution)).encode())
        seen = [self.curves.values, self.curves.present, self.numbers, self.rates]
        if self.training is not None:
            seen += [self.training.values, self.training.present]
        for array in seen:
            digest.update(b"-" if array is None else np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()

    def part(self, row: int) -> "SeedCurves":
        """One of the recordings by itself."""
        rows = slice(row, row + 1)
        return SeedCurves(
            curves=_rows(self.curves, rows),
            numbers=self.numbers,
            rates=None if self.rates is None else self.rates[rows],
            left_out=self.left_out,
            training=None if self.training is None else _rows(self.training, rows),
            resolution=self.resolution,
        )


def trainings_beside(
    chosen: RecordedCurves, trainings: Sequence[RecordedCurves], metric: str
) -> tuple[RecordedCurves, ...]:
    """Return the trainings that can be judged together with a chosen one, itself among them.

    They have the metric, and at least half of its epochs: one that was broken off early, or went
    on where another ended, would leave too few epochs of the others.

    Args:
        chosen: One of the trainings.
        trainings: All of one file, in their order.
        metric: A column of the chosen one.
    """
    return tuple(
        one
        for one in trainings
        if metric in one.columns and 2 * np.isin(chosen.epochs, one.epochs).sum() >= len(chosen)
    )


def side_by_side(recordings: Sequence[RecordedCurves], metric: str) -> SeedCurves:
    """Take the epochs that every recording has.

    A curve that ends earlier cannot say what it would have shown: longer ones are cut to it.

    Raises:
        UnreadableCurves: If a recording lacks the metric, or they share no epoch.
    """
    lacking = [number for number, one in enumerate(recordings, 1) if metric not in one.columns]
    if lacking:
        raise UnreadableCurves(
            f"Every curve must have the metric {metric!r}, and number {lacking[0]} has not: "
            "choose another metric, or leave that curve out."
        )
    numbers = _shared([one.epochs for one in recordings])
    if not numbers.size:
        raise UnreadableCurves(
            "The curves must have an epoch in common, and have none: bring recordings that count "
            "their epochs alike, with one finished epoch at least."
        )
    places = [np.isin(one.epochs, numbers) for one in recordings]
    pairs = list(zip(recordings, places, strict=True))
    in_training = metric.removeprefix("val_")
    has_both = in_training != metric and all(in_training in one.columns for one in recordings)
    return SeedCurves(
        curves=_stacked(pairs, metric),
        numbers=numbers,
        rates=_rates(pairs),
        left_out=max(len(one) for one in recordings) - len(numbers),
        training=_stacked(pairs, in_training) if has_both else None,
        resolution=max(one.resolution(metric) for one in recordings),
    )


def _stacked(pairs: Sequence[tuple[RecordedCurves, BoolArray]], metric: str) -> Curves:
    return Curves.of(
        np.stack([one.columns[metric][place] for one, place in pairs]),
        np.stack([one.present[metric][place] for one, place in pairs]),
    )


def _rows(curves: Curves, rows: slice) -> Curves:
    return Curves(curves.values[rows], curves.present[rows])


def _shared(numbers: Sequence[IntArray]) -> IntArray:
    return reduce(np.intersect1d, numbers) if numbers else np.zeros(0, dtype=np.int64)


def _rates(pairs: Sequence[tuple[RecordedCurves, BoolArray]]) -> FloatArray | None:
    rows = [
        np.full(place.sum(), np.nan) if one.rates is None else one.rates[place]
        for one, place in pairs
    ]
    return None if all(one.rates is None for one, _ in pairs) else np.stack(rows)
