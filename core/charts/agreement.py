"""Whether the replay of a run's own settings says what the run recorded."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.plateaus.reduce_lr_replay import ReduceLROnPlateauReplay
from core.plateaus.what_if import Replayed
from core.plateaus.what_if_wording import acts_told
from core.store.records import Event, EventKind

_KINDS = {
    "ReduceLROnPlateau": EventKind.LEARNING_RATE_REDUCED,
    "EarlyStopping": EventKind.EARLY_STOP,
    "ModelCheckpoint": EventKind.CHECKPOINT_SAVED,
}


@dataclass(frozen=True)
class Agreement:
    """A replay beside what was recorded.

    Attributes:
        agrees: Whether both say the same, epochs and learning rates.
        sentence: What both say, or where they differ.
    """

    agrees: bool
    sentence: str


def agreement(replayed: Replayed, events: Sequence[Event]) -> Agreement:
    """Hold the replay of a run's own callback against the events of that run.

    Args:
        replayed: Of the settings that the run was trained with, on its own curve.
        events: What the run recorded.
    """
    kind = replayed.setting.callback.kind
    acts = [event for event in events if event.kind is _KINDS[kind]]
    epochs = [event.epoch for event in acts]
    told = f"{kind} {acts_told(replayed)}"
    if epochs == replayed.acts and _same_details(replayed, acts) and _same_end(replayed, events):
        return Agreement(
            True, f"These are the run's own settings, and it recorded the same: {told}."
        )
    recorded = ", ".join("?" if epoch is None else str(epoch + 1) for epoch in epochs) or "none"
    return Agreement(
        False,
        f"These are the run's own settings, but it recorded other acts (epochs: {recorded}): "
        f"replayed, {told}.",
    )


def _same_details(replayed: Replayed, acts: Sequence[Event]) -> bool:
    """Whether the rates are the same to the last bit of the optimizer's float32."""
    replay = replayed.replay
    if not isinstance(replay, ReduceLROnPlateauReplay):
        return True
    recorded = [(event.detail["from"], event.detail["to"]) for event in acts]
    # What an epoch leaves need not be what the next one trains with, where a plan sets that.
    before, after = replay.learning_rate[0, 0], replay.learning_rate_after[0, 0]
    ours = [(before[epoch], after[epoch]) for epoch in replayed.acts]
    return np.array_equal(np.array(recorded, dtype=np.float32), np.array(ours, dtype=np.float32))


def _same_end(replayed: Replayed, events: Sequence[Event]) -> bool:
    """Whether the same weights were put back, if any were yet."""
    restored = [event for event in events if event.kind is EventKind.WEIGHTS_RESTORED]
    if replayed.setting.callback.kind != "EarlyStopping" or not restored:
        return True
    return restored[-1].detail["from_epoch"] == replayed.restored
