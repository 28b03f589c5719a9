"""Makes a worker warm: imports Keras and takes one training step before the first run."""
# Keras ships no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
# pyright: reportMissingTypeStubs=false, reportArgumentType=false

import keras
import numpy as np


def dask_setup(worker: object) -> None:  # noqa: ARG001 - Dask calls it by this name and signature
    """Import Keras and train one tiny batch, so that the first run need not wait for either."""
    model = keras.Sequential(
        [keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(2)]
    )
    model.compile(optimizer="adam", loss="mse", metrics=["accuracy"])
    zeros = np.zeros((2, 8, 8, 1), "float32"), np.zeros((2, 2), "float32")
    model.fit(*zeros, validation_data=zeros, verbose=0)
    keras.utils.clear_session()
