"""Whose rules, and which way is better: how each release reads `monitor` and `mode`."""

import re
from typing import Literal

Semantics = Literal["keras-3.15", "keras-3.11", "keras-3.10", "pytorch"]
"""Whose rules a replay follows.

keras-3.15: the default; every `fit` starts afresh.
keras-3.11: 3.11.3 to 3.14; a callback used for a second `fit` keeps its `best`.
keras-3.10: ReduceLROnPlateau and ModelCheckpoint compare in float64 with a `best` that starts at
    plus or minus infinity, ReduceLROnPlateau takes `min_delta` with its sign, and "auto" looks
    for "acc" in the name. EarlyStopping is that of 3.15.
pytorch: `torch.optim.lr_scheduler.ReduceLROnPlateau`; it has neither of the other two.
"""

Direction = Literal["min", "max"]
MonitorCallback = Literal["ReduceLROnPlateau", "EarlyStopping", "ModelCheckpoint"]

# The names of Keras's metrics (and of its losses, compiled as metrics) in lower case and without
# underscores, so that "fbeta_score", "f_beta_score" and "FBetaScore" are one entry.
# Source: `_direction` in keras.src.metrics and `MeanMetricWrapper.__init__`, Keras 3.15.
HIGHER_IS_BETTER = frozenset(
    [
        "acc",
        "accuracy",
        "auc",
        "binaryaccuracy",
        "binaryiou",
        "categoricalaccuracy",
        "concordancecorrelation",
        "cosinesimilarity",
        "f1score",
        "fbetascore",
        "iou",
        "meaniou",
        "onehotiou",
        "onehotmeaniou",
        "pearsoncorrelation",
        "precision",
        "precisionatrecall",
        "r2score",
        "recall",
        "recallatprecision",
        "sensitivityatspecificity",
        "sparsecategoricalaccuracy",
        "sparsetopkcategoricalaccuracy",
        "specificityatsensitivity",
        "topkcategoricalaccuracy",
    ]
)
LOWER_IS_BETTER = frozenset(
    [
        "bce",
        "binarycrossentropy",
        "binaryfocalcrossentropy",
        "categoricalcrossentropy",
        "categoricalfocalcrossentropy",
        "categoricalhinge",
        "circle",
        "ctc",
        "dice",
        "hinge",
        "huber",
        "kldivergence",
        "logcosh",
        "logcosherror",
        "loss",
        "mae",
        "mape",
        "meanabsoluteerror",
        "meanabsolutepercentageerror",
        "meansquarederror",
        "meansquaredlogarithmicerror",
        "mse",
        "msle",
        "poisson",
        "rootmeansquarederror",
        "sparsecategoricalcrossentropy",
        "squaredhinge",
        "tversky",
    ]
)


def direction_of(
    monitor: str,
    mode: str = "auto",
    *,
    callback: MonitorCallback = "ReduceLROnPlateau",
    semantics: Semantics = "keras-3.15",
) -> Direction:
    """Tell which way the callback takes for better.

    A model is compiled with metrics; all that is known here is a name, so a metric of Keras is
    taken to be compiled under its own name, or that name and a number ("auc_2").

    Args:
        monitor: A key of `logs`, such as "val_loss".
        mode: "min", "max" or "auto"; Keras takes anything else for "auto", with a warning.
        callback: Whose rule; they differ under "keras-3.10".
        semantics: Whose release.

    Raises:
        ValueError: If `mode` is "auto" and the name tells no direction, as Keras does at the end
            of the first epoch; or if PyTorch, which has no "auto", is asked to guess.

    Source: `MonitorCallback._set_monitor_op`, Keras 3.15; `ReduceLROnPlateau._reset` and
    `ModelCheckpoint.__init__`, Keras 3.10.
    """
    if mode == "min":
        return "min"
    if mode == "max":
        return "max"
    if semantics == "pytorch":
        raise ValueError(
            f"PyTorch's ReduceLROnPlateau knows the modes 'min' and 'max' only, got {mode!r}. "
            f"Say which one suits {monitor!r}."
        )
    if semantics == "keras-3.10" and callback != "EarlyStopping":
        return _direction_before_3_11(monitor, callback)
    return _direction_of_metric(monitor)


def likely_direction(monitor: str) -> Direction:
    """Return which way a metric is better; lower, where its name does not tell."""
    try:
        return direction_of(monitor)
    except ValueError:
        return "min"


def _direction_before_3_11(monitor: str, callback: MonitorCallback) -> Direction:
    fmeasure = callback == "ModelCheckpoint" and monitor.startswith("fmeasure")
    return "max" if "acc" in monitor or fmeasure else "min"


def _direction_of_metric(monitor: str) -> Direction:
    # Keras numbers the metrics of one class, in the order they are made: "auc", "auc_1".
    name = re.sub(r"_\d+$", "", monitor.removeprefix("val_"))
    plain = name.replace("_", "").lower()
    if plain in LOWER_IS_BETTER:
        return "min"
    if plain in HIGHER_IS_BETTER:
        return "max"
    raise ValueError(
        f"`mode='auto'` tells no direction for `monitor={monitor!r}`: it is not the name of a "
        "Keras metric with a direction. Pass mode='max' if higher is better, mode='min' if lower."
    )
