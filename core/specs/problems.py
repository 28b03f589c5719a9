"""What is wrong with a setting, in one sentence: field, rule, value, remedy."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from core.specs.callbacks import CALLBACKS
from core.specs.data import FolderScans, SimulatedScans
from core.specs.fields import words_of
from core.specs.file_names import unfillable
from core.specs.run import RunSpec, TrainingSpec

_SECTIONS: dict[str, type[BaseModel]] = {
    "simulated": SimulatedScans,
    "folder": FolderScans,
    "training": TrainingSpec,
    **{callback.__name__: callback for callback in CALLBACKS},
}

_CONTAINERS = ("scans", "training", "callbacks")


@dataclass(frozen=True)
class Problem:
    """One refused setting.

    Attributes:
        key: The setting as a link names it, such as "ReduceLROnPlateau.factor".
        sentence: The field, the rule, the value received and the remedy.
    """

    key: str
    sentence: str


class InvalidSettings(ValueError):
    """Settings that cannot be run; `problems` has a sentence for each."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(problem.sentence for problem in problems))
        self.problems = tuple(problems)


def check_run(values: dict[str, Any]) -> RunSpec:
    """Build a `RunSpec` that is about to be started from plain values.

    Raises:
        InvalidSettings: With one problem for each setting that is refused.
    """
    spec = build_run(values)
    check_file_name(spec)
    return spec


def build_run(values: dict[str, Any]) -> RunSpec:
    """Build a `RunSpec` from plain values, also one that was stored and would fail.

    Raises:
        InvalidSettings: With one problem for each setting that is refused.
    """
    try:
        return RunSpec.model_validate(values)
    except ValidationError as error:
        raise InvalidSettings(_problems(error)) from error


def check_file_name(spec: RunSpec) -> None:
    """Refuse a run whose ModelCheckpoint could not name its file.

    Raises:
        InvalidSettings: With the one problem.
    """
    if sentence := unfillable(spec):
        raise InvalidSettings([Problem("ModelCheckpoint.filepath", sentence)])


def _problems(error: ValidationError) -> list[Problem]:
    found = [_problem(dict(detail)) for detail in error.errors(include_url=False)]
    # A setting of several types is refused once for each of them.
    return list({problem.key: problem for problem in found}.values())


def _problem(detail: dict[str, Any]) -> Problem:
    section, model, name = _locate(detail["loc"])
    key = f"{section}.{name}" if section and name else section or name
    field = model.model_fields.get(name)
    if field is None or not words_of(field, "rule"):
        return Problem(key, _own_words(detail, name))
    sentence = (
        f"`{name}` must {words_of(field, 'rule')}, got {detail['input']!r}. "
        f"{words_of(field, 'remedy')}"
    )
    return Problem(key, sentence.strip())


def _locate(location: tuple[int | str, ...]) -> tuple[str, type[BaseModel], str]:
    """Return the section a setting stands in, its model, and its name ("" for the whole)."""
    section, model, name = "", RunSpec, ""
    for part in location:
        if isinstance(part, str) and part in _SECTIONS:
            section, model, name = part, _SECTIONS[part], ""
        elif isinstance(part, str) and (not name or name in _CONTAINERS):
            name = part
    return _named_in_links(section), model, name


def _named_in_links(section: str) -> str:
    return "scans" if section in {"simulated", "folder"} else section


def _own_words(detail: dict[str, Any], name: str) -> str:
    if detail["type"] == "extra_forbidden":
        return f"`{name}` is no setting here, got {detail['input']!r}. Check its spelling."
    if detail["type"] == "union_tag_invalid":
        return f"Unknown kind of callback or scans, got {detail['ctx']['tag']!r}."
    return str(detail["msg"]).removeprefix("Value error, ")
