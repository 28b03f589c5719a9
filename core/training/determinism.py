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


def on_accelerator() -> bool:
    """Tell whether Keras trains on something else than the CPU."""
    devices: list[str] = keras.distribution.list_devices()
    return any(not name.lower().startswith("cpu") for name in devices)


@contextlib.contextmanager
def seeded(seed: int) -> Generator[None]:
    """Have what Keras draws meanwhile depend on a seed alone.

    `keras.utils.set_random_seed` seeds Python's own generator, and from it Keras draws the
    seed of each layer. But all threads of a process share that one, and those of Dask draw
    from it too: in workers, some runs began with other weights than their seed gives. So
    Keras gets a generator for itself, which draws the same.

    Source: `make_default_seed`, Keras 3.15; there is no public way.
    """
    keras.utils.set_random_seed(seed)
    shared = seed_generator.python_random
    seed_generator.python_random = random.Random(seed)
    try:
        yield
    finally:
        seed_generator.python_random = shared
