"""Whether the same training gives the same numbers, to the last bit."""
# Keras and TensorFlow ship no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportMissingTypeStubs=false, reportMissingImports=false, reportPrivateImportUsage=false

import contextlib
import random
from collections.abc import Generator

import keras
from keras.src.random import seed_generator

from core.specs.run import TrainingSpec


def set_determinism(spec: TrainingSpec) -> bool:
    """Switch op determinism on or off for the trainings to come, and tell which.

    Without it, TensorFlow's threads add up numbers in whatever order they finish. On a GPU
    "auto" leaves it off: some operations get slower there, and few have no deterministic form.
    """
    wanted = spec.deterministic == "on" or (spec.deterministic == "auto" and not on_accelerator())
    if keras.backend.backend() == "tensorflow":
        # As Keras's own tests do it; there is no public switch to turn it off.
        from tensorflow.python.framework import config  # noqa: PLC0415 - on this backend only

        (config.enable_op_determinism if wanted else config.disable_op_determinism)()
    return wanted


@contextlib.contextmanager
def own_draws(seed: int) -> Generator[None]:
    """Have Keras draw what `keras.utils.set_random_seed` decides from a generator of its own.

    Layers and initializers without a seed draw theirs from Python's global generator, from
    which other threads draw too: Dask's own do so in a worker, now and then between the
    seeding and the first layer. The numbers are the same as without such a thread.

    Source: `keras.src.random.seed_generator.make_default_seed`, Keras 3.15.
    """
    shared = seed_generator.python_random
    seed_generator.python_random = random.Random(seed)
    try:
        yield
    finally:
        seed_generator.python_random = shared


def on_accelerator() -> bool:
    """Tell whether Keras trains on something else than the CPU."""
    devices: list[str] = keras.distribution.list_devices()
    return any(not name.lower().startswith("cpu") for name in devices)
