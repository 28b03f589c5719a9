"""Settings to be replayed as plain values and as the texts of a link, and back.

A link holds "callback", "metric" and, for each of the settings A to D, what differs from Keras's
defaults under names such as "A.factor"; "settings" says how many there are.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, cast

from pydantic.fields import FieldInfo

from core.plateaus.directions import Semantics
from core.plateaus.release_comparison import releases_of
from core.plateaus.what_if import Setting, Watcher
from core.specs.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau
from core.specs.links import from_text, to_text
from core.specs.problems import check_run

WATCHERS: Mapping[str, type[Watcher]] = {
    "ReduceLROnPlateau": ReduceLROnPlateau,
    "EarlyStopping": EarlyStopping,
    "ModelCheckpoint": ModelCheckpoint,
}
"""The callbacks that can be replayed."""

NAMES: Sequence[str] = ("A", "B", "C", "D")
"""What settings side by side are called."""

OWN: Mapping[str, Any] = {
    "release": "keras-3.15",
    "held_best": None,
    "threshold_mode": "rel",
    "eps": 1e-8,
}
"""What a setting has beside the callback's parameters, with defaults."""

# They change nothing in what a callback does, or when.
_WITHOUT_EFFECT = {"kind", "monitor", "verbose"}
_OF_A_SAVE = {"mode", "initial_value_threshold"}

Values = dict[str, Any]


def parameters_of(kind: str) -> dict[str, FieldInfo]:
    """Return the parameters of a callback that matter to a replay, in Keras's order."""
    fields = WATCHERS[kind].model_fields
    if kind == "ModelCheckpoint":
        return {name: field for name, field in fields.items() if name in _OF_A_SAVE}
    return {name: field for name, field in fields.items() if name not in _WITHOUT_EFFECT}


def defaults_of(kind: str) -> Values:
    """Return the values of a setting that nobody has changed."""
    return {name: field.default for name, field in parameters_of(kind).items()} | dict(OWN)


def values_of(callback: Watcher) -> Values:
    """Return the values of a run's own callback."""
    own = {name: getattr(callback, name) for name in parameters_of(callback.kind)}
    return own | dict(OWN)


def setting_of(name: str, kind: str, monitor: str, values: Values) -> Setting:
    """Return a setting if its values are right.

    Raises:
        InvalidSettings: With a sentence for each value that is refused.
    """
    given = {key: value for key, value in values.items() if key in parameters_of(kind)}
    if kind == "ModelCheckpoint":
        given["save_best_only"] = True
    checked = check_run({"callbacks": [{"kind": kind, **given}]}).callbacks[0]
    # A brought curve may have a name that no metric of ours would.
    callback = cast("Watcher", checked).model_copy(update={"monitor": monitor})
    release = cast("Semantics", values["release"])
    return Setting(
        name=name,
        callback=callback,
        semantics=release if release in releases_of(kind) else "keras-3.15",
        held_best=values["held_best"],
        threshold_mode=values["threshold_mode"],
        eps=values["eps"],
    )


def to_query(kind: str, metric: str, settings: Sequence[Values]) -> dict[str, str]:
    """Return the query parameters that reproduce the settings of a replay."""
    query = {"callback": kind, "metric": metric, "settings": str(len(settings))}
    defaults = defaults_of(kind)
    for name, values in zip(NAMES, settings, strict=False):
        query |= {
            f"{name}.{key}": to_text(values[key])
            for key, default in defaults.items()
            if values[key] != default
        }
    return query


def from_query(query: Mapping[str, str]) -> tuple[str, str | None, list[Values]] | None:
    """Return the callback, the metric and the settings in a link; None if it has none.

    Without any, none are returned: the callback may have some of its own where it was recorded.
    Values of the wrong kind are taken as they are, for `setting_of` to refuse; names that are no
    settings are left out, and so is what no slider could stand at.
    """
    kind = query.get("callback", "")
    if kind not in WATCHERS:
        return None
    named = any(name.startswith(f"{NAMES[0]}.") for name in query)
    count = query.get("settings", "1" if named else "0")
    settings = int(count) if count in {"0", "1", "2", "3", "4"} else 1
    return kind, query.get("metric"), [_values(query, kind, name) for name in NAMES[:settings]]


def _values(query: Mapping[str, str], kind: str, name: str) -> Values:
    values = defaults_of(kind)
    given = {key: from_text(query[f"{name}.{key}"]) for key in values if f"{name}.{key}" in query}
    return values | {key: value for key, value in given.items() if _is_own(key, value)}


def _is_own(key: str, value: Any) -> bool:
    """Whether a value can be taken; of what is not the callback's own, only one that is right."""
    if not _is_plain(value):
        return False
    number = isinstance(value, int | float) and not isinstance(value, bool)
    number = number and math.isfinite(value)
    if key == "release":
        return value in releases_of("ReduceLROnPlateau")
    if key == "threshold_mode":
        return value in {"rel", "abs"}
    if key == "eps":
        return number and value >= 0
    return key != "held_best" or number or value is None


def _is_plain(value: Any) -> bool:
    """Whether a slider can stand at a value: no list, no NaN, no number beyond all floats."""
    if isinstance(value, list | dict):
        return False
    try:
        return not (isinstance(value, int | float) and math.isnan(value))
    except OverflowError:
        return False
