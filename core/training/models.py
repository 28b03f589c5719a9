"""The networks: the tutorial's, and a small one that learns in seconds an epoch."""
# Keras ships no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
# pyright: reportMissingTypeStubs=false, reportArgumentType=false

from typing import Any

import keras
from keras import layers


def build(name: str, *, image_size: int, classes: int) -> keras.Model:
    """Build a network, its weights drawn from Keras's global seed.

    Args:
        name: "small_cnn" or "tutorial_cnn".
        image_size: Height and width of a scan, in pixels.
        classes: Number of classes, >= 2.

    Returns:
        A model from scans, shape (batch, image_size, image_size, 1), uint8 from
        0 to 255, to probabilities, shape (batch, classes), float32.
    """
    scans = keras.Input((image_size, image_size, 1), dtype="uint8", name="scan")
    features = _ARCHITECTURES[name](layers.Rescaling(1 / 255)(scans))
    # Probabilities stay float32 under mixed precision: float16 underflows in the loss.
    probabilities = layers.Dense(classes, activation="softmax", dtype="float32")(features)
    return keras.Model(scans, probabilities, name=name)


def _small_cnn(x: Any) -> Any:
    """Return 128 features; 247 thousand parameters in all.

    The stride of the first layer saves most of the time. Global maximum pooling
    finds a lesion wherever it is: with the average, the same net learned little.
    """
    x = _normalised(layers.Conv2D(16, 5, strides=2, padding="same", use_bias=False)(x))
    for filters in (32, 64, 128):
        x = _normalised(layers.Conv2D(filters, 3, padding="same", use_bias=False)(x))
        x = layers.MaxPooling2D()(x)
    x = _normalised(layers.Conv2D(128, 3, padding="same", use_bias=False)(x))
    return layers.Dropout(0.3)(layers.GlobalMaxPooling2D()(x))


def _normalised(x: Any) -> Any:
    # With Keras's momentum of 0.99 and 50 batches an epoch, the validation would see
    # statistics of the first weights for five epochs, and stay at chance.
    return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))


def _tutorial_cnn(x: Any) -> Any:
    """Return 512 features; 44.9 million parameters at 150 pixels and four classes.

    The tutorial's pictures have three equal channels. The first convolution has
    no activation there, and so none here.
    """
    x = layers.Concatenate()([x, x, x])
    x = layers.Conv2D(32, 2, padding="same")(x)
    x = layers.Conv2D(32, 2, padding="same", activation="relu")(x)
    x = _pooled(x)
    x = layers.Conv2D(64, 2, padding="same", activation="relu")(x)
    x = layers.Conv2D(64, 2, padding="same", activation="relu")(x)
    x = _pooled(x)
    x = layers.Dense(512, activation="relu")(layers.Flatten()(x))
    return layers.Dropout(0.5)(x)


def _pooled(x: Any) -> Any:
    x = layers.MaxPooling2D()(layers.BatchNormalization()(x))
    return layers.Dropout(0.25)(x)


_ARCHITECTURES = {"small_cnn": _small_cnn, "tutorial_cnn": _tutorial_cnn}
