"""Rules on waiting: patience, cooldown, and who is first."""

from collections.abc import Iterator
from typing import Any

from core.specs.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau
from core.specs.lint.findings import Case, Finding, count_epochs, keras_source

_REDUCING = keras_source("reduce_lr_on_plateau.py")
_STOPPING = keras_source("early_stopping.py")

# With fewer epochs there is no room for a plateau, a reduction and what follows it.
_FEWEST_EPOCHS, _ENOUGH_EPOCHS = 4, 16


def cooldown_of_one(case: Case) -> Iterator[Finding]:
    """Find a cooldown that ends before it is asked for."""
    reducing = case.find(ReduceLROnPlateau)
    if reducing is not None and reducing.cooldown == 1:
        yield Finding(
            rule="cooldown_of_one",
            severity="note",
            key="ReduceLROnPlateau.cooldown",
            sentence="A cooldown of 1 does nothing: Keras counts it down before it looks at it, so "
            "the very next epoch counts again.",
            evidence=_REDUCING,
            remedy="Take 0, which does the same, or 2 to let one epoch pass uncounted.",
            fix={"ReduceLROnPlateau.cooldown": 0},
        )


def stops_before_reduction(case: Case) -> Iterator[Finding]:
    """Find an EarlyStopping that leaves a lower rate no time to help."""
    reducing, stopping = case.find(ReduceLROnPlateau), case.find(EarlyStopping)
    if reducing is None or stopping is None or reducing.monitor != stopping.monitor:
        return
    due = _waits(reducing) + _cools(reducing)
    if _waits(stopping) > due:
        return
    # EarlyStopping does not watch yet: a plateau before `start_from_epoch` gets its reduction.
    spared = stopping.start_from_epoch + _waits(stopping) > due
    if spared and _earliest_stop(stopping) >= case.epochs - 1:
        return
    yield Finding(
        rule="stops_before_reduction",
        severity="note" if spared else "warning",
        key="EarlyStopping.patience",
        sentence=f"{_plateau_told(stopping)}, {_who_is_first(reducing, stopping)}.",
        evidence=_STOPPING,
        remedy="Give EarlyStopping more patience than ReduceLROnPlateau's patience and cooldown "
        "together.",
        fix=_stop_that_fits(case, stopping),
    )


def patience_beyond_epochs(case: Case) -> Iterator[Finding]:
    """Find a patience that the run is too short for."""
    reducing, stopping = case.find(ReduceLROnPlateau), case.find(EarlyStopping)
    if reducing is not None and _waits(reducing) >= case.epochs - 1:
        yield Finding(
            rule="patience_beyond_epochs",
            severity="warning",
            key="ReduceLROnPlateau.patience",
            sentence=f"The rate can drop after epoch {_waits(reducing) + 1} at the earliest, and "
            f"this run has {count_epochs(case.epochs)}: no epoch trains with a lower rate.",
            evidence=_REDUCING,
            remedy="Take a patience that is a small part of the epochs.",
            fix=_reduction_that_fits(case),
        )
    if stopping is not None and _earliest_stop(stopping) >= case.epochs - 1:
        restores = stopping.restore_best_weights
        only = ", it only puts the best weights back at the end" if restores else ""
        yield Finding(
            rule="patience_beyond_epochs",
            severity="note" if restores else "warning",
            key="EarlyStopping.patience",
            sentence=f"EarlyStopping can stop after epoch {_earliest_stop(stopping) + 1} at the "
            f"earliest, and this run has {count_epochs(case.epochs)}: it saves none{only}.",
            evidence=_STOPPING,
            remedy="Take a patience that is a small part of the epochs.",
            fix=_stop_that_fits(case, stopping),
        )


def best_weights_lost(case: Case) -> Iterator[Finding]:
    """Find an EarlyStopping that hands back the last weights."""
    stopping, saving = case.find(EarlyStopping), case.find(ModelCheckpoint)
    if stopping is None or stopping.restore_best_weights:
        return
    kept = saving is not None and saving.save_best_only and saving.monitor == stopping.monitor
    elsewhere = ", and the best ones are in ModelCheckpoint's file only" if kept else ""
    yield Finding(
        rule="best_weights_lost",
        severity="note" if kept else "warning",
        key="EarlyStopping.restore_best_weights",
        sentence=f"The training ends {count_epochs(_waits(stopping))} or more after its best one, "
        f"and the model keeps the weights of the last{elsewhere}.",
        evidence=_STOPPING,
        remedy="Switch restore_best_weights on.",
        fix={"EarlyStopping.restore_best_weights": True},
    )


def _waits(callback: ReduceLROnPlateau | EarlyStopping) -> int:
    """Return the epochs without improvement after which it acts; 0 acts like 1."""
    return max(1, callback.patience)


def _cools(reducing: ReduceLROnPlateau) -> int:
    return reducing.cooldown if reducing.cooldown > 1 else 0


def _earliest_stop(stopping: EarlyStopping) -> int:
    """Return the first epoch, from 0, that may be the last one.

    Source: `EarlyStopping.on_epoch_end`, Keras 3.15; while the baseline is not met, the first
    epoch is waited for too.
    """
    waits = stopping.patience if stopping.baseline is None else stopping.patience - 1
    return stopping.start_from_epoch + max(1, waits)


def _plateau_told(stopping: EarlyStopping) -> str:
    """Name a plateau that EarlyStopping watches from its first epoch on."""
    if stopping.start_from_epoch == 0:
        return f"On a flat `{stopping.monitor}`"
    watched = stopping.start_from_epoch + 1
    return f"On a `{stopping.monitor}` that improves until epoch {watched} and is flat from there"


def _who_is_first(reducing: ReduceLROnPlateau, stopping: EarlyStopping) -> str:
    waits, stops = _waits(reducing), _waits(stopping)
    if stops < waits:
        return (
            f"EarlyStopping ends the training after {count_epochs(stops)}, before "
            f"ReduceLROnPlateau lowers the rate after {count_epochs(waits)}"
        )
    if stops == waits:
        return (
            f"the rate drops and the training ends after the same {count_epochs(waits)}: "
            "none trains with the lower rate"
        )
    return (
        f"the rate drops after {count_epochs(waits)} and the training ends after "
        f"{count_epochs(stops)}, within the cooldown of {reducing.cooldown}"
    )


def _reduction_that_fits(case: Case) -> dict[str, Any]:
    if case.epochs < _FEWEST_EPOCHS:
        return {"training.epochs": _ENOUGH_EPOCHS, "ReduceLROnPlateau.patience": 2}
    return {"ReduceLROnPlateau.patience": max(1, case.epochs // 8)}


def _stop_that_fits(case: Case, stopping: EarlyStopping) -> dict[str, Any]:
    """Return changes after which EarlyStopping outlasts a reduction and can still act."""
    reducing = case.find(ReduceLROnPlateau)
    last = case.epochs - 2 - stopping.start_from_epoch
    if reducing is not None and reducing.monitor == stopping.monitor:
        first = _waits(reducing) + _cools(reducing)
        patience = min(first + _waits(reducing), last)
    else:
        first, patience = 0, min(max(1, case.epochs // 3), last)
    if patience > first:
        return {"EarlyStopping.patience": patience}
    return _both_that_fit(case)


def _both_that_fit(case: Case) -> dict[str, Any]:
    few = case.epochs < _FEWEST_EPOCHS
    epochs = _ENOUGH_EPOCHS if few else case.epochs
    waits = max(1, epochs // 8)
    changes: dict[str, Any] = {"training.epochs": epochs} if few else {}
    changes |= {"EarlyStopping.patience": max(waits + 1, epochs // 3)}
    changes |= {"EarlyStopping.start_from_epoch": 0}
    if case.find(ReduceLROnPlateau) is not None:
        changes |= {"ReduceLROnPlateau.patience": waits, "ReduceLROnPlateau.cooldown": 0}
    return changes
