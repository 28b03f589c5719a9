"""What most people would write: one file that imports TensorFlow and trains in the page.

Arguments: a directory with the scans as arrays, and the size of a batch. What
happens is written down in the directory's `journal.jsonl`.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
import tensorflow as tf

keras = tf.keras
layers = tf.keras.layers
DIRECTORY, BATCH_SIZE = Path(sys.argv[1]), int(sys.argv[2])


def build_model(size_px: int, classes: int) -> Any:
    """Build the app's small network anew, layer for layer."""
    x = scans = keras.Input((size_px, size_px, 1), dtype="uint8")
    x = layers.Rescaling(1 / 255)(x)
    x = normalised(layers.Conv2D(16, 5, strides=2, padding="same", use_bias=False)(x))
    for filters in (32, 64, 128):
        x = normalised(layers.Conv2D(filters, 3, padding="same", use_bias=False)(x))
        x = layers.MaxPooling2D()(x)
    x = normalised(layers.Conv2D(128, 3, padding="same", use_bias=False)(x))
    x = layers.Dropout(0.3)(layers.GlobalMaxPooling2D()(x))
    model = keras.Model(scans, layers.Dense(classes, activation="softmax")(x))
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def normalised(x: Any) -> Any:
    """Normalise over the batch, and rectify."""
    return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))


def arrays_of(name: str) -> tuple[Any, Any]:
    """Return scans, shape (scans, H, W, 1), uint8, and labels, shape (scans, classes)."""
    return np.load(DIRECTORY / f"{name}_scans.npy"), np.load(DIRECTORY / f"{name}_labels.npy")


def write_down(what: str, **more: Any) -> None:
    """Write down what happened, and when, in Unix seconds."""
    with (DIRECTORY / "journal.jsonl").open("a") as journal:
        print(json.dumps({"what": what, "at_s": time.time(), **more}), file=journal)


class FirstBatch(keras.callbacks.Callback):
    """Writes down when the first batch has ended."""

    def __init__(self) -> None:
        super().__init__()
        self.ended = False

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002 - Keras's signature
        """Write down the first one."""
        if not self.ended:
            self.ended = True
            write_down("first batch", parameters=self.model.count_params())


st.title("Train a network on brain scans")
if st.button("Train"):
    scans, labels = arrays_of("training")
    model = build_model(scans.shape[1], labels.shape[1])
    history = model.fit(
        scans,
        labels,
        batch_size=BATCH_SIZE,
        validation_data=arrays_of("validation"),
        verbose=1,
        callbacks=[FirstBatch()],
    )
    st.line_chart(history.history)
    write_down("trained")
