"""What runs must have in common to go on from one another's state."""

import hashlib
import json
from typing import Any

from core.specs.callbacks import LearningRateScheduler
from core.specs.run import RunSpec

_FREE = frozenset(["epochs", "learning_rate", "verbose"])
_PLANS_TO_THE_END = frozenset(["cosine", "warmup", "one_cycle"])


class NotTheSameTraining(ValueError):
    """A run cannot go on from a state of another; the message is one sentence for the person."""


def trunk(spec: RunSpec) -> dict[str, Any]:
    """Return the settings that a state depends on and that every fork must keep.

    Free are the name, the callbacks, and of the training `epochs`, `learning_rate` and
    `verbose`. SwapEMAWeights counts by what it asks of the optimizer.
    """
    training = spec.training.model_dump(mode="json", exclude=set(_FREE))
    return {
        **{f"scans.{name}": value for name, value in spec.scans.model_dump(mode="json").items()},
        **{f"training.{name}": value for name, value in training.items()},
        "SwapEMAWeights": spec.use_ema,
    }


def trunk_digest(spec: RunSpec) -> str:
    """Name the trunk of a run: 64 hexadecimal digits of SHA-256."""
    canonical = json.dumps(trunk(spec), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def require_same_trunk(child: RunSpec, parent: RunSpec) -> None:
    """Refuse a fork that changes what its parent's state depends on.

    Raises:
        NotTheSameTraining: With the first setting that differs.
    """
    ours, theirs = trunk(child), trunk(parent)
    for name in sorted(ours | theirs):
        if ours.get(name) != theirs.get(name):
            raise NotTheSameTraining(
                f"`{name}` must stay as it was in the run that is continued, "
                f"{theirs.get(name)!r}, got {ours.get(name)!r}. "
                "Callbacks, epochs and the learning rate may change; for the rest, start a new run."
            )


def depends_on_epochs(spec: RunSpec) -> bool:
    """Tell whether the number of epochs decides the rates of the first ones.

    Such a run with more epochs is not what it would have been with as many from the start.
    """
    return any(
        isinstance(callback, LearningRateScheduler) and callback.schedule in _PLANS_TO_THE_END
        for callback in spec.callbacks
    )
