"""LambdaCallback, with functions that print."""

from typing import Literal

from core.specs.callbacks.base import CallbackSpec, switch_setting

_REMEDY = "Take true to see the call on the console."


class LambdaCallback(CallbackSpec):
    """Print a line each time Keras calls a hook, with what it hands over.

    Keras takes a function for each hook; here each is on or off, and the function
    prints its arguments. Off is Keras's None.
    """

    kind: Literal["LambdaCallback"] = "LambdaCallback"
    on_epoch_begin: bool = switch_setting(
        "Print the call at the start of each epoch, before any batch.",
        default=False,
        everyday="Say when a study session begins.",
        remedy=_REMEDY,
    )
    on_epoch_end: bool = switch_setting(
        "Print the call at the end of each epoch, with the metrics of training and validation.",
        default=False,
        everyday="Say the marks after each practice test.",
        remedy=_REMEDY,
    )
    on_train_begin: bool = switch_setting(
        "Print the call when `fit` begins.",
        default=False,
        everyday="Say when the term begins.",
        remedy=_REMEDY,
    )
    on_train_end: bool = switch_setting(
        "Print the call when `fit` ends, with the metrics of the last epoch.",
        default=False,
        everyday="Say when the term is over.",
        remedy=_REMEDY,
    )
    on_train_batch_begin: bool = switch_setting(
        "Print the call before each training batch.",
        default=False,
        everyday="Say when an exercise is begun.",
        remedy=_REMEDY,
    )
    on_train_batch_end: bool = switch_setting(
        "Print the call after each training batch, with the running means of its epoch.",
        default=False,
        everyday="Say how each exercise went.",
        remedy=_REMEDY,
    )
