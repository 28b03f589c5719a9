"""Keras's own callback over curves, in a loop: `python -m benchmarks.keras_loop DIRECTORY`.

Reads `question.json` in the directory: the callback's class, the arguments of each, and the curve
that each one is driven over, lower being better. Writes `answer.json`: the seconds that all took,
and what was left of each. Nothing is trained; the model has one weight.
"""

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

_MONITOR = "val_loss"
# TensorFlow's first calls prepare it.
_WARMING_UP = 3


def drive(name: str, parameters: dict[str, Any], curve: Sequence[float], model: Any) -> list[float]:
    """Drive one callback over a curve until it stops, without `fit`.

    Returns:
        What it left: the rate of ReduceLROnPlateau, the epochs run and the best of EarlyStopping.
    """
    callback: Any = getattr(keras.callbacks, name)(monitor=_MONITOR, mode="min", **parameters)
    callback.set_model(model)
    model.optimizer.learning_rate = 0.001
    model.stop_training = False
    callback.on_train_begin()
    epoch = 0
    for epoch, value in enumerate(curve):
        callback.on_epoch_end(epoch, {_MONITOR: value})
        if model.stop_training:
            break
    if name == "EarlyStopping":
        return [epoch + 1, callback.best_epoch]
    return [float(np.asarray(keras.ops.convert_to_numpy(model.optimizer.learning_rate)))]


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """Drive all of a question, and time it."""
    model: Any = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.compile("sgd", loss="mse")
    drives = [
        (question["callback"], parameters, curve, model)
        for parameters, curve in zip(question["parameters"], question["curves"], strict=True)
    ]
    for one in drives[:_WARMING_UP]:
        drive(*one)
    began = time.perf_counter()
    outcomes = [drive(*one) for one in drives]
    return {"seconds": time.perf_counter() - began, "outcomes": outcomes}


if __name__ == "__main__":
    given = Path(sys.argv[1])
    asked = json.loads((given / "question.json").read_text())
    (given / "answer.json").write_text(json.dumps(answer(asked)))
