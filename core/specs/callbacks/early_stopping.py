"""EarlyStopping."""

from typing import Literal

from core.specs.callbacks.base import (
    FINITE,
    MIN_DELTA_REMEDY,
    MORE_THAN_MIN_DELTA,
    WHOLE_EPOCHS,
    CallbackSpec,
    mode_setting,
    monitor_setting,
    switch_setting,
    verbose_setting,
)
from core.specs.fields import setting


class EarlyStopping(CallbackSpec):
    """Stop the training when a metric has stopped improving."""

    kind: Literal["EarlyStopping"] = "EarlyStopping"
    monitor: str = monitor_setting(
        "The metric to watch, read at the end of every epoch.",
        "Which score decides whether more studying is worth it.",
    )
    min_delta: float = setting(
        0.0,
        MORE_THAN_MIN_DELTA,
        everyday="How large a rise of the score is too small to count as getting better.",
        rule="be 0 or more",
        remedy=MIN_DELTA_REMEDY,
        ge=0,
    )
    patience: int = setting(
        0,
        "Epochs without improvement after which the training stops. 0 acts like 1.",
        everyday="How many practice tests without a better score before calling it a day.",
        rule=WHOLE_EPOCHS,
        remedy="Keras takes a negative one for 1. Try 5: more than the patience of "
        "ReduceLROnPlateau, so that a lower rate gets its chance.",
        ge=0,
    )
    verbose: Literal[0, 1] = verbose_setting()
    mode: Literal["auto", "min", "max"] = mode_setting()
    baseline: float | None = setting(
        None,
        "A value the metric has to beat: until it does, waiting is counted even while the "
        "metric improves.",
        everyday="The pass mark: improvement below it does not count.",
        rule=FINITE,
        remedy="Leave it empty for no baseline.",
    )
    restore_best_weights: bool = switch_setting(
        "Whether to put back the weights of the best epoch at the end, also when training ran to "
        "its last epoch. Not if `fit` ends with an error, or by Ctrl-C in your own program: Keras "
        "does it in `on_train_end`, which Stop here calls.",
        default=False,
        everyday="Whether to hand in the best practice paper or the last one.",
        remedy="Take true to keep what the waiting lost.",
    )
    start_from_epoch: int = setting(
        0,
        "Epochs to let pass before watching. Those epochs never become the best.",
        everyday="A grace period at the start of the term.",
        rule=WHOLE_EPOCHS,
        remedy="Take 0 to watch from the start, as Keras does with a negative one.",
        ge=0,
    )
