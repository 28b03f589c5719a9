"""ReduceLROnPlateau."""

from typing import Literal

from core.specs.callbacks.base import (
    MIN_DELTA_REMEDY,
    MORE_THAN_MIN_DELTA,
    WHOLE_EPOCHS,
    CallbackSpec,
    mode_setting,
    monitor_setting,
    verbose_setting,
)
from core.specs.fields import setting


class ReduceLROnPlateau(CallbackSpec):
    """Lower the learning rate when a metric stops improving."""

    kind: Literal["ReduceLROnPlateau"] = "ReduceLROnPlateau"
    monitor: str = monitor_setting(
        "The metric to watch, read at the end of every epoch.",
        "Which score to watch: the practice test, say, and not the homework.",
    )
    factor: float = setting(
        0.1,
        "Each reduction multiplies the learning rate by this.",
        everyday="How much calmer to study after getting stuck: 0.3 keeps 30 % of the pace.",
        rule="lie strictly between 0 and 1",
        remedy="Each plateau multiplies the learning rate by it: try 0.3, or switch "
        "ReduceLROnPlateau off to keep the rate constant. Keras refuses 1 and more; with 0 or less "
        "it takes the rate straight to min_lr.",
        gt=0,
        lt=1,
    )
    patience: int = setting(
        10,
        "Epochs without improvement after which the rate is reduced. 0 acts like 1.",
        everyday="How many practice tests without a better score the assistant lets pass.",
        rule=WHOLE_EPOCHS,
        remedy="Keras takes a negative one for 1. 2 reacts fast and 10 calmly; try 2 for a short "
        "run.",
        ge=0,
    )
    verbose: Literal[0, 1] = verbose_setting()
    mode: Literal["auto", "min", "max"] = mode_setting()
    min_delta: float = setting(
        1e-4,
        MORE_THAN_MIN_DELTA,
        everyday="How large a rise of the score is too small to count as getting better.",
        rule="be 0 or more",
        remedy=MIN_DELTA_REMEDY,
        ge=0,
    )
    cooldown: int = setting(
        0,
        "Epochs after a reduction during which no waiting is counted. 1 acts like 0.",
        everyday="How long the student may settle into the new pace before being judged again.",
        rule=WHOLE_EPOCHS,
        remedy="Take 0 to start counting at once, as Keras does with a negative one.",
        ge=0,
    )
    min_lr: float = setting(
        0.0,
        "The learning rate is never reduced below this.",
        everyday="The slowest pace at which studying still makes sense.",
        rule="be 0 or more",
        remedy="Take 0 for no lower limit, which is what a negative one is to Keras, or 0.000001.",
        ge=0,
    )
