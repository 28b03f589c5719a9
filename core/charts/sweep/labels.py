"""What settings of a sweep are called, one by one and together."""

from collections.abc import Collection, Sequence
from functools import cached_property
from math import prod
from typing import Any

from core.charts.compare.differences import short_names, value_text
from core.specs.sweep import SweepSpec

Key = tuple[str, Any]

# Where two callbacks have a parameter of one name: "stop patience" fits where
# "EarlyStopping.patience" would be cut off.
_SHORT_CALLBACKS = {
    "ReduceLROnPlateau": "reduce",
    "EarlyStopping": "stop",
    "ModelCheckpoint": "checkpoint",
    "LearningRateScheduler": "schedule",
    "TerminateOnNaN": "NaN",
}


class SettingNames:
    """Names for settings, by their places in a sweep.

    Args:
        spec: The sweep.
    """

    def __init__(self, spec: SweepSpec) -> None:
        self._rows = spec.combinations()
        self.axes = [_spoken(name) for name in short_names([*map(spec.axis_name, spec.axes)])]

    @cached_property
    def varying(self) -> list[int]:
        """The axes on which settings differ, from 0; all of them where there is one setting."""
        every = list(range(len(self.axes)))
        return [axis for axis in every if len(self.values(axis)) > 1] or every

    @cached_property
    def each(self) -> tuple[str, ...]:
        """The name of every setting: "factor 0.1, patience 2"; plain text."""
        return tuple(
            ", ".join(f"{self.axes[axis]} {setting_text(row[axis])}" for axis in self.varying)
            for row in self._rows
        )

    def values(self, axis: int, settings: Collection[int] | None = None) -> list[Any]:
        """Return the values that settings take on an axis, each once, numbers by their size."""
        rows = self._rows if settings is None else [self._rows[each] for each in sorted(settings)]
        values = list({_key(row[axis]): row[axis] for row in rows}.values())
        return sorted(values) if all(map(_is_number, values)) else values

    def place(self, setting: int, axis: int) -> int:
        """Return where a setting stands among the values of an axis, from 0."""
        keys = [_key(value) for value in self.values(axis)]
        return keys.index(_key(self._rows[setting][axis]))

    def together(self, settings: Sequence[int]) -> str:
        """Name several settings by what they have in common: "patience 4, 6".

        Axes on which they take every value there is are left out. Those that are no grid of
        values are counted.
        """
        if len(settings) == len(self._rows):
            return "all settings" if len(settings) > 1 else self.each[0]
        if len(settings) == 1:
            return self.each[settings[0]]
        if prod(len(self.values(axis, settings)) for axis in range(len(self.axes))) != len(
            settings
        ):
            return f"{len(settings)} settings"
        return " · ".join(
            f"{name} {', '.join(map(setting_text, self.values(axis, settings)))}"
            for axis, name in enumerate(self.axes)
            if len(self.values(axis, settings)) < len(self.values(axis))
        )


def setting_text(value: Any) -> str:
    """Return a value as a form shows it."""
    return "none" if value is None else value_text(value)


def _spoken(name: str) -> str:
    callback, _, parameter = name.rpartition(".")
    return f"{_SHORT_CALLBACKS.get(callback, callback)} {parameter}".strip()


def _key(value: Any) -> Key:
    return type(value).__name__ if isinstance(value, bool) else "", value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
