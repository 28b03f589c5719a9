"""Which of a run's files hold the weights that its ModelCheckpoint thought best."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.specs.callbacks import ModelCheckpoint
from core.specs.run import RunSpec
from core.store.records import Event, EventKind


@dataclass(frozen=True)
class BestWeights:
    """The last file that ModelCheckpoint saved as the best.

    Attributes:
        file: Its name in the run's directory.
        epoch: The epoch after which it was saved, from 0.
        monitor: The metric that chose it.
    """

    file: str
    epoch: int
    monitor: str


def best_weights(spec: RunSpec, events: Sequence[Event]) -> BestWeights | None:
    """Return the best weights a run kept.

    Args:
        spec: The run's settings.
        events: What happened in it, in order.

    Returns:
        None if no ModelCheckpoint with `save_best_only` saved anything.
    """
    saving = [c for c in spec.callbacks if isinstance(c, ModelCheckpoint) and c.save_best_only]
    saved = [event for event in events if event.kind is EventKind.CHECKPOINT_SAVED]
    if not saving or not saved or saved[-1].epoch is None:
        return None
    return BestWeights(str(saved[-1].detail["file"]), saved[-1].epoch, saving[0].monitor)


def restored_epoch(events: Sequence[Event]) -> int | None:
    """Return the epoch, from 0, whose weights `restore_best_weights` put back; None if none."""
    restored = [event for event in events if event.kind is EventKind.WEIGHTS_RESTORED]
    return int(restored[-1].detail["from_epoch"]) if restored else None
