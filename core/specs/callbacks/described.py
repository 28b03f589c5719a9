"""The callbacks of Keras that are shown and cannot be switched on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class DescribedCallback:
    """A callback of Keras that runs elsewhere.

    Attributes:
        name: Keras's name of the class.
        purpose: What it does, in a sentence.
        why_off: Why it cannot be switched on here, in a sentence.
        required: The parameters that have no default.
        defaults: The other parameters with Keras's defaults.
    """

    name: str
    purpose: str
    why_off: str
    required: tuple[str, ...]
    defaults: Mapping[str, Any]


DESCRIBED = (
    DescribedCallback(
        name="RemoteMonitor",
        purpose="Send the metrics of every epoch to an address as an HTTP POST.",
        why_off="It would let any visitor have this server send requests to an address of their "
        "choice, machines behind its firewall included; the run's page shows the same metrics.",
        required=(),
        defaults={
            "root": "http://localhost:9000",
            "path": "/publish/epoch/end/",
            "field": "data",
            "headers": None,
            "send_as_json": False,
        },
    ),
    DescribedCallback(
        name="OrbaxCheckpoint",
        purpose="Save the model in the background, in the format that JAX programs on many "
        "machines share.",
        why_off="It needs the package orbax-checkpoint, which is not installed here, and pays off "
        "for models too large for one machine; ModelCheckpoint saves these.",
        required=("directory",),
        defaults={
            "monitor": "val_loss",
            "verbose": 0,
            "save_best_only": False,
            "mode": "auto",
            "save_freq": "epoch",
            "initial_value_threshold": None,
            "max_to_keep": 1,
            "save_on_background": True,
            "save_weights_only": False,
        },
    ),
)
