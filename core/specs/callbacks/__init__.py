"""The callbacks a person can set, with every parameter Keras gives them.

Names and defaults are those of Keras 3.15; a test holds them against the
signatures of the installed release.
"""

from typing import Annotated

from pydantic import Field

from core.specs.callbacks.backup_and_restore import BackupAndRestore
from core.specs.callbacks.base import METRICS, CallbackSpec
from core.specs.callbacks.csv_logger import CSVLogger
from core.specs.callbacks.described import DESCRIBED, DescribedCallback
from core.specs.callbacks.early_stopping import EarlyStopping
from core.specs.callbacks.lambda_callback import LambdaCallback
from core.specs.callbacks.learning_rate_scheduler import LearningRateScheduler
from core.specs.callbacks.model_checkpoint import ModelCheckpoint
from core.specs.callbacks.reduce_lr_on_plateau import ReduceLROnPlateau
from core.specs.callbacks.swap_ema_weights import SwapEMAWeights
from core.specs.callbacks.tensorboard import TensorBoard
from core.specs.callbacks.terminate_on_nan import TerminateOnNaN

__all__ = [
    "CALLBACKS",
    "DESCRIBED",
    "METRICS",
    "AnyCallback",
    "BackupAndRestore",
    "CSVLogger",
    "CallbackSpec",
    "DescribedCallback",
    "EarlyStopping",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "ReduceLROnPlateau",
    "SwapEMAWeights",
    "TensorBoard",
    "TerminateOnNaN",
]

AnyCallback = Annotated[
    ReduceLROnPlateau
    | EarlyStopping
    | ModelCheckpoint
    | TensorBoard
    | LearningRateScheduler
    | CSVLogger
    | TerminateOnNaN
    | BackupAndRestore
    | SwapEMAWeights
    | LambdaCallback,
    Field(discriminator="kind"),
]

CALLBACKS: tuple[type[CallbackSpec], ...] = (
    ReduceLROnPlateau,
    EarlyStopping,
    ModelCheckpoint,
    TensorBoard,
    LearningRateScheduler,
    CSVLogger,
    TerminateOnNaN,
    BackupAndRestore,
    SwapEMAWeights,
    LambdaCallback,
)
