"""Rules on callbacks that meet: who overwrites whom, who sees what, what a resume forgets."""

from collections.abc import Iterator
from itertools import takewhile
from pathlib import PurePath

from core.specs.callbacks import (
    BackupAndRestore,
    EarlyStopping,
    ModelCheckpoint,
    TerminateOnNaN,
)
from core.specs.lint.findings import (
    Case,
    Finding,
    keras_issue,
    keras_source,
    tensorflow_issue,
)

_CHANGE_THE_RATE = ("ReduceLROnPlateau", "LearningRateScheduler")
_COUNT = ("ReduceLROnPlateau", "EarlyStopping")
_LONGEST_STEM = 80


def scheduler_with_reduction(case: Case) -> Iterator[Finding]:
    """Find a plan that takes back every reduction."""
    if set(_CHANGE_THE_RATE) <= set(case.order):
        yield Finding(
            rule="scheduler_with_reduction",
            severity="warning",
            key="LearningRateScheduler.schedule",
            sentence="LearningRateScheduler sets the rate anew at the start of every epoch: what "
            "ReduceLROnPlateau takes off at the end of one is gone before the next one trains.",
            evidence=keras_source("learning_rate_scheduler.py"),
            remedy="Take one of the two.",
            fix=case.without("LearningRateScheduler"),
        )


def schedule_object(case: Case) -> Iterator[Finding]:
    """Find a callback that cannot set the rate of an optimizer with a schedule of its own."""
    for name in _CHANGE_THE_RATE:
        if case.schedule_object and name in case.order:
            yield Finding(
                rule="schedule_object",
                severity="error",
                key=name,
                sentence=f"Your code gives the optimizer a {case.schedule_object} as its rate. It "
                f"cannot be set: Keras ends that training with a TypeError when {name} tries to. "
                "A run from this form starts with a plain number.",
                evidence=tensorflow_issue(36612),
                remedy="Give the optimizer a number in your code, or leave the callback out.",
                fix=case.without(name),
            )


def csv_before_rate(case: Case) -> Iterator[Finding]:
    """Find a table that is written before the rate is in the logs."""
    before = list(takewhile(lambda name: name != "CSVLogger", case.order))
    later = [name for name in case.order[len(before) + 1 :] if name in _CHANGE_THE_RATE]
    if later and not set(before) & set(_CHANGE_THE_RATE):
        order = [name for name in case.order if name != "CSVLogger"]
        order.insert(order.index(later[0]) + 1, "CSVLogger")
        yield Finding(
            rule="csv_before_rate",
            severity="note",
            key="CSVLogger.filename",
            sentence=f"CSVLogger writes its line before {later[0]} puts `learning_rate` into the "
            "logs: the table has no column for it.",
            evidence=keras_source("csv_logger.py"),
            remedy=f"Place CSVLogger after {later[0]}.",
            fix={"callbacks": order},
        )


def best_weights_not_restored(case: Case) -> Iterator[Finding]:
    """Find an error that EarlyStopping does not outlive."""
    stopping, ending = case.find(EarlyStopping), case.find(TerminateOnNaN)
    if stopping is None or ending is None:
        return
    if stopping.restore_best_weights and ending.raise_error:
        yield Finding(
            rule="best_weights_not_restored",
            severity="note",
            key="TerminateOnNaN.raise_error",
            sentence="At a NaN, TerminateOnNaN ends `fit` with an error, and EarlyStopping does "
            "not put the best weights back: the model is left with the broken ones.",
            evidence=keras_source("terminate_on_nan.py"),
            remedy="Switch raise_error off: the training ends all the same, and properly.",
            fix={"TerminateOnNaN.raise_error": False},
        )


def best_overwritten_on_resume(case: Case) -> Iterator[Finding]:
    """Find a best file that the first epoch after a resume replaces."""
    saving = case.find(ModelCheckpoint)
    if saving is None or case.find(BackupAndRestore) is None:
        return
    forgets = saving.save_best_only and saving.initial_value_threshold is None
    if forgets and "{" not in saving.filepath:
        yield Finding(
            rule="best_overwritten_on_resume",
            severity="warning",
            key="ModelCheckpoint.filepath",
            sentence="After a resume by BackupAndRestore, ModelCheckpoint has forgotten its best "
            f"value: the first epoch overwrites `{saving.filepath}`, even with a worse model.",
            evidence=keras_issue(12803),
            remedy="Put the epoch into the file's name, or set initial_value_threshold to the "
            "best value so far.",
            fix={"ModelCheckpoint.filepath": _one_for_each_epoch(saving.filepath)},
        )


def counters_lost_on_resume(case: Case) -> Iterator[Finding]:
    """Find counters that start over after a resume."""
    counting = [name for name in case.order if name in _COUNT]
    if counting and case.find(BackupAndRestore) is not None:
        verb = "starts" if len(counting) == 1 else "start"
        yield Finding(
            rule="counters_lost_on_resume",
            severity="note",
            key="BackupAndRestore.backup_dir",
            sentence="BackupAndRestore keeps weights and epoch only: after a resume "
            f"{' and '.join(counting)} {verb} over, with no best value and no epoch waited.",
            evidence=keras_issue(17012),
            remedy="Expect the patience to count anew after an interruption.",
            fix={},
        )


def _one_for_each_epoch(filepath: str) -> str:
    ending = "".join(PurePath(filepath).suffixes[-2:])
    ending = ending if ending == ".weights.h5" else PurePath(filepath).suffix
    return f"{filepath.removesuffix(ending)[:_LONGEST_STEM]}-{{epoch:02d}}{ending}"
