"""A model asked as a script would: `python -m benchmarks.plain_predict DIRECTORY`.

Reads `model.keras`, `scan.png` and `scans.npy`, shape (n, H, W), uint8, from the directory and
writes to `plain.json` the seconds of `model.predict` and the heat map of one scan, those of
`model.predict` on all of them, and those of reading all of `files/` with Pillow before it, in
several rounds, the first of which is left out.

Source of the heat map: "Grad-CAM class activation visualization", keras.io/examples.
"""

import json
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

from benchmarks.asked_rounds import rounds

ROUNDS, REST_S = 15, 1.0


def heat_map(model: Any, opened: Any, scan: Any) -> Any:
    """Predict a scan, shape (1, H, W, 1), and weigh the last convolution's channels."""
    label = int(model.predict(scan, verbose=0)[0].argmax())
    with tf.GradientTape() as tape:
        layer, probabilities = opened(scan)
        score = probabilities[:, label]
    gradient = tape.gradient(score, layer)
    weights = tf.reduce_mean(gradient, axis=(0, 1, 2))
    return np.maximum(np.asarray(layer[0]) @ np.asarray(weights), 0)


def measure(directory: Path) -> dict[str, list[float]]:
    """Return the seconds of one scan and of all, a value for each round."""
    model: Any = keras.saving.load_model(directory / "model.keras")
    scans = np.load(directory / "scans.npy")[..., np.newaxis]
    convolution = [each for each in model.layers if isinstance(each, keras.layers.Conv2D)][-1]
    opened = keras.Model(model.inputs, [convolution.output, model.output])

    def read(file: Path) -> Any:
        with Image.open(file) as image:
            return np.asarray(image.convert("L").resize(scans.shape[2:0:-1]))[..., np.newaxis]

    def one() -> Any:
        scan = read(directory / "scan.png")[np.newaxis]
        return heat_map(model, opened, tf.convert_to_tensor(scan))

    def files() -> Any:
        every = sorted((directory / "files").iterdir())
        return model.predict(np.stack([read(file) for file in every]), verbose=0)

    return {
        "one": rounds(one, ROUNDS, rest_s=REST_S),
        "all": rounds(lambda: model.predict(scans, verbose=0), 5),
        "files": rounds(files, 2),
    }


if __name__ == "__main__":
    given = Path(sys.argv[1])
    (given / "plain.json").write_text(json.dumps(measure(given)))
