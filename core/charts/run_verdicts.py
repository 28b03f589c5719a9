"""Why each callback of a run acted in each epoch, or did not, told from the recorded curve."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.charts.history import state_of
from core.plateaus.arrays import Curves
from core.plateaus.checkpoint import replay_model_checkpoint
from core.plateaus.directions import direction_of
from core.plateaus.early_stopping import EarlyStoppingSettings
from core.plateaus.early_stopping_replay import replay_early_stopping
from core.plateaus.reduce_lr import ReduceLROnPlateauSettings
from core.plateaus.reduce_lr_replay import replay_reduce_lr_on_plateau
from core.plateaus.verdicts import (
    Verdict,
    explain_early_stopping,
    explain_model_checkpoint,
    explain_reduce_lr_on_plateau,
)
from core.specs.callbacks import AnyCallback, EarlyStopping, ModelCheckpoint, ReduceLROnPlateau
from core.store.records import Epoch, Event, EventKind, Run


@dataclass(frozen=True)
class CallbackVerdicts:
    """One callback's verdicts on a run.

    Attributes:
        kind: Keras's name of the callback.
        verdicts: One an epoch.
        acted: Whether it did anything at the end of the epoch, one an epoch.
        apart: The epochs, from 1, whose `wait` Keras counted otherwise than the replay.
        refusal: Why there are no verdicts, such as a metric whose direction "auto" cannot tell;
            empty if there are.
    """

    kind: str
    verdicts: tuple[Verdict, ...]
    acted: tuple[bool, ...]
    apart: tuple[int, ...]
    refusal: str = ""


def run_verdicts(
    run: Run, epochs: Sequence[Epoch], events: Sequence[Event]
) -> tuple[CallbackVerdicts, ...]:
    """Replay the run's callbacks over its own curve.

    ReduceLROnPlateau, EarlyStopping and a ModelCheckpoint that saves the best only are told; the
    others follow no metric.

    Args:
        run: The run, with its settings.
        epochs: Those finished, in order.
        events: In order; they tell whether weights were restored at the end.
    """
    if not epochs:
        return ()
    restored = any(event.kind is EventKind.WEIGHTS_RESTORED for event in events)
    told = [_told(callback, epochs, restored=restored) for callback in run.spec.callbacks]
    return tuple(verdicts for verdicts in told if verdicts is not None)


def _told(
    callback: AnyCallback, epochs: Sequence[Epoch], *, restored: bool
) -> CallbackVerdicts | None:
    try:
        if isinstance(callback, ReduceLROnPlateau):
            return _reducing(callback, epochs)
        if isinstance(callback, EarlyStopping):
            return _stopping(callback, epochs, restored=restored)
        if isinstance(callback, ModelCheckpoint) and callback.save_best_only:
            return _saving(callback, epochs)
    except ValueError as error:
        # Keras refuses such settings too, but only when the run's first epoch ends.
        return CallbackVerdicts(callback.kind, (), (), (), str(error))
    return None


def _curve(monitor: str, epochs: Sequence[Epoch]) -> Curves:
    return Curves.of(
        [epoch.logs.get(monitor, np.nan) for epoch in epochs],
        [monitor in epoch.logs for epoch in epochs],
    )


def _reducing(callback: ReduceLROnPlateau, epochs: Sequence[Epoch]) -> CallbackVerdicts:
    replay = replay_reduce_lr_on_plateau(
        ReduceLROnPlateauSettings.of(
            factor=callback.factor,
            patience=callback.patience,
            min_delta=callback.min_delta,
            cooldown=callback.cooldown,
            min_lr=callback.min_lr,
        ),
        _curve(callback.monitor, epochs),
        learning_rate=epochs[0].learning_rate,
        mode=direction_of(callback.monitor, callback.mode),
        # Another callback may have set a rate of its own.
        recorded_rates=[epoch.learning_rate for epoch in epochs],
    )
    return _verdicts(
        callback.kind,
        explain_reduce_lr_on_plateau(replay, monitor=callback.monitor),
        lambda verdict: bool(replay.acted[0, 0, verdict.epoch]),
        epochs,
    )


def _stopping(
    callback: EarlyStopping, epochs: Sequence[Epoch], *, restored: bool
) -> CallbackVerdicts:
    replay = replay_early_stopping(
        EarlyStoppingSettings.of(
            min_delta=callback.min_delta,
            patience=callback.patience,
            baseline=callback.baseline,
            restore_best_weights=callback.restore_best_weights,
            start_from_epoch=callback.start_from_epoch,
        ),
        _curve(callback.monitor, epochs),
        mode=direction_of(callback.monitor, callback.mode),
    )
    if not restored:
        # The end of the curve is not that of the training, or nothing was put back.
        replay = replace(replay, restored_epoch=np.full_like(replay.restored_epoch, -1))
    return _verdicts(
        callback.kind,
        explain_early_stopping(replay, monitor=callback.monitor),
        lambda verdict: verdict.stopped,
        epochs,
    )


def _saving(callback: ModelCheckpoint, epochs: Sequence[Epoch]) -> CallbackVerdicts:
    replay = replay_model_checkpoint(
        _curve(callback.monitor, epochs),
        mode=direction_of(callback.monitor, callback.mode, callback="ModelCheckpoint"),
        initial_value_threshold=callback.initial_value_threshold,
    )
    return _verdicts(
        callback.kind,
        explain_model_checkpoint(replay, monitor=callback.monitor),
        lambda verdict: bool(replay.acted[0, 0, verdict.epoch]),
        epochs,
    )


def _verdicts(
    kind: str,
    verdicts: tuple[Verdict, ...],
    acted: Callable[[Verdict], bool],
    epochs: Sequence[Epoch],
) -> CallbackVerdicts:
    apart: list[int] = []
    for verdict, epoch in zip(verdicts, epochs, strict=False):
        counted = (state_of(epoch, kind) or {}).get("wait")
        if counted is not None and counted != verdict.wait:
            apart.append(epoch.epoch + 1)
    return CallbackVerdicts(kind, verdicts, tuple(map(acted, verdicts)), tuple(apart))
