"""ModelCheckpoint."""

import re
from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from core.specs.callbacks.base import (
    FINITE,
    CallbackSpec,
    is_file_name,
    mode_setting,
    monitor_setting,
    switch_setting,
    verbose_setting,
)
from core.specs.fields import setting

_PLACEHOLDER = re.compile(r"\{[A-Za-z_]\w{0,31}(:0?\d{0,2}(\.\d{1,2})?[defg]?)?\}")


class ModelCheckpoint(CallbackSpec):
    """Save the model, or its weights, as the training goes."""

    path_setting: ClassVar[str] = "filepath"

    kind: Literal["ModelCheckpoint"] = "ModelCheckpoint"
    filepath: str = setting(
        "best.keras",
        "The file's name in the run's own directory. `{epoch:02d}` and `{val_loss:.2f}` in it "
        "are filled in, so that each save gets a file of its own.",
        everyday="The label on the copy of the notes.",
        rule="be a plain file name that ends in .keras, or in .weights.h5 when only weights "
        "are saved",
        remedy="Try best.keras, or best.weights.h5 with save_weights_only.",
    )
    monitor: str = monitor_setting(
        "The metric that decides which model is the best.",
        "Which score makes a set of notes worth copying.",
    )
    verbose: Literal[0, 1] = verbose_setting(
        "two lines for each save and, with save_best_only, one where the metric did not improve"
    )
    save_best_only: bool = switch_setting(
        "Whether to save only when the metric beats its best value.",
        default=False,
        everyday="Copy the notes only after a personal best.",
        remedy="Take true to keep the best model.",
    )
    save_weights_only: bool = switch_setting(
        "Whether to save the weights without the model's architecture.",
        default=False,
        everyday="Copy the answers without the questions.",
        remedy="Take false for a file that loads by itself.",
    )
    mode: Literal["auto", "min", "max"] = mode_setting()
    save_freq: Literal["epoch"] | Annotated[int, Field(ge=1)] = setting(
        "epoch",
        "'epoch' saves at the end of each epoch, a whole number after that many batches.",
        everyday="How often the notes are copied.",
        rule="be 'epoch' or a whole number of batches, 1 or more",
        remedy="Take 'epoch'.",
    )
    initial_value_threshold: float | None = setting(
        None,
        "The value to beat from the start. Without one, the first epoch is always an "
        "improvement. Set it on a resumed training to keep an older best file.",
        everyday="Last term's record, to be beaten.",
        rule=FINITE,
        remedy="Leave it empty for none.",
    )

    @field_validator("filepath")
    @classmethod
    def _is_a_plain_name(cls, value: str) -> str:
        # Keras fills the name with str.format, which would follow attributes.
        if not is_file_name(_PLACEHOLDER.sub("0", value)):
            raise ValueError(value)
        return value

    @model_validator(mode="after")
    def _ends_as_keras_wants(self) -> "ModelCheckpoint":
        ending = ".weights.h5" if self.save_weights_only else ".keras"
        if not self.filepath.endswith(ending):
            of_old = ending == ".keras" and self.filepath.endswith(".h5")
            keras = " Keras would write its older format, which is not read here." if of_old else ""
            raise ValueError(
                f"`filepath` must end in {ending} when save_weights_only is "
                f"{self.save_weights_only}, got {self.filepath!r}.{keras} Rename it, or change "
                "save_weights_only."
            )
        return self

    @model_validator(mode="after")
    def _can_be_judged_when_it_saves(self) -> "ModelCheckpoint":
        # Keras 3.15 calls a comparison it has not built yet: 'NoneType' is not callable.
        if self.save_best_only and self.save_freq != "epoch":
            raise ValueError(
                "`save_freq` must be 'epoch' when save_best_only is on, got "
                f"{self.save_freq!r}. Keras cannot tell the best model inside the first epoch: "
                "take 'epoch', or save every time."
            )
        return self
