"""A configuration as the flat names and texts of a link, and back.

A link holds what differs from the defaults of each setting, under the names
"name", "scans.subjects", "training.epochs" or "ReduceLROnPlateau.factor";
"scans" names the kind of scans and "callbacks" the callbacks in their order.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from core.specs.callbacks import CALLBACKS
from core.specs.data import FolderScans, SimulatedScans
from core.specs.run import RunSpec, TrainingSpec

_SCANS: dict[str, type[BaseModel]] = {"simulated": SimulatedScans, "folder": FolderScans}
_CALLBACKS: dict[str, type[BaseModel]] = {callback.__name__: callback for callback in CALLBACKS}


def flatten(spec: RunSpec) -> dict[str, Any]:
    """Return every setting of a run under its flat name, defaults included."""
    flat: dict[str, Any] = {
        "name": spec.name,
        "scans": spec.scans.kind,
        "callbacks": [callback.kind for callback in spec.callbacks],
    }
    flat |= _settings("scans", spec.scans) | _settings("training", spec.training)
    for callback in spec.callbacks:
        flat |= _settings(callback.kind, callback)
    return flat


def nest(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that `check_run` takes from flat names; the rest are defaults."""
    kind = flat.get("scans", "simulated")
    values: dict[str, Any] = {
        "scans": {"kind": kind, **_section(flat, "scans")},
        "training": _section(flat, "training"),
        "callbacks": [{"kind": name, **_section(flat, name)} for name in flat.get("callbacks", ())],
    }
    return values | ({"name": flat["name"]} if "name" in flat else {})


def to_query(spec: RunSpec) -> dict[str, str]:
    """Return the query parameters that reproduce a run."""
    return flat_to_query(flatten(spec))


def flat_to_query(flat: Mapping[str, Any]) -> dict[str, str]:
    """Return the query parameters for flat settings, which need not be valid."""
    kind, callbacks = flat.get("scans", "simulated"), flat.get("callbacks", [])
    defaults = defaults_of(kind, callbacks)
    query = {
        name: to_text(flat[name])
        for name, default in defaults.items()
        if name in flat and flat[name] != default
    }
    if kind != "simulated":
        query["scans"] = kind
    return query | {"callbacks": ",".join(callbacks)}


def from_query(query: Mapping[str, str]) -> dict[str, Any]:
    """Return the flat settings in a link; names that are no settings are left out.

    A callback that is named twice counts once.
    """
    named = dict.fromkeys(query.get("callbacks", "").split(","))
    callbacks = [name for name in named if name in _CALLBACKS]
    kind = query.get("scans", "simulated")
    fields = _fields(kind, callbacks)
    flat: dict[str, Any] = {"scans": kind, "callbacks": callbacks}
    for name, text in query.items():
        if name in fields:
            flat[name] = text if fields[name].annotation is str else from_text(text)
    return flat


def is_configuration(query: Mapping[str, str]) -> bool:
    """Tell whether a link carries a configuration."""
    return "callbacks" in query


def defaults_of(kind: str, callbacks: Sequence[str]) -> dict[str, Any]:
    """Return the flat names and defaults that go with a kind of scans and some callbacks."""
    return {
        name: "" if field.is_required() else field.default
        for name, field in _fields(kind, callbacks).items()
    }


def _fields(kind: str, callbacks: Sequence[str]) -> dict[str, FieldInfo]:
    scans = _SCANS.get(kind, SimulatedScans)
    sections = [("scans", scans), ("training", TrainingSpec)]
    sections += [(name, _CALLBACKS[name]) for name in callbacks if name in _CALLBACKS]
    fields = {"name": RunSpec.model_fields["name"]}
    for section, model in sections:
        for name in _names(model):
            fields[f"{section}.{name}"] = model.model_fields[name]
    return fields


def _settings(section: str, model: BaseModel) -> dict[str, Any]:
    return {f"{section}.{name}": getattr(model, name) for name in _names(type(model))}


def _section(flat: Mapping[str, Any], section: str) -> dict[str, Any]:
    prefix = f"{section}."
    return {name[len(prefix) :]: value for name, value in flat.items() if name.startswith(prefix)}


def _names(model: type[BaseModel]) -> list[str]:
    return [name for name in model.model_fields if name != "kind"]


def to_text(value: Any) -> str:
    """Return a value as it stands in a link."""
    return value if isinstance(value, str) else json.dumps(value)


def from_text(text: str) -> Any:
    """Return the value that a text in a link stands for; a word stands for itself."""
    try:
        return json.loads(text)
    # No JSON, an integer of more digits than Python reads, or brackets nested too deep.
    except (ValueError, RecursionError):
        return text
