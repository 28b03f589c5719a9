"""TerminateOnNaN."""

from typing import Literal

from core.specs.callbacks.base import CallbackSpec, switch_setting


class TerminateOnNaN(CallbackSpec):
    """Stop the training at the first batch whose loss is not a number."""

    kind: Literal["TerminateOnNaN"] = "TerminateOnNaN"
    raise_error: bool = switch_setting(
        "Whether to break off with an error. Otherwise the epoch is still validated and logged, "
        "and the other callbacks may end properly: EarlyStopping puts its best weights back.",
        default=False,
        everyday="Whether to leave the room at once, or to hand in the spoilt paper first.",
        remedy="Take false to see the broken epoch in the history.",
    )
