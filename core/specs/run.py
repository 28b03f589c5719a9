"""Everything that decides a run: scans, model, training and callbacks."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from core.specs import names
from core.specs.callbacks import AnyCallback, SwapEMAWeights
from core.specs.data import ScansSpec, SimulatedScans
from core.specs.fields import setting

FINAL_MODEL = "final.keras"


class TrainingSpec(BaseModel):
    """How `model.compile` and `model.fit` are called."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    model: Literal["small_cnn", "tutorial_cnn"] = setting(
        "small_cnn",
        "`small_cnn` has 247 thousand parameters and learns in seconds an epoch. `tutorial_cnn` "
        "is the tutorial's, 44.9 million at 150 pixels, and wants a GPU or patience.",
        rule="be 'small_cnn' or 'tutorial_cnn'",
        remedy="Take small_cnn.",
    )
    epochs: int = setting(
        16,
        "How often the training goes through all training scans.",
        everyday="The number of study sessions.",
        rule="be a whole number from 1 to 500",
        remedy="Try 16.",
        ge=1,
        le=500,
    )
    batch_size: int = setting(
        32,
        "Scans between two updates of the weights.",
        everyday="Exercises done before looking at the answers.",
        rule="be a whole number from 1 to 1024",
        remedy="Try 32; a smaller batch needs less memory.",
        ge=1,
        le=1024,
    )
    optimizer: Literal["adam", "sgd", "rmsprop"] = setting(
        "adam",
        "The rule that turns gradients into steps; the tutorial takes Adam.",
        everyday="The way of learning from a mistake.",
        rule="be 'adam', 'sgd' or 'rmsprop'",
        remedy="Take adam.",
    )
    learning_rate: float = setting(
        0.001,
        "The size of the optimizer's steps at the start; callbacks change it from there.",
        everyday="How boldly the student changes their mind.",
        rule="be greater than 0 and at most 1000000000",
        remedy="Adam's usual value is 0.001.",
        gt=0,
        le=1e9,
    )
    seed: int = setting(
        0,
        "Draws the first weights, the dropout and the order of the scans.",
        everyday="The luck of the day; compare several.",
        rule="be a whole number from 0 to 2147483647",
        remedy="Try 0.",
        ge=0,
        le=2**31 - 1,
    )
    precision: Literal["float32", "mixed_float16", "mixed_bfloat16"] = setting(
        "float32",
        "Mixed precision is faster on a recent GPU and slower on a CPU.",
        rule="be 'float32', 'mixed_float16' or 'mixed_bfloat16'",
        remedy="Take float32.",
    )
    jit_compile: Literal["auto", "on", "off"] = setting(
        "auto",
        "Whether XLA compiles the training step. 'auto' is Keras's choice; on a CPU, 'on' "
        "took twice as long for these models.",
        rule="be 'auto', 'on' or 'off'",
        remedy="Take auto.",
    )
    deterministic: Literal["auto", "on", "off"] = setting(
        "auto",
        "Whether the same training gives the same numbers to the last bit, so that it can be "
        "continued exactly. 'auto' is on for a CPU and off for a GPU, where it costs time.",
        rule="be 'auto', 'on' or 'off'",
        remedy="Take auto.",
    )
    verbose: Literal[0, 1, 2] = setting(
        1,
        "What `fit` prints: 1 a progress bar, 2 a line an epoch, 0 nothing.",
        rule="be 0, 1 or 2",
        remedy="Take 1.",
    )


class RunSpec(BaseModel):
    """One run, complete: the form, the link and the stored row all come from it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = setting(
        "Quick demo",
        "A name to find the run by.",
        rule=names.RULE,
        remedy="Try a short one, such as patience 2.",
        pattern=names.PATTERN,
    )
    scans: ScansSpec = Field(default_factory=SimulatedScans)
    training: TrainingSpec = Field(default_factory=TrainingSpec)
    callbacks: tuple[AnyCallback, ...] = ()

    @model_validator(mode="after")
    def _each_callback_once(self) -> "RunSpec":
        kinds = [callback.kind for callback in self.callbacks]
        twice = sorted({kind for kind in kinds if kinds.count(kind) > 1})
        if twice:
            raise ValueError(f"Each callback may stand once in a run, got {twice[0]} twice.")
        return self

    @model_validator(mode="after")
    def _each_path_once(self) -> "RunSpec":
        # BackupAndRestore deletes its whole folder at the end of the training, and the run saves
        # its last model when all callbacks are done.
        paths = [
            FINAL_MODEL,
            *(getattr(c, c.path_setting) for c in self.callbacks if c.path_setting),
        ]
        twice = sorted({path for path in paths if paths.count(path) > 1})
        if twice:
            raise ValueError(
                f"Each callback must write to a path of its own, got {twice[0]!r} twice. "
                f"Give one of them another name; {FINAL_MODEL} is that of the run's last model."
            )
        return self

    def with_callback(self, callback: AnyCallback) -> "RunSpec":
        """Return the run with a callback in the place of its own of that kind, or as its last."""
        kinds = [each.kind for each in self.callbacks]
        if callback.kind not in kinds:
            return self.model_copy(update={"callbacks": (*self.callbacks, callback)})
        place = kinds.index(callback.kind)
        callbacks = (*self.callbacks[:place], callback, *self.callbacks[place + 1 :])
        return self.model_copy(update={"callbacks": callbacks})

    @property
    def use_ema(self) -> bool:
        """Whether the optimizer must keep moving averages of the weights, for SwapEMAWeights."""
        return any(isinstance(callback, SwapEMAWeights) for callback in self.callbacks)
