"""SwapEMAWeights."""

from typing import Literal

from core.specs.callbacks.base import CallbackSpec, switch_setting


class SwapEMAWeights(CallbackSpec):
    """Validate with a moving average of the weights; the optimizer then keeps one."""

    kind: Literal["SwapEMAWeights"] = "SwapEMAWeights"
    swap_on_epoch: bool = switch_setting(
        "Whether the averaged weights stay in the model at the end of each epoch, so that a "
        "ModelCheckpoint placed after it saves them.",
        default=False,
        everyday="Whether to copy out the average of all notes, or only to be examined on it.",
        remedy="Take true if ModelCheckpoint shall save the averaged weights.",
    )
