"""Which settings of several runs differ, and in words whether the runs can be compared."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.plateaus.wording import format_rate
from core.specs import links
from core.specs.run import RunSpec

_ABSENT = object()


@dataclass(frozen=True)
class Difference:
    """A setting in which some runs differ.

    Attributes:
        setting: Its flat name, such as "ReduceLROnPlateau.patience".
        values: Of each run, in order; `has` tells which are none.
    """

    setting: str
    values: tuple[Any, ...]

    def has(self, index: int) -> bool:
        """Tell whether a run has the setting at all: its callback, its kind of scans."""
        return self.values[index] is not _ABSENT

    def value(self, index: int) -> Any:
        """Return a run's value for a table: a number, or a text; None if it has none."""
        value = self.values[index]
        if value is _ABSENT:
            return None
        plain = isinstance(value, int | float) and not isinstance(value, bool)
        return value if plain else value_text(value)

    @property
    def counted(self) -> str:
        """The values and how many runs have each: "2 (3 runs) · 5 (1 run)"."""
        texts = [value_text(value) for value in self.values if value is not _ABSENT]
        # In the order of the values where they are numbers, else of the runs.
        counts = Counter(texts)
        order = sorted(counts, key=_as_number) if all(map(_is_number, counts)) else list(counts)
        return " · ".join(f"{text} ({_runs(counts[text])})" for text in order)


def differing_settings(specs: Sequence[RunSpec]) -> list[Difference]:
    """Return the settings whose values differ between runs that have them; names do not count.

    The settings of a callback that only some runs have are named only where those differ:
    that it is missing from the others stands under "callbacks".
    """
    flat = [links.flatten(spec) for spec in specs]
    names = dict.fromkeys(name for settings in flat for name in settings if name != "name")
    rows = {name: tuple(settings.get(name, _ABSENT) for settings in flat) for name in names}
    return [Difference(name, values) for name, values in rows.items() if _differ(values)]


def short_names(settings: Sequence[str]) -> list[str]:
    """Return the last parts of flat names, or all of a name whose last part another shares."""
    last = [name.rpartition(".")[2] for name in settings]
    times = Counter(last)
    return [
        short if times[short] == 1 else name for short, name in zip(last, settings, strict=True)
    ]


def value_text(value: Any) -> str:
    """Return a value as people write it."""
    if value is _ABSENT:
        return "none"
    if isinstance(value, list | tuple):
        return ", ".join(str(part) for part in value) or "none"  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return format_rate(value) if isinstance(value, float) else str(value)


def reasons_not_to_compare(specs: Sequence[RunSpec], validation_scans: Sequence[int | None]) -> str:
    """Return a sentence on why values of these runs cannot be held against each other, or "".

    Args:
        specs: The runs.
        validation_scans: How many scans each was validated on; None where not yet known.
    """
    if len({_scans(spec) for spec in specs}) > 1:
        return (
            "These runs saw different scans: which is better depends on the scans as well as on "
            "the settings. Compare the shapes of their curves, not their values."
        )
    if len({_split(spec) for spec in specs}) > 1 or len(set(validation_scans) - {None}) > 1:
        return (
            "These runs were validated on different scans of the same set: part of each "
            "difference comes from the split. Give them the same split and seed of the scans."
        )
    return ""


def watched_differently(metrics: Sequence[str]) -> str:
    """Return a sentence where the runs' callbacks watched different metrics, or "".

    Args:
        metrics: What each run is judged by.
    """
    counts = Counter(metrics)
    if len(counts) < 2:  # noqa: PLR2004
        return ""
    watched = " and ".join(f"{metric} in {_runs(count)}" for metric, count in counts.items())
    return f"The callbacks watched different metrics: {watched}. That alone shifts when they act."


def _differ(values: tuple[Any, ...]) -> bool:
    present = [value for value in values if value is not _ABSENT]
    return any(value != present[0] for value in present)


def _scans(spec: RunSpec) -> tuple[Any, ...]:
    scans = links.flatten(spec)
    named = ("scans", "scans.folder", "scans.preset", "scans.subjects")
    drawn = scans["scans.seed"] if scans["scans"] == "simulated" else None
    return (*(scans.get(name) for name in named), drawn)


def _split(spec: RunSpec) -> tuple[Any, ...]:
    scans = links.flatten(spec)
    split = scans.get("scans.split")
    if split == "folders":
        return (split,)
    return split, scans["scans.validation_fraction"], scans["scans.seed"]


def _runs(count: int) -> str:
    return f"{count} run" if count == 1 else f"{count} runs"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _as_number(text: str) -> float:
    return float(text)
