"""A sweep: one run with other values for some parameters of its callbacks, and several seeds."""

import itertools
import math
from collections.abc import Mapping
from typing import Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    ValidationError,
    model_validator,
)

from core.specs import names
from core.specs.callbacks import ModelCheckpoint
from core.specs.fields import setting
from core.specs.problems import InvalidSettings, Problem, build_run, check_file_name, check_run
from core.specs.run import RunSpec

MOST_RUNS = 500
MOST_SEEDS = 10

REFUSED_CALLBACKS: Mapping[str, str] = {
    "SwapEMAWeights": "it exchanges the weights during each epoch, and settings that share a "
    "training would exchange them for one another",
    "BackupAndRestore": "a sweep keeps the states of its trainings itself",
    "TensorBoard": "every setting would log the same epochs once more; the sweep's own curves "
    "and tables hold them",
}
"""Callbacks that a run of a sweep cannot have, with the reason."""

REFUSED_PARAMETERS: Mapping[tuple[str, str], str] = {
    ("TerminateOnNaN", "raise_error"): "it acts in the middle of an epoch, where settings that "
    "share a training cannot part",
}
"""Parameters of callbacks that cannot differ between the settings of a sweep, with the reason."""

Value = StrictBool | StrictInt | StrictFloat | StrictStr | None
_NAME_LENGTH = 64


class Axis(BaseModel):
    """One parameter of one callback, and the values it takes.

    Attributes:
        callback: The callback's place in `base.callbacks`, from 0.
        parameter: Its name, as Keras has it.
        values: What it takes; a list of settings (`SweepSpec.listed`) needs none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    callback: int = Field(ge=0)
    parameter: str
    values: tuple[Value, ...] = ()


class SweepSpec(BaseModel):
    """A sweep, complete: every setting with every seed is a run.

    Attributes:
        name: What a person calls it.
        base: The run that all others are, but for the values of the axes, and the seed.
        axes: The parameters that differ.
        listed: The settings one by one, each with a value for every axis; None for the grid
            of all values of all axes.
        seeds: What `training.seed` takes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = setting(
        "Sweep",
        "A name to find the sweep by.",
        rule=names.RULE,
        remedy="Try a short one, such as factor and patience.",
        pattern=names.PATTERN,
    )
    base: RunSpec
    axes: tuple[Axis, ...]
    listed: tuple[tuple[Value, ...], ...] | None = None
    seeds: tuple[int, ...] = (0,)

    @model_validator(mode="after")
    def _can_be_run(self) -> "SweepSpec":
        self._check_seeds()
        self._check_axes()
        self._check_count()
        self._check_settings()
        return self

    def combinations(self) -> tuple[tuple[Value, ...], ...]:
        """Return the values of each setting, one for every axis."""
        if self.listed is not None:
            return self.listed
        return tuple(itertools.product(*(axis.values for axis in self.axes)))

    def values_of(self, setting: int) -> tuple[Value, ...]:
        """Return the values of one setting, counted from 0."""
        return self.combinations()[setting]

    def settings(self) -> tuple[RunSpec, ...]:
        """Return a run for each setting, with the first seed."""
        return tuple(self.run_spec(index, self.seeds[0]) for index in range(self.setting_count))

    def run_spec(self, setting: int, seed: int) -> RunSpec:
        """Return the run of a setting with a seed; run alone, it gives the same curve."""
        return build_run(self._run_values(self.values_of(setting), f" {setting + 1} s{seed}", seed))

    @property
    def setting_count(self) -> int:
        """How many settings there are."""
        if self.listed is not None:
            return len(self.listed)
        return math.prod(len(axis.values) for axis in self.axes)

    @property
    def run_count(self) -> int:
        """How many runs that makes: every setting with every seed."""
        return self.setting_count * len(self.seeds)

    def axis_name(self, axis: Axis) -> str:
        """Return an axis as a link names it, such as "ReduceLROnPlateau.factor"."""
        return f"{self.base.callbacks[axis.callback].kind}.{axis.parameter}"

    def _run_values(self, values: tuple[Value, ...], ending: str, seed: int) -> dict[str, Any]:
        run = self.base.model_dump()
        run["name"] = self.name[: _NAME_LENGTH - len(ending)] + ending
        run["training"]["seed"] = seed
        for axis, value in zip(self.axes, values, strict=True):
            run["callbacks"][axis.callback][axis.parameter] = value
        return run

    def _check_seeds(self) -> None:
        distinct = len(set(self.seeds)) == len(self.seeds)
        if not distinct or not 1 <= len(self.seeds) <= MOST_SEEDS:
            raise ValueError(
                f"`seeds` must be 1 to {MOST_SEEDS} different whole numbers, got "
                f"{', '.join(map(str, self.seeds)) or 'none'}. Try 0, 1 and 2."
            )

    def _check_axes(self) -> None:
        if not self.axes:
            raise ValueError(
                "A sweep must have at least one parameter that differs, got none. Choose one of "
                "a callback, such as the patience of ReduceLROnPlateau."
            )
        for callback in self.base.callbacks:
            if callback.kind in REFUSED_CALLBACKS:
                raise ValueError(
                    f"A sweep cannot have {callback.kind}: {REFUSED_CALLBACKS[callback.kind]}. "
                    "Leave it out, or train its runs one by one."
                )
        for axis in self.axes:
            self._check_axis(axis)

    def _check_axis(self, axis: Axis) -> None:
        callbacks = self.base.callbacks
        if axis.callback >= len(callbacks):
            raise ValueError(
                f"The run has {len(callbacks)} callbacks, got one at place {axis.callback + 1}. "
                "Add the callback to the run first."
            )
        model, name = type(callbacks[axis.callback]), self.axis_name(axis)
        known = [field for field in model.model_fields if field != "kind"]
        if axis.parameter not in known:
            raise ValueError(
                f"{model.__name__} must have the parameter, got {axis.parameter!r}. It has "
                f"{', '.join(known)}."
            )
        if (model.__name__, axis.parameter) in REFUSED_PARAMETERS:
            reason = REFUSED_PARAMETERS[model.__name__, axis.parameter]
            raise ValueError(f"`{name}` cannot differ in a sweep: {reason}. Choose another one.")
        if [self.axis_name(each) for each in self.axes].count(name) > 1:
            raise ValueError(f"Each parameter must stand once in a sweep, got `{name}` twice.")
        if self.listed is None and not axis.values:
            raise ValueError(f"`{name}` must have at least one value, got none. Try two or three.")

    def _check_count(self) -> None:
        for values in self.listed or ():
            if len(values) != len(self.axes):
                raise ValueError(
                    f"Each setting must have {len(self.axes)} values, one for every parameter, "
                    f"got {len(values)}: {values!r}."
                )
        if not 1 <= self.run_count <= MOST_RUNS:
            raise ValueError(
                f"A sweep must have 1 to {MOST_RUNS} runs, got {self.setting_count} settings with "
                f"{len(self.seeds)} seeds, which makes {self.run_count}. Take fewer values."
            )

    def _check_settings(self) -> None:
        seen: dict[RunSpec, tuple[Value, ...]] = {}
        for values in self.combinations():
            spec = build_run(self._run_values(values, "", self.seeds[0]))
            if spec in seen:
                raise ValueError(
                    f"Each setting must stand once in a sweep, got {seen[spec]!r} and {values!r}, "
                    "which are the same."
                )
            seen[spec] = values
        for seed in self.seeds[1:]:
            build_run(self._run_values(self.values_of(0), "", seed))


def check_sweep(values: Mapping[str, Any]) -> SweepSpec:
    """Build a `SweepSpec` that is about to be started from plain values.

    Raises:
        InvalidSettings: With a sentence for what is refused.
    """
    try:
        spec = SweepSpec.model_validate(values)
    except ValidationError as error:
        details: list[dict[str, Any]] = [dict(each) for each in error.errors(include_url=False)]
        if any(detail["loc"][:1] == ("base",) for detail in details):
            check_run(dict(values["base"]))
        raise InvalidSettings([_problem(detail) for detail in details]) from error
    if any(isinstance(callback, ModelCheckpoint) for callback in spec.base.callbacks):
        for each in spec.settings():
            check_file_name(each)
    return spec


def without_refused(base: RunSpec) -> RunSpec:
    """Return a run without the callbacks that a sweep cannot have."""
    kept = tuple(each for each in base.callbacks if each.kind not in REFUSED_CALLBACKS)
    return base.model_copy(update={"callbacks": kept})


def _problem(detail: Mapping[str, Any]) -> Problem:
    key = ".".join(str(part) for part in detail["loc"])
    if detail["loc"] == ("name",):
        said = f"`name` must {names.RULE}, got {detail['input']!r}. Try a short one."
        return Problem(key, said)
    message = str(detail["msg"]).removeprefix("Value error, ")
    return Problem(key, message if detail["loc"] == () else f"`{key}`: {message}.")
