"""What workers can be asked to do, by name.

The app submits a name and plain arguments; only the worker imports what it
names, and with it Keras.
"""

import importlib
import logging
import threading
from dataclasses import dataclass
from typing import Any

TRAIN = "core.training.run:train_run"
TRAIN_SWEEP = "core.training.branches:train_branches"
TRACE = "core.training.trace:trace_fit"
EVALUATE = "core.training.evaluate:evaluate_run"
CLASSIFY = "core.training.predict:classify"
COVER = "core.training.predict:cover"
EXAMPLES = "core.training.predict:examples"
LAYOUT = "core.training.predict:layout"
BRING = "core.training.predict:bring"

_log = logging.getLogger(__name__)

# Keras keeps seeds, names and graphs in one place for all threads. The workers that the engine
# starts have one thread; those of a cluster have as many as somebody gave them.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Reply:
    """What comes back from a worker that was asked.

    Attributes:
        result: What the job returned.
        error: Why it returned nothing, "" if it did.
    """

    result: Any = None
    error: str = ""


def call(job: str, *arguments: Any) -> Any:
    """Call a function by its "module:name", in a worker."""
    module, name = job.split(":")
    with _one_at_a_time:
        return getattr(importlib.import_module(module), name)(*arguments)


def reply(job: str, *arguments: Any) -> Reply:
    """Call a job, in a worker, and return what came of it.

    An error goes back as a sentence: Keras's own exceptions would bring Keras into
    the process that reads them.
    """
    try:
        return Reply(call(job, *arguments))
    # Whatever it is, the person who asked is to hear of it.
    except Exception as error:  # noqa: BLE001
        _log.exception("%s failed", job)
        return Reply(error=str(error).strip()[:2000] or type(error).__name__)
