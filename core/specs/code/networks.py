"""The networks of `core.training.models` as source; a test compares what they build."""

from core.specs.run import TrainingSpec

_SMALL_CNN = '''\
def build_model(classes):
    """Return the network: scans from 0 to 255 to the probabilities of the classes."""
    scan = keras.Input(({size}, {size}, 1), dtype="uint8", name="scan")
    x = layers.Rescaling(1 / 255)(scan)
    x = layers.Conv2D(16, 5, strides=2, padding="same", use_bias=False)(x)
    x = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
    for filters in (32, 64, 128):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
        x = layers.MaxPooling2D()(x)
    x = layers.Conv2D(128, 3, padding="same", use_bias=False)(x)
    x = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
    x = layers.Dropout(0.3)(layers.GlobalMaxPooling2D()(x))
    x = layers.Dense(classes, activation="softmax", dtype="float32")(x)
    return keras.Model(scan, x, name="small_cnn")
'''

_TUTORIAL_CNN = '''\
def build_model(classes):
    """Return the network: scans from 0 to 255 to the probabilities of the classes."""
    scan = keras.Input(({size}, {size}, 1), dtype="uint8", name="scan")
    x = layers.Rescaling(1 / 255)(scan)
    x = layers.Concatenate()([x, x, x])
    x = layers.Conv2D(32, 2, padding="same")(x)
    x = layers.Conv2D(32, 2, padding="same", activation="relu")(x)
    x = layers.MaxPooling2D()(layers.BatchNormalization()(x))
    x = layers.Dropout(0.25)(x)
    x = layers.Conv2D(64, 2, padding="same", activation="relu")(x)
    x = layers.Conv2D(64, 2, padding="same", activation="relu")(x)
    x = layers.MaxPooling2D()(layers.BatchNormalization()(x))
    x = layers.Dropout(0.25)(x)
    x = layers.Dense(512, activation="relu")(layers.Flatten()(x))
    x = layers.Dropout(0.5)(x)
    x = layers.Dense(classes, activation="softmax", dtype="float32")(x)
    return keras.Model(scan, x, name="tutorial_cnn")
'''

_NETWORKS = {"small_cnn": _SMALL_CNN, "tutorial_cnn": _TUTORIAL_CNN}


def network_code(training: TrainingSpec, image_size: int) -> str:
    """Return the source of `build_model(classes)`; it needs `keras` and `layers`.

    Args:
        training: Names the network.
        image_size: Height and width of a scan, in pixels.
    """
    return _NETWORKS[training.model].format(size=image_size)
