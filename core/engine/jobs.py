"""What workers can be asked to do, by name.

The app submits a name and plain arguments; only the worker imports what it
names, and with it Keras.
"""

import importlib
from typing import Any

TRAIN = "core.training.run:train_run"


def call(job: str, *arguments: Any) -> Any:
    """Call a function by its "module:name", in a worker."""
    module, name = job.split(":")
    return getattr(importlib.import_module(module), name)(*arguments)
