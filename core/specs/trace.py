"""What a person can choose of a training that is traced."""

from collections.abc import Mapping
from typing import Any

from annotated_types import Ge, Le
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from core.specs.callbacks import (
    CALLBACKS,
    AnyCallback,
    CSVLogger,
    EarlyStopping,
    LambdaCallback,
    LearningRateScheduler,
    ModelCheckpoint,
    ReduceLROnPlateau,
)
from core.specs.data import SimulatedScans
from core.specs.fields import setting, words_of
from core.specs.run import RunSpec, TrainingSpec

NAMES = tuple(callback.__name__ for callback in CALLBACKS)
# 40 subjects give 64 scans to train on and 16 to validate on.
SCANS = SimulatedScans(subjects=40, image_size=32)
_TRAINING_SCANS = 64
# No accuracy rises by more than 1: only the first epoch counts as an improvement.
_NEVER_BETTER = 1.0
_WAITING = ("ReduceLROnPlateau", "EarlyStopping")


class InvalidTrace(ValueError):
    """A choice that cannot be traced; the message is a sentence for the person."""


class TraceSpec(BaseModel):
    """A tiny training whose calls are all written down."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    callbacks: tuple[str, ...] = setting(
        ("CSVLogger", "ReduceLROnPlateau", "EarlyStopping", "ModelCheckpoint"),
        "The callbacks in the order of the list that `fit` is given.",
        rule="be names of Keras callbacks, each of them once",
        remedy=f"Choose among {', '.join(NAMES)}.",
    )
    epochs: int = setting(
        5,
        "Epochs that `fit` is asked for; EarlyStopping may end it before.",
        rule="be a whole number from 1 to 6",
        remedy="5 lets every callback act.",
        ge=1,
        le=6,
    )
    batches: int = setting(
        3,
        "Training batches in an epoch.",
        rule="be a whole number from 1 to 4",
        remedy="Take 3.",
        ge=1,
        le=4,
    )
    reduce_patience: int = setting(
        2,
        "The patience of ReduceLROnPlateau. Its min_delta is 1 here, more than an accuracy can "
        "rise, so it acts as soon as its patience is at an end.",
        rule="be a whole number from 1 to 5",
        remedy="2 reduces the rate at the end of epoch 3.",
        ge=1,
        le=5,
    )
    stop_patience: int = setting(
        3,
        "The patience of EarlyStopping, whose min_delta is 1 here too.",
        rule="be a whole number from 1 to 5",
        remedy="3 stops at the end of epoch 4.",
        ge=1,
        le=5,
    )

    @field_validator("callbacks")
    @classmethod
    def _known_and_once(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if set(names) <= set(NAMES) and len(set(names)) == len(names):
            return names
        raise ValueError("refused")

    @property
    def never_better_told(self) -> str:
        """Why callbacks wait in a trace whose accuracy rises, in Markdown; "" if none does."""
        waiting = [name for name in self.callbacks if name in _WAITING]
        if not waiting:
            return ""
        one = len(waiting) == 1
        return (
            f"{' and '.join(f'`{name}`' for name in waiting)} {'has' if one else 'have'} a "
            f"`min_delta` of {_NEVER_BETTER:g} here, more than an accuracy can rise: "
            f"{'it counts' if one else 'they count'} every epoch but the first as one without "
            "improvement, also where `val_accuracy` rises, so as to act within these few epochs."
        )

    def to_run(self) -> RunSpec:
        """Return the run that is traced: small network, tiny scans, these callbacks."""
        return RunSpec(
            name="Trace",
            scans=SCANS,
            training=TrainingSpec(
                epochs=self.epochs, batch_size=-(-_TRAINING_SCANS // self.batches)
            ),
            callbacks=tuple(self._callback(name) for name in self.callbacks),
        )

    def _callback(self, name: str) -> AnyCallback:
        """Return the settings that let a callback show in a few epochs what it does."""
        watch: dict[str, Any] = {"monitor": "val_accuracy", "min_delta": _NEVER_BETTER}
        made: dict[str, AnyCallback] = {
            "ReduceLROnPlateau": ReduceLROnPlateau(
                **watch, factor=0.5, patience=self.reduce_patience, verbose=1
            ),
            "EarlyStopping": EarlyStopping(
                **watch, patience=self.stop_patience, restore_best_weights=True, verbose=1
            ),
            "ModelCheckpoint": ModelCheckpoint(
                filepath="best.keras", monitor="val_accuracy", save_best_only=True, verbose=1
            ),
            "CSVLogger": CSVLogger(),
            "LearningRateScheduler": LearningRateScheduler(schedule="exponential", verbose=1),
            "LambdaCallback": LambdaCallback.model_validate(
                dict.fromkeys(LambdaCallback.keras_parameters(), True)
            ),
        }
        kinds: dict[str, Any] = {callback.__name__: callback for callback in CALLBACKS}
        return made.get(name) or kinds[name]()

    def to_query(self) -> dict[str, str]:
        """Return the query parameters that reproduce the choice; defaults are left out."""
        names = {"callbacks": ",".join(self.callbacks)}
        values = self.model_dump(exclude={"callbacks"}, exclude_defaults=True)
        return names | {name: str(value) for name, value in values.items()}


def bounds_of(name: str) -> tuple[int, int]:
    """Return the least and the greatest value of a number of `TraceSpec`."""
    bounds = TraceSpec.model_fields[name].metadata
    (least,) = (each.ge for each in bounds if isinstance(each, Ge))
    (greatest,) = (each.le for each in bounds if isinstance(each, Le))
    return int(least), int(greatest)  # pyright: ignore[reportArgumentType] - whole numbers here


def trace_from(values: Mapping[str, Any]) -> TraceSpec:
    """Build a `TraceSpec` from plain values, such as a link's; other names are ignored.

    Raises:
        InvalidTrace: If a value is refused, with a sentence: field, rule, value, remedy.
    """
    known = {name: values[name] for name in TraceSpec.model_fields if name in values}
    if isinstance(known.get("callbacks"), str):
        known["callbacks"] = tuple(name for name in known["callbacks"].split(",") if name)
    try:
        return TraceSpec.model_validate(known)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        name = str(detail["loc"][0])
        field = TraceSpec.model_fields[name]
        raise InvalidTrace(
            f"`{name}` must {words_of(field, 'rule')}, got {values[name]!r}. "
            f"{words_of(field, 'remedy')}"
        ) from error
