"""The callbacks a person can set, with every parameter Keras gives them.

Names and defaults are those of Keras 3.15; a test holds them against the
signatures of the installed release.
"""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from core.specs.fields import setting

METRICS = ("loss", "accuracy", "val_loss", "val_accuracy")

_MODE = (
    "Whether lower ('min') or higher ('max') values of the metric are better; 'auto' asks the "
    "compiled metrics, and Keras raises an error if the name tells it nothing."
)
_MODE_EVERYDAY = "Whether a higher score is better, as for marks, or a lower one, as for mistakes."
_MONITOR_RULE = "be the name of a metric: letters, digits and _"
_MONITOR_REMEDY = "Take one of loss, accuracy, val_loss and val_accuracy."
_METRIC_NAME = r"^[A-Za-z_]\w{0,63}$"
_VERBOSE = "1 prints a line each time the callback acts, 0 keeps it silent."
_VERBOSE_EVERYDAY = "Whether the assistant says aloud what it does."
_THRESHOLD = (
    "The value to beat from the start. Without one, the first epoch is always an improvement."
)
_FINITE = "be an ordinary number"

_PLACEHOLDER = re.compile(r"\{[A-Za-z_]\w{0,31}(:0?\d{0,2}(\.\d{1,2})?[defg]?)?\}")
_FILE_NAME = re.compile(r"[\w.-]{1,100}")


class CallbackSpec(BaseModel):
    """What all callback settings share: frozen, and no unknown names."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ReduceLROnPlateau(CallbackSpec):
    """Lower the learning rate when a metric stops improving."""

    kind: Literal["ReduceLROnPlateau"] = "ReduceLROnPlateau"
    monitor: str = setting(
        "val_loss",
        "The metric to watch, read at the end of every epoch.",
        everyday="Which score to watch: the practice test, say, and not the homework.",
        rule=_MONITOR_RULE,
        remedy=_MONITOR_REMEDY,
        pattern=_METRIC_NAME,
    )
    factor: float = setting(
        0.1,
        "Each reduction multiplies the learning rate by this.",
        everyday="How much calmer to study after getting stuck: 0.3 keeps 30 % of the pace.",
        rule="lie strictly between 0 and 1",
        remedy="Each plateau multiplies the learning rate by it: try 0.3, or switch "
        "ReduceLROnPlateau off to keep the rate constant.",
        gt=0,
        lt=1,
    )
    patience: int = setting(
        10,
        "Epochs without improvement after which the rate is reduced. 0 acts like 1.",
        everyday="How many practice tests without a better score the assistant lets pass.",
        rule="be a whole number of epochs, 0 or more",
        remedy="2 reacts fast and 10 calmly; try 2 for a short run.",
        ge=0,
    )
    verbose: Literal[0, 1] = setting(
        0,
        _VERBOSE,
        everyday=_VERBOSE_EVERYDAY,
        rule="be 0 or 1",
        remedy="Take 1 to see Keras's line.",
    )
    mode: Literal["auto", "min", "max"] = setting(
        "auto",
        _MODE,
        everyday=_MODE_EVERYDAY,
        rule="be 'auto', 'min' or 'max'",
        remedy="Take 'max' for an accuracy and 'min' for a loss.",
    )
    min_delta: float = setting(
        1e-4,
        "The smallest change that counts as an improvement, in the metric's own units "
        "(not a share of it).",
        everyday="How small a rise of the score still counts as getting better.",
        rule="be 0 or more",
        remedy="Keras would drop the minus sign without a word: try 0.001.",
        ge=0,
    )
    cooldown: int = setting(
        0,
        "Epochs after a reduction during which no waiting is counted. 1 acts like 0.",
        everyday="How long the student may settle into the new pace before being judged again.",
        rule="be a whole number of epochs, 0 or more",
        remedy="Take 0 to start counting at once.",
        ge=0,
    )
    min_lr: float = setting(
        0.0,
        "The learning rate is never reduced below this.",
        everyday="The slowest pace at which studying still makes sense.",
        rule="be 0 or more",
        remedy="Take 0 for no lower limit, or 0.000001.",
        ge=0,
    )


class EarlyStopping(CallbackSpec):
    """Stop the training when a metric has stopped improving."""

    kind: Literal["EarlyStopping"] = "EarlyStopping"
    monitor: str = setting(
        "val_loss",
        "The metric to watch, read at the end of every epoch.",
        everyday="Which score decides whether more studying is worth it.",
        rule=_MONITOR_RULE,
        remedy=_MONITOR_REMEDY,
        pattern=_METRIC_NAME,
    )
    min_delta: float = setting(
        0.0,
        "The smallest change that counts as an improvement, in the metric's own units.",
        everyday="How small a rise of the score still counts as getting better.",
        rule="be 0 or more",
        remedy="Keras would drop the minus sign without a word: try 0.001.",
        ge=0,
    )
    patience: int = setting(
        0,
        "Epochs without improvement after which the training stops. 0 acts like 1.",
        everyday="How many practice tests without a better score before calling it a day.",
        rule="be a whole number of epochs, 0 or more",
        remedy="Take more than the patience of ReduceLROnPlateau, so that a lower rate gets "
        "its chance: try 5.",
        ge=0,
    )
    verbose: Literal[0, 1] = setting(
        0,
        _VERBOSE,
        everyday=_VERBOSE_EVERYDAY,
        rule="be 0 or 1",
        remedy="Take 1 to see Keras's line.",
    )
    mode: Literal["auto", "min", "max"] = setting(
        "auto",
        _MODE,
        everyday=_MODE_EVERYDAY,
        rule="be 'auto', 'min' or 'max'",
        remedy="Take 'max' for an accuracy and 'min' for a loss.",
    )
    baseline: float | None = setting(
        None,
        "A value the metric has to beat: until it does, waiting is counted even while the "
        "metric improves.",
        everyday="The pass mark: improvement below it does not count.",
        rule=_FINITE,
        remedy="Leave it empty for no baseline.",
    )
    restore_best_weights: bool = setting(
        default=False,
        description="Whether to put back the weights of the best epoch at the end, also when "
        "training ran to its last epoch.",
        everyday="Whether to hand in the best practice paper or the last one.",
        rule="be true or false",
        remedy="Take true to keep what the waiting lost.",
    )
    start_from_epoch: int = setting(
        0,
        "Epochs to let pass before watching. Those epochs never become the best.",
        everyday="A grace period at the start of the term.",
        rule="be a whole number of epochs, 0 or more",
        remedy="Take 0 to watch from the start.",
        ge=0,
    )


class ModelCheckpoint(CallbackSpec):
    """Save the model, or its weights, as the training goes."""

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
    monitor: str = setting(
        "val_loss",
        "The metric that decides which model is the best.",
        everyday="Which score makes a set of notes worth copying.",
        rule=_MONITOR_RULE,
        remedy=_MONITOR_REMEDY,
        pattern=_METRIC_NAME,
    )
    verbose: Literal[0, 1] = setting(
        0,
        _VERBOSE,
        everyday=_VERBOSE_EVERYDAY,
        rule="be 0 or 1",
        remedy="Take 1 to see Keras's line.",
    )
    save_best_only: bool = setting(
        default=False,
        description="Whether to save only when the metric beats its best value.",
        everyday="Copy the notes only after a personal best.",
        rule="be true or false",
        remedy="Take true to keep the best model.",
    )
    save_weights_only: bool = setting(
        default=False,
        description="Whether to save the weights without the model's architecture.",
        everyday="Copy the answers without the questions.",
        rule="be true or false",
        remedy="Take false for a file that loads by itself.",
    )
    mode: Literal["auto", "min", "max"] = setting(
        "auto",
        _MODE,
        everyday=_MODE_EVERYDAY,
        rule="be 'auto', 'min' or 'max'",
        remedy="Take 'max' for an accuracy and 'min' for a loss.",
    )
    save_freq: Literal["epoch"] | Annotated[int, Field(ge=1)] = setting(
        "epoch",
        "'epoch' saves at the end of each epoch, a whole number after that many batches.",
        everyday="How often the notes are copied.",
        rule="be 'epoch' or a whole number of batches, 1 or more",
        remedy="Take 'epoch'.",
    )
    initial_value_threshold: float | None = setting(
        None,
        _THRESHOLD + " Set it on a resumed training to keep an older best file.",
        everyday="Last term's record, to be beaten.",
        rule=_FINITE,
        remedy="Leave it empty for none.",
    )

    @field_validator("filepath")
    @classmethod
    def _is_a_plain_name(cls, value: str) -> str:
        # Keras fills the name with str.format, which would follow attributes.
        bare = _PLACEHOLDER.sub("0", value)
        if not _FILE_NAME.fullmatch(bare) or bare.startswith("."):
            raise ValueError(value)
        return value

    @model_validator(mode="after")
    def _ends_as_keras_wants(self) -> "ModelCheckpoint":
        ending = ".weights.h5" if self.save_weights_only else ".keras"
        if not self.filepath.endswith(ending):
            raise ValueError(
                f"`filepath` must end in {ending} when save_weights_only is "
                f"{self.save_weights_only}, got {self.filepath!r}. Rename it, or change "
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


class TensorBoard(CallbackSpec):
    """Write logs for the TensorBoard program."""

    kind: Literal["TensorBoard"] = "TensorBoard"
    log_dir: str = setting(
        "logs",
        "The folder in the run's own directory that takes the logs.",
        everyday="The shelf for the study diary.",
        rule="be a plain folder name: letters, digits, ., - and _",
        remedy="Try logs.",
        pattern=r"^\w[\w.-]{0,63}$",
    )
    histogram_freq: int = setting(
        0,
        "Epochs between histograms of the weights; 0 for none.",
        everyday="How often to look at the whole brain rather than the score.",
        rule="be a whole number of epochs, 0 or more",
        remedy="Take 0 for none or 1 for every epoch.",
        ge=0,
    )
    write_graph: bool = setting(
        default=True,
        description="Whether to write the model's graph, which can be large.",
        everyday="Whether to file the plan of the course as well.",
        rule="be true or false",
        remedy="Take false for smaller logs.",
    )
    write_images: bool = setting(
        default=False,
        description="Whether to write the weights as pictures.",
        everyday="Whether to take photographs of the notes.",
        rule="be true or false",
        remedy="Take false for smaller logs.",
    )
    write_steps_per_second: bool = setting(
        default=False,
        description="Whether to log the speed of training.",
        everyday="Whether to note the pages read an hour.",
        rule="be true or false",
        remedy="Take false to leave it out.",
    )
    update_freq: Literal["epoch", "batch"] | Annotated[int, Field(ge=1)] = setting(
        "epoch",
        "'epoch', 'batch', or a number of batches between two writes.",
        everyday="How often the diary is written.",
        rule="be 'epoch', 'batch' or a whole number of batches, 1 or more",
        remedy="Take 'epoch': writing every batch slows the training.",
    )
    profile_batch: Annotated[int, Field(ge=0)] | tuple[int, int] = setting(
        0,
        "The batch to profile, or the first and last of several; 0 for none.",
        everyday="The hour to be watched with a stop-watch.",
        rule="be 0, a batch number, or two batch numbers, the first one smaller",
        remedy="Take 0 to leave profiling off.",
    )
    embeddings_freq: int = setting(
        0,
        "Epochs between pictures of embedding layers; our models have none, so 0.",
        everyday="Nothing to see in these models.",
        rule="be a whole number of epochs, 0 or more",
        remedy="Take 0.",
        ge=0,
    )
    embeddings_metadata: None = setting(
        None,
        "A file of labels for embedding layers; our models have none.",
        everyday="Nothing to see in these models.",
        rule="be empty, because our models have no Embedding layer",
        remedy="Leave it empty.",
    )

    @field_validator("profile_batch")
    @classmethod
    def _is_a_range(cls, value: int | tuple[int, int]) -> int | tuple[int, int]:
        if isinstance(value, tuple) and not 0 < value[0] < value[1]:
            raise ValueError(value)
        return value


AnyCallback = Annotated[
    ReduceLROnPlateau | EarlyStopping | ModelCheckpoint | TensorBoard,
    Field(discriminator="kind"),
]

CALLBACKS: tuple[type[CallbackSpec], ...] = (
    ReduceLROnPlateau,
    EarlyStopping,
    ModelCheckpoint,
    TensorBoard,
)
