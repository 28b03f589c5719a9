"""The settings of a sweep side by side, each held against one of them."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.charts.compare.seeds import Spread
from core.charts.compare.table import table_csv
from core.charts.sweep.choice import Choice, Held, hold, pairs_among
from core.charts.sweep.choice_text import held_told
from core.charts.sweep.results import Reading, SweepResults
from core.plateaus.directions import likely_direction


@dataclass(frozen=True)
class Compared:
    """One setting among the others.

    Attributes:
        place: By its mean over the seeds, from 1.
        setting: Which, from 0.
        spread: Its values by seed.
        held: It against the setting that all are held against; None for that one itself.
    """

    place: int
    setting: int
    spread: Spread
    held: Held | None


def compare_all(
    results: SweepResults, choice: Choice, metric: str, reading: Reading, against: int
) -> list[Compared]:
    """Return the settings of a choice, the best first, each held against one.

    Args:
        results: The sweep.
        choice: What `choose` made of the values of this metric and reading.
        metric: What is compared.
        reading: Which value of each curve.
        against: The setting, from 0, that the others are held against.
    """
    values, names, seeds = results.values(metric, reading), results.names.each, results.spec.seeds
    pairs = pairs_among(values)

    def compared(place: int, setting: int) -> Compared:
        row = zip(seeds, values[setting], strict=True)
        spread = Spread(names[setting], {s: float(v) for s, v in row if np.isfinite(v)})
        if setting == against:
            return Compared(place, setting, spread, None)
        held = hold(values, names, seeds, setting, against, comparisons=pairs)
        return Compared(place, setting, spread, held)

    return [compared(place, setting) for place, setting in enumerate(choice.order, 1)]


def comparison_csv(
    results: SweepResults, choice: Choice, metric: str, reading: Reading, against: int
) -> str:
    """Return what `compare_all` does as CSV, with the numbers that the page rounds."""
    names, mode = results.names.each, likely_direction(metric)
    rows: list[dict[str, Any]] = [
        {
            "place": one.place,
            "setting": names[one.setting],
            f"mean {reading} {metric}": one.spread.mean,
            "deviation": one.spread.deviation,
            "seeds": len(one.spread.values),
            "held against": None if one.held is None else names[against],
            **interval_of(one.held),
            "so it is": None if one.held is None else held_told(one.held, names, mode),
        }
        for one in compare_all(results, choice, metric, reading, against)
    ]
    return table_csv(rows)


def interval_of(held: Held | None) -> dict[str, Any]:
    """Return the numbers of a comparison by name; None where fewer than two seeds are shared."""
    found = None if held is None else held.contrast
    names = ("pairs", "difference", "low", "high")
    return {name: None if found is None else getattr(found, name) for name in names}
