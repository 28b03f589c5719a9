"""What Keras's own resume, BackupAndRestore, loses: told from a run that it brought back."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.charts.history import state_of
from core.plateaus.wording import format_metric
from core.specs.callbacks import BackupAndRestore, EarlyStopping, ReduceLROnPlateau
from core.specs.run import RunSpec
from core.store.records import Epoch, Event, EventKind

ALSO_LOST = (
    "Weights, optimizer, learning rate and epoch came back. The random numbers of dropout did not: "
    "they begin anew, so that the curve leaves the exact one at once, if only by chance."
)
"""What is lost besides the callbacks' memory.

Source: `Model.save_weights`, Keras 3.15.1, writes no `SeedGenerator`; seen.
"""

EVERY_LATER_FIT = (
    "In your own program, a model that was brought back begins every later fit at the epoch of the "
    "backup: fit(epochs=6) after a resume from epoch 3 trains 3 epochs. With "
    "delete_checkpoint=False that is so for the next training in the folder too, and after a "
    "complete one it trains none."
)
"""What surprises after such a resume. Source: `Model._initial_epoch`, Keras 3.15.1; seen."""

_LONGEST_NAME = 64
_SUFFIX = " BackupAndRestore"
_ACTS = {
    EventKind.LEARNING_RATE_REDUCED: "reduced the rate",
    EventKind.EARLY_STOP: "stopped early",
}


def as_keras_would(spec: RunSpec) -> RunSpec | None:
    """Return a run's settings for one that BackupAndRestore brings back; None if none can.

    The callback is added at the end where it is not there.
    """
    callbacks = spec.callbacks
    if not any(isinstance(callback, BackupAndRestore) for callback in callbacks):
        callbacks = (*callbacks, BackupAndRestore())
    name = f"{spec.name[: _LONGEST_NAME - len(_SUFFIX)]}{_SUFFIX}"
    try:
        return RunSpec.model_validate(
            spec.model_copy(update={"name": name, "callbacks": callbacks}).model_dump()
        )
    except ValueError:  # Another callback writes to the backup's folder.
        return None


def loss_told(
    spec: RunSpec, exact: Sequence[Epoch], restored: Sequence[Epoch], *, after_epoch: int
) -> list[str]:
    """Return a sentence for each callback on what it remembered, and what Keras gave it back.

    Args:
        spec: The settings of the run that was brought back.
        exact: The epochs of the run it goes on from, with the callbacks' counters.
        restored: Its own, likewise.
        after_epoch: The last epoch they share, from 0.
    """
    at_fork = next((each for each in exact if each.epoch == after_epoch), None)
    first = next((each for each in restored if each.epoch == after_epoch + 1), None)
    beside = next((each for each in exact if each.epoch == after_epoch + 1), None)
    if at_fork is None:
        return []
    kinds = [c.kind for c in spec.callbacks if isinstance(c, ReduceLROnPlateau | EarlyStopping)]
    return list(_sentences(kinds, at_fork, first, beside))


def _sentences(
    kinds: Sequence[str], at_fork: Epoch, first: Epoch | None, beside: Epoch | None
) -> Iterator[str]:
    for kind in kinds:
        before = state_of(at_fork, kind)
        if before is None:
            continue
        told = (
            f"{kind} had {_memory(before)} after epoch {at_fork.epoch + 1}. BackupAndRestore kept"
        )
        told += " neither"
        now = first and state_of(first, kind)
        if now is not None and first is not None:
            told += f": after epoch {first.epoch + 1} it has {_memory(now)}"
        then = beside and state_of(beside, kind)
        if now is not None and then is not None:
            same = (now.get("wait"), now.get("best")) == (then.get("wait"), then.get("best"))
            told += ", as in the exact run" if same else f", and {_memory(then)} in the exact run"
        yield f"{told}."


def _memory(state: Mapping[str, Any]) -> str:
    """Return a callback's counters: "wait 2 of 3 and best 0.8130"."""
    patience = max(int(state.get("patience", 1)), 1)
    wait = f"wait {state.get('wait', 0)} of {patience}"
    best = state.get("best")
    cooldown = state.get("cooldown_counter")
    left = f", {cooldown} epochs of cooldown left" if cooldown else ""
    return f"{wait} and {'no best' if best is None else f'best {format_metric(best)}'}{left}"


def acts_told(exact: Sequence[Event], restored: Sequence[Event], *, after_epoch: int) -> list[str]:
    """Return when the callbacks acted after the fork, in the exact run and in the restored one.

    Args:
        exact: The events of the run it goes on from.
        restored: Its own.
        after_epoch: The last epoch they share, from 0.
    """
    told: list[str] = []
    for kind, words in _ACTS.items():
        one, other = _epochs(exact, kind, after_epoch), _epochs(restored, kind, after_epoch)
        if one or other:
            told.append(
                f"Both runs {words} {_at(one)}."
                if one == other
                else f"The exact run {words} {_at(one)}, the restored one {_at(other)}."
            )
    return told


def _epochs(events: Sequence[Event], kind: EventKind, after: int) -> list[int]:
    return [
        event.epoch + 1
        for event in events
        if event.kind is kind and event.epoch is not None and event.epoch > after
    ]


def _at(epochs: Sequence[int]) -> str:
    if not epochs:
        return "not at all"
    several = "epochs" if len(epochs) > 1 else "epoch"
    return f"after {several} {', '.join(map(str, epochs))}"
