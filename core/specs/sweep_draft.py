"""A sweep as a person writes it: texts that may be wrong, in a form and in a link."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from core.specs import links
from core.specs.callbacks import CALLBACKS
from core.specs.problems import InvalidSettings, Problem
from core.specs.run import RunSpec
from core.specs.sweep import (
    REFUSED_CALLBACKS,
    REFUSED_PARAMETERS,
    SweepSpec,
    check_sweep,
    without_refused,
)
from core.specs.sweep_text import read_list, read_values, write_list, write_values

LIST, SEEDS = "list", "seeds"
"""Where a mistake belongs that is no axis's."""

_VARIED = "vary."
_LEAST_USEFUL = frozenset(["verbose"])
_MODELS = {callback.__name__: callback for callback in CALLBACKS}


@dataclass(frozen=True)
class SweepDraft:
    """What a form or a link holds of a sweep.

    Attributes:
        base: The run that all others are but for the axes, by flat names (`core.specs.links`);
            its name is the sweep's.
        varied: The values of each parameter that differs, as a text, by its flat name.
        listed: A pasted list of settings; "" for the grid of all values.
        seeds: How many, from the base's own upwards.
    """

    base: Mapping[str, Any]
    varied: Mapping[str, str] = field(default_factory=dict[str, str])
    listed: str = ""
    seeds: int = 1

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "SweepDraft":
        """Read a link; what it does not say is as by default."""
        seeds = query.get(SEEDS, "1")
        return cls(
            base=links.from_query(query),
            varied={
                name.removeprefix(_VARIED): text
                for name, text in query.items()
                if name.startswith(_VARIED)
            },
            listed=query.get(LIST, ""),
            seeds=int(seeds) if seeds.isdecimal() and len(seeds) < 3 else 1,  # noqa: PLR2004
        )

    @classmethod
    def of(cls, spec: SweepSpec) -> "SweepDraft":
        """Return the draft that makes a sweep again."""
        names = [spec.axis_name(axis) for axis in spec.axes]
        base = links.flatten(spec.base) | {"name": spec.name, "training.seed": spec.seeds[0]}
        if spec.listed is not None:
            return cls(base, listed=write_list(names, spec.listed), seeds=len(spec.seeds))
        texts = [write_values(axis.values) for axis in spec.axes]
        return cls(base, dict(zip(names, texts, strict=True)), seeds=len(spec.seeds))

    def to_query(self) -> dict[str, str]:
        """Return the parameters of a link that reproduces the draft."""
        query = links.flat_to_query(self.base) | {SEEDS: str(self.seeds)}
        if self.listed:
            return query | {LIST: self.listed}
        return query | {f"{_VARIED}{name}": text for name, text in self.varied.items()}

    def check(self) -> SweepSpec:
        """Build the sweep.

        Raises:
            InvalidSettings: With a sentence for each mistake, under the flat name of the
                parameter, or `LIST`.
        """
        axes = self._listed() if self.listed else self._grid()
        seed = self.base.get("training.seed", 0)
        first = seed if isinstance(seed, int) else 0
        base = links.nest(self.base)
        name = base.pop("name", "Sweep")
        return check_sweep(
            {
                "name": name,
                "base": base,
                "seeds": tuple(range(first, first + self.seeds)),
                **axes,
            }
        )

    def _grid(self) -> dict[str, Any]:
        axes: list[dict[str, Any]] = []
        problems: list[Problem] = []
        for name, text in self.varied.items():
            try:
                axes.append({**self._place(name), "values": read_values(text)})
            except ValueError as error:
                problems.append(Problem(name, str(error)))
        if problems:
            raise InvalidSettings(problems)
        return {"axes": axes}

    def _listed(self) -> dict[str, Any]:
        try:
            names, settings = read_list(self.listed)
            axes = [self._place(self._full_name(name)) for name in names]
        except ValueError as error:
            raise InvalidSettings([Problem(LIST, str(error))]) from error
        return {"axes": axes, "listed": settings}

    def _place(self, name: str) -> dict[str, Any]:
        callback, _, parameter = name.partition(".")
        callbacks = self._callbacks
        if callback not in callbacks:
            raise ValueError(
                f"The base must have the callback, got {callback!r}. "
                f"It has {', '.join(callbacks) or 'none'}: add it, or choose another parameter."
            )
        return {"callback": callbacks.index(callback), "parameter": parameter}

    def _full_name(self, name: str) -> str:
        """Return the flat name that a heading such as "patience" stands for."""
        if "." in name:
            return name
        found = [each for each in parameters_of(self._callbacks) if each.endswith(f".{name}")]
        if len(found) == 1:
            return found[0]
        if found:
            raise ValueError(
                f"`{name}` must name one parameter, and is one of several callbacks here. "
                f"Write {' or '.join(found)}."
            )
        raise ValueError(
            f"`{name}` must be a parameter of the base's callbacks, "
            f"{', '.join(self._callbacks) or 'of which there are none'}. Check its spelling."
        )

    @property
    def _callbacks(self) -> list[str]:
        return cast("list[str]", self.base.get("callbacks", []))


def parameters_of(callbacks: Sequence[str]) -> list[str]:
    """Return the flat names of the parameters that can differ, of callbacks in their order."""
    return [
        f"{name}.{parameter}"
        for name in callbacks
        if name in _MODELS and name not in REFUSED_CALLBACKS
        for parameter in _MODELS[name].model_fields
        if parameter != "kind"
        and parameter not in _LEAST_USEFUL
        and parameter != _MODELS[name].path_setting
        and (name, parameter) not in REFUSED_PARAMETERS
    ]


def draft_for(base: RunSpec, *, name: str = "Sweep") -> SweepDraft:
    """Return a first draft over a run: two values each of what decides most."""
    kept = without_refused(base)
    kinds = [callback.kind for callback in kept.callbacks]
    flat = links.flatten(kept) | {"name": name}
    if "ReduceLROnPlateau" in kinds:
        varied = {"ReduceLROnPlateau.factor": "0.1, 0.5", "ReduceLROnPlateau.patience": "2, 4"}
    elif "EarlyStopping" in kinds:
        varied = {"EarlyStopping.patience": "3, 6", "EarlyStopping.min_delta": "0, 0.005"}
    else:
        varied = {}
    return SweepDraft(flat, varied, seeds=3)
