"""Which runs are drawn as one line, and what a line is called."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import Any

import numpy as np

from core.charts.compare.differences import differing_settings, short_names, value_text
from core.charts.history import History, is_by_hand
from core.plateaus.arrays import FloatArray
from core.plateaus.directions import likely_direction
from core.specs.callbacks import METRICS
from core.specs.run import RunSpec
from core.store.records import EventKind

_TRAILING_SEED = re.compile(r"[\W_]+((seeds?|s)[\W_]*\d*)?$", re.IGNORECASE)


@dataclass(frozen=True)
class Line:
    """One run, or several that differ by their seed alone.

    Attributes:
        name: What it is called; told apart from the other lines.
        histories: The runs, each of another seed.
    """

    name: str
    histories: tuple[History, ...]

    @property
    def label(self) -> str:
        """The name, with the number of seeds where there are several."""
        return self.name if self.n == 1 else f"{self.name} (n = {self.n})"

    @property
    def n(self) -> int:
        """The number of runs, and so of seeds."""
        return len(self.histories)

    @cached_property
    def seeds(self) -> tuple[int, ...]:
        """The seed of each run."""
        return tuple(history.run.spec.training.seed for history in self.histories)


def lines_of(histories: Sequence[History], *, by_seed: bool) -> list[Line]:
    """Bring together runs that differ by seed alone, in the order of their first run.

    What happened on the way counts as the settings do: a fork that changed some, a rate set by
    hand. A run whose seed its group already has, the same training once more, says nothing about
    the noise between seeds: it goes to a line of its own.

    Args:
        histories: The runs.
        by_seed: False gives each run its own line.
    """
    groups: dict[tuple[str, int], list[History]] = defaultdict(list)
    repeats: Counter[str] = Counter()
    for history in histories:
        key, spec = history.run.id, history.run.spec
        if by_seed:
            key = f"{_without_seed(spec).model_dump_json()} {_turns(history)}"
            repeats[f"{key} {spec.training.seed}"] += 1
        groups[key, repeats[f"{key} {spec.training.seed}"]].append(history)
    grouped = list(groups.values())
    return [Line(name, tuple(group)) for name, group in zip(_names(grouped), grouped, strict=True)]


def metrics_of(histories: Sequence[History]) -> list[str]:
    """Return the metrics that any run logged, Keras's four first."""
    logged = {name for history in histories for epoch in history.epochs for name in epoch.logs}
    logged.discard("learning_rate")
    return [name for name in METRICS if name in logged] + sorted(logged - set(METRICS))


def values_of(history: History, metric: str) -> FloatArray:
    """Return a metric by epoch, shape (epochs,); NaN where the logs lack it."""
    return np.array([epoch.logs.get(metric, np.nan) for epoch in history.epochs], dtype=np.float64)


def rates_of(history: History) -> FloatArray:
    """Return the rate each epoch trained with, shape (epochs,)."""
    return np.array([epoch.learning_rate for epoch in history.epochs], dtype=np.float64)


def lowered_before(history: History) -> list[int]:
    """Return the epochs, from 1, that were the first at a lower rate than the one before.

    One behind the last epoch was lowered at its end, and never trained with.
    """
    if not history.epochs:
        return []
    last = history.epochs[-1]
    rates = [*rates_of(history), last.learning_rate_after]
    numbers = [*history.shown, last.epoch + 2]
    return [
        number
        for number, before, rate in zip(numbers[1:], rates, rates[1:], strict=False)
        if rate < before
    ]


def best_index(values: FloatArray, metric: str) -> int | None:
    """Return where a curve is best, the first of equals; None without a finite value."""
    finite = np.flatnonzero(np.isfinite(values))
    if not finite.size:
        return None
    better = np.argmax if likely_direction(metric) == "max" else np.argmin
    return int(finite[better(values[finite])])


def _without_seed(spec: RunSpec) -> RunSpec:
    training = spec.training.model_copy(update={"seed": 0})
    return spec.model_copy(update={"name": "", "training": training})


def _turns(history: History) -> list[tuple[Any, ...]]:
    """Return what made a run besides its settings and its seed.

    A fork that changed nothing but the number of epochs trained as if it had never been forked.
    """
    turns: list[tuple[Any, ...]] = []
    if history.run.keras_restore:
        turns.append(("keras_restore", history.run.forked_at))
    for event in history.events:
        changed = {**event.detail.get("changed", {})}
        changed.pop("training.epochs", None)
        if event.kind is EventKind.FORKED and changed:
            turns.append(("forked", event.epoch, sorted(changed.items())))
        if is_by_hand(event):
            turns.append(("by hand", event.epoch, event.detail.get("batch"), event.detail["to"]))
    return turns


def _names(groups: Sequence[Sequence[History]]) -> list[str]:
    """Return a name for each group: the runs' own where that is enough, else with settings."""
    stems = [_stem([history.run.name for history in group]) for group in groups]
    if not all(stems) or len(set(stems)) < len(stems):
        parts = zip(stems, _settings(groups), strict=True)
        both = [" · ".join(part for part in pair if part) for pair in parts]
        stems = [name or group[0].run.name for name, group in zip(both, groups, strict=True)]
    seen: Counter[str] = Counter()
    names: list[str] = []
    for stem in stems:
        seen[stem] += 1
        names.append(stem if seen[stem] == 1 else f"{stem} ({seen[stem]})")
    return names


def _stem(names: Sequence[str]) -> str:
    """Return what the names of a group begin with: "patience 2" for "patience 2 seed 0"."""
    if len(set(names)) == 1:
        return names[0]
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))
    return _TRAILING_SEED.sub("", "".join(letters[0] for letters in alike))


def _settings(groups: Sequence[Sequence[History]]) -> list[str]:
    """Return, for each group, its value of each setting in which the groups differ."""
    differences = differing_settings([group[0].run.spec for group in groups])
    if any(len(group) > 1 for group in groups):
        differences = [one for one in differences if one.setting != "training.seed"]
    names = short_names([difference.setting for difference in differences])
    return [
        ", ".join(
            f"{name} {value_text(difference.values[index])}"
            for name, difference in zip(names, differences, strict=True)
            if difference.has(index)
        )
        for index in range(len(groups))
    ]
