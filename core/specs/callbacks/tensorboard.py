"""TensorBoard."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator

from core.specs.callbacks.base import (
    PLAIN_FOLDER,
    PLAIN_FOLDER_RULE,
    WHOLE_EPOCHS,
    CallbackSpec,
    switch_setting,
)
from core.specs.fields import setting


class TensorBoard(CallbackSpec):
    """Write logs for the TensorBoard program."""

    path_setting: ClassVar[str] = "log_dir"

    kind: Literal["TensorBoard"] = "TensorBoard"
    log_dir: str = setting(
        "logs",
        "The folder in the run's own directory that takes the logs.",
        everyday="The shelf for the study diary.",
        rule=PLAIN_FOLDER_RULE,
        remedy="Try logs.",
        pattern=PLAIN_FOLDER,
    )
    histogram_freq: int = setting(
        0,
        "Epochs between histograms of the weights; 0 for none.",
        everyday="How often to look at the whole brain rather than the score.",
        rule=WHOLE_EPOCHS,
        remedy="Take 0 for none or 1 for every epoch.",
        ge=0,
    )
    write_graph: bool = switch_setting(
        "Whether to write the model's graph, which can be large.",
        default=True,
        everyday="Whether to file the plan of the course as well.",
        remedy="Take false for smaller logs.",
    )
    write_images: bool = switch_setting(
        "Whether to write the weights as pictures.",
        default=False,
        everyday="Whether to take photographs of the notes.",
        remedy="Take false for smaller logs.",
    )
    write_steps_per_second: bool = switch_setting(
        "Whether to log the speed of training.",
        default=False,
        everyday="Whether to note the pages read an hour.",
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
        rule=WHOLE_EPOCHS,
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
