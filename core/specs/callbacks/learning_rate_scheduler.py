"""LearningRateScheduler, with the functions it can follow."""

from typing import ClassVar, Literal

from pydantic import ValidationInfo, field_validator

from core.specs.callbacks.base import CallbackSpec, verbose_setting
from core.specs.fields import setting
from core.specs.rate_table import read_table

ScheduleKind = Literal["constant", "step", "exponential", "cosine", "warmup", "one_cycle", "table"]


class LearningRateScheduler(CallbackSpec):
    """Set the learning rate at the start of every epoch, by a plan.

    Keras takes a function of the epoch and the current rate. Here the function is one
    of a few, named as in `keras.optimizers.schedules` where they are there; all start
    from the training's `learning_rate`, and `core.specs.schedules.rate_at` is their
    definition.
    """

    own_settings: ClassVar[frozenset[str]] = frozenset(
        ["decay_rate", "decay_epochs", "alpha", "warmup_epochs", "div_factor", "table"]
    )

    kind: Literal["LearningRateScheduler"] = "LearningRateScheduler"
    schedule: ScheduleKind = setting(
        "step",
        "The plan: 'constant' keeps the training's rate, 'step' lowers it every few epochs, "
        "'exponential' a little every epoch, 'cosine' along a half wave; 'warmup' rises, then "
        "falls as 'cosine' does; 'one_cycle' rises and falls along half waves; 'table' takes "
        "your own rates.",
        everyday="The timetable of the term, fixed before it begins.",
        rule="be 'constant', 'step', 'exponential', 'cosine', 'warmup', 'one_cycle' or 'table'",
        remedy="Take 'step' to see the rate fall in stairs.",
    )
    verbose: Literal[0, 1] = verbose_setting()
    decay_rate: float = setting(
        0.5,
        "'step' and 'exponential' multiply the rate by this over `decay_epochs`.",
        everyday="How much calmer each part of the term is than the one before.",
        rule="be greater than 0 and at most 1",
        remedy="Try 0.5, which halves the rate.",
        gt=0,
        le=1,
    )
    decay_epochs: int = setting(
        5,
        "Epochs over which 'step' and 'exponential' multiply the rate by `decay_rate` once.",
        everyday="How long a part of the term is.",
        rule="be a whole number of epochs from 1 to 500",
        remedy="Try 5, or a quarter of all epochs.",
        ge=1,
        le=500,
    )
    alpha: float = setting(
        0.0,
        "The share of the rate that 'cosine', 'warmup' and 'one_cycle' fall towards; the last "
        "epoch still trains a little above it.",
        everyday="How much of the pace is left at the end of the term.",
        rule="lie between 0 and 1",
        remedy="Try 0.01 to end at a hundredth of the rate.",
        ge=0,
        le=1,
    )
    warmup_epochs: int = setting(
        3,
        "Epochs that 'warmup' and 'one_cycle' take to rise to the training's rate.",
        everyday="The gentle weeks at the start of the term.",
        rule="be a whole number of epochs from 0 to 500",
        remedy="Try 3; 0 starts at the full rate.",
        ge=0,
        le=500,
    )
    div_factor: float = setting(
        25.0,
        "'one_cycle' starts at the training's rate divided by this.",
        everyday="How gently the first week begins.",
        rule="lie between 1 and 1000000",
        remedy="Try 25.",
        ge=1,
        le=1e6,
    )
    table: str = setting(
        "1: 0.001, 9: 0.0003",
        "The rates of 'table': each holds from its epoch on, counted from 1 as Keras prints "
        "them; before the first one the training's rate holds.",
        everyday="A timetable written by hand.",
        rule="be epochs and rates, such as 1: 0.001, 9: 0.0003, with epochs that rise from 1 to "
        "999 and rates greater than 0",
        remedy="Write each as epoch: rate, with commas between them.",
    )

    @field_validator("table")
    @classmethod
    def _can_be_read(cls, value: str, info: ValidationInfo) -> str:
        # What another schedule does not use need not be mended.
        if info.data.get("schedule") == "table":
            read_table(value)
        return value
