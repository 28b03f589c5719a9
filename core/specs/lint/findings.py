"""What a rule looks at, and what it finds."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_args

from core.specs.callbacks import CallbackSpec
from core.specs.run import RunSpec

Severity = Literal["error", "warning", "note"]

SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""The worst first."""

Chosen = TypeVar("Chosen", bound=CallbackSpec)

_KERAS = "https://github.com/keras-team/keras"


@dataclass(frozen=True)
class Finding:
    """A setting that will not do what a person expects of it.

    Attributes:
        rule: The rule's name, such as "cooldown_of_one".
        severity: "error" fails the run; "warning" is hardly ever meant; "note" is good to know.
        key: The flat name of the setting, such as "ReduceLROnPlateau.cooldown".
        sentence: What will happen, with the numbers of this run.
        evidence: Address of the source or issue that shows it.
        remedy: What to do instead, a sentence.
        fix: Flat names and values that do it; empty if no setting can.
    """

    rule: str
    severity: Severity
    key: str
    sentence: str
    evidence: str
    remedy: str
    fix: Mapping[str, Any]

    @property
    def callback(self) -> str:
        """The callback that it is about."""
        return self.key.partition(".")[0]


@dataclass(frozen=True)
class Case:
    """The configuration that the rules look at.

    Attributes:
        spec: The run.
        noise: Standard deviation of a metric on its plateau, by the metric's name.
        schedule_object: The class of the schedule that a person's code gives the optimizer
            as its rate, "" for a plain number.
    """

    spec: RunSpec
    noise: Mapping[str, float]
    schedule_object: str

    @property
    def epochs(self) -> int:
        """Epochs of the run."""
        return self.spec.training.epochs

    @property
    def order(self) -> list[str]:
        """The callbacks' names in their order."""
        return [callback.kind for callback in self.spec.callbacks]

    def find(self, kind: type[Chosen]) -> Chosen | None:
        """Return the run's callback of a kind, or None."""
        return next((c for c in self.spec.callbacks if isinstance(c, kind)), None)

    def without(self, name: str) -> dict[str, Any]:
        """Return the change that takes a callback out."""
        return {"callbacks": [other for other in self.order if other != name]}


Rule = Callable[[Case], Iterator[Finding]]


def keras_source(file: str) -> str:
    """Return the address of a callback's source, as released."""
    return f"{_KERAS}/blob/v3.15.1/keras/src/callbacks/{file}"


def keras_issue(number: int) -> str:
    """Return the address of an issue of Keras."""
    return f"{_KERAS}/issues/{number}"


def tensorflow_issue(number: int) -> str:
    """Return the address of an issue of TensorFlow."""
    return f"https://github.com/tensorflow/tensorflow/issues/{number}"


def count_epochs(count: int) -> str:
    """Return a number of epochs in words: "1 epoch", "7 epochs"."""
    return f"{count} epoch" if count == 1 else f"{count} epochs"
