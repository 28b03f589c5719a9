"""Whether the same training gives the same numbers, to the last bit."""
# Keras and TensorFlow ship no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportMissingTypeStubs=false, reportMissingImports=false, reportPrivateImportUsage=false

import keras

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
