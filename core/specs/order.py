"""What the order of the callbacks changes, in sentences."""

from collections.abc import Sequence

_CHANGE_THE_RATE = ("ReduceLROnPlateau", "LearningRateScheduler")

# For each pair, what happens when the first stands before the second, and when after.
_PAIRS = {
    ("CSVLogger", "rate"): (
        "its table has no column for `learning_rate`.",
        "its table has a column for `learning_rate`.",
    ),
    ("LambdaCallback", "rate"): (
        "on_epoch_end prints no `learning_rate`.",
        "on_epoch_end prints the `learning_rate` too.",
    ),
    ("TensorBoard", "ReduceLROnPlateau"): (
        "it draws the rate that an epoch trained with.",
        "it draws the rate after the reduction, so each drop comes one epoch early.",
    ),
    ("ModelCheckpoint", "SwapEMAWeights"): (
        "it saves the trained weights, not their average.",
        "with swap_on_epoch, it saves the averaged weights.",
    ),
    ("EarlyStopping", "SwapEMAWeights"): (
        "restore_best_weights keeps the trained weights, not their average.",
        "with swap_on_epoch, restore_best_weights keeps the averaged weights.",
    ),
    ("BackupAndRestore", "ReduceLROnPlateau"): (
        "the backup of an epoch holds the rate from before its reduction.",
        "the backup of an epoch holds the reduced rate.",
    ),
}

LAST = (
    "After these, Keras calls History and the progress bar, which it adds itself: they see what "
    "all others have written into the logs."
)


def order_notes(order: Sequence[str]) -> tuple[str, ...]:
    """Say what would be different in another order of the same callbacks.

    Keras calls a hook of all callbacks from the first to the last, and hands them one dict of
    logs, which each may add to.

    Args:
        order: The callbacks' names, from the first to the last.

    Returns:
        Sentences, some with Markdown's backticks; none if the order changes nothing.

    Source: `CallbackList.on_epoch_end` and the callbacks' own, Keras 3.15.
    """
    notes: list[str] = []
    for (reader, writer), (before, after) in _PAIRS.items():
        other = _first_of(order) if writer == "rate" else writer
        if reader in order and other in order:
            is_before = order.index(reader) < order.index(other)
            where, then = ("before", before) if is_before else ("after", after)
            notes.append(f"{reader} stands {where} {other}: {then}")
    return tuple(notes)


def _first_of(order: Sequence[str]) -> str:
    """Return the callback that puts the rate into the logs, "" if none does."""
    return next((name for name in order if name in _CHANGE_THE_RATE), "")
