"""BackupAndRestore."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, field_validator

from core.specs.callbacks.base import (
    PLAIN_FOLDER,
    PLAIN_FOLDER_RULE,
    CallbackSpec,
    switch_setting,
)
from core.specs.fields import setting


class BackupAndRestore(CallbackSpec):
    """Keep a backup of weights and epoch, to go on after an interruption."""

    path_setting: ClassVar[str] = "backup_dir"

    kind: Literal["BackupAndRestore"] = "BackupAndRestore"
    backup_dir: str = setting(
        "backup",
        "The folder in the run's own directory that takes the backup, and nothing else: it is "
        "deleted at the end. A model that is brought back from it begins every later `fit` at the "
        "backup's epoch: `fit(epochs=6)` after a resume from epoch 3 trains 3 epochs.",
        everyday="The safe for tonight's notes.",
        rule=PLAIN_FOLDER_RULE,
        remedy="Try backup.",
        pattern=PLAIN_FOLDER,
    )
    save_freq: Literal["epoch", False] | Annotated[int, Field(ge=1)] = setting(
        "epoch",
        "'epoch' saves at the end of each epoch, a whole number after that many batches; false "
        "saves after every batch, though Keras's own words promise none.",
        everyday="How often the notes go into the safe.",
        rule="be 'epoch', false or a whole number of batches, 1 or more",
        remedy="Take 'epoch'.",
    )
    double_checkpoint: bool = switch_setting(
        "Whether to keep the backup before the last one too, in case the last is damaged.",
        default=False,
        everyday="Whether to keep yesterday's notes as well.",
        remedy="Take true if the disk is not to be trusted; it takes twice the space.",
    )
    delete_checkpoint: bool = switch_setting(
        "Whether to delete the backup when the training has ended properly. The next training in "
        "the same folder goes on from one that is kept: after a complete training, with as many "
        "epochs, it trains none.",
        default=True,
        everyday="Whether to empty the safe after the exam.",
        remedy="Take true to have the next training in the same folder begin at its first epoch.",
    )

    @field_validator("save_freq", mode="before")
    @classmethod
    def _from_a_text_field(cls, value: Any) -> Any:
        return False if value in ("False", "false") else value
