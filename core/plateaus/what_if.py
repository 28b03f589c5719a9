"""One callback with one choice of settings over one recorded curve, and how far that is exact."""

from dataclasses import dataclass, replace

import numpy as np

from core.plateaus.arrays import BoolArray, Curves, FloatArray, IntArray
from core.plateaus.checkpoint import ModelCheckpointReplay, replay_model_checkpoint
from core.plateaus.directions import Direction, Semantics, direction_of
from core.plateaus.early_stopping import EarlyStoppingSettings
from core.plateaus.early_stopping_replay import EarlyStoppingReplay, replay_early_stopping
from core.plateaus.recorded_rates import RecordedRates
from core.plateaus.reduce_lr import ReduceLROnPlateauSettings, ThresholdMode
from core.plateaus.reduce_lr_replay import ReduceLROnPlateauReplay, replay_reduce_lr_on_plateau
from core.plateaus.verdicts import (
    Verdict,
    explain_early_stopping,
    explain_model_checkpoint,
    explain_reduce_lr_on_plateau,
)
from core.specs.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau

Watcher = ReduceLROnPlateau | EarlyStopping | ModelCheckpoint
"""The settings of a callback that watches a metric."""

AnyReplay = ReduceLROnPlateauReplay | EarlyStoppingReplay | ModelCheckpointReplay


@dataclass(frozen=True)
class Setting:
    """A callback as a person sets it, and whose rules it follows.

    Attributes:
        name: A letter, to tell several apart.
        callback: Its settings; of ModelCheckpoint the rule of `save_best_only=True`.
        semantics: Whose rules.
        held_best: What a callback used before still holds, under "keras-3.11" only. None takes
            the best of this very curve, as after a first training on it.
        threshold_mode: PyTorch only: whether `min_delta` is a share of the best or absolute.
        eps: PyTorch only: smaller reductions are left out.
    """

    name: str
    callback: Watcher
    semantics: Semantics = "keras-3.15"
    held_best: float | None = None
    threshold_mode: ThresholdMode = "rel"
    eps: float = 1e-8

    @property
    def limit(self) -> int:
        """The `wait` that is full; 0 for ModelCheckpoint, which has none."""
        if isinstance(self.callback, ModelCheckpoint):
            return 0
        if self.semantics == "pytorch":
            return self.callback.patience + 1
        return max(1, self.callback.patience)

    @property
    def direction(self) -> Direction:
        """Which way it takes for better.

        PyTorch has no "auto": what Keras 3.15 makes of it stands in.

        Raises:
            ValueError: If "auto" cannot tell.
        """
        semantics = "keras-3.15" if self.semantics == "pytorch" else self.semantics
        return direction_of(
            self.callback.monitor,
            self.callback.mode,
            callback=self.callback.kind,
            semantics=semantics,
        )


@dataclass(frozen=True, eq=False)
class Replayed:
    """What one setting does on one curve of E epochs; arrays of shape (E,).

    Attributes:
        setting: Which.
        mode: Which way it takes for better.
        curve: The curve.
        replay: All of it.
        verdicts: One for each epoch that is run.
        first_unknown: The first epoch, from 0, that the recording says nothing about, since it
            was trained at another rate; E where the replay is exact to the end.
    """

    setting: Setting
    mode: Direction
    curve: Curves
    replay: AnyReplay
    verdicts: tuple[Verdict, ...]
    first_unknown: int

    @property
    def epochs(self) -> int:
        """How many were recorded."""
        return self.curve.shape[1]

    @property
    def acted(self) -> BoolArray:
        """Where the rate was reduced, the training stopped or the model saved."""
        return self.replay.acted[0, 0]

    @property
    def acts(self) -> list[int]:
        """The epochs, from 0, at whose ends it acted."""
        return np.flatnonzero(self.acted).tolist()

    @property
    def best_before(self) -> FloatArray:
        """The best that the epoch's value had to beat; not finite where there is none yet."""
        return self.replay.best_before[0, 0]

    @property
    def best(self) -> FloatArray:
        """The best after the epoch."""
        return self.replay.best[0, 0]

    @property
    def margin(self) -> FloatArray:
        """By how much the best has to be beaten, in the units of the metric."""
        callback = self.setting.callback
        size = 0.0 if isinstance(callback, ModelCheckpoint) else callback.min_delta
        relative = self.setting.semantics == "pytorch" and self.setting.threshold_mode == "rel"
        return size * np.abs(self.best_before) if relative else np.full(self.epochs, size)

    @property
    def rates(self) -> FloatArray | None:
        """The learning rate in each epoch and after the last, shape (E + 1,); None: not touched."""
        if not isinstance(self.replay, ReduceLROnPlateauReplay):
            return None
        after = self.replay.learning_rate_after[0, 0]
        return np.append(self.replay.learning_rate[0, 0], after[-1:]).astype(np.float64)

    @property
    def cooldown_counter(self) -> IntArray:
        """Epochs of cooldown left after the epoch; 0 for callbacks that have none."""
        if isinstance(self.replay, ReduceLROnPlateauReplay):
            return self.replay.cooldown_counter[0, 0]
        return np.zeros(self.epochs, dtype=np.int64)

    @property
    def restored(self) -> int | None:
        """The epoch, from 0, whose weights EarlyStopping puts back; None if it does not."""
        if not isinstance(self.replay, EarlyStoppingReplay):
            return None
        restored = int(self.replay.restored_epoch[0, 0])
        return restored if restored >= 0 else None


def replay_setting(setting: Setting, curve: Curves, rates: RecordedRates) -> Replayed:
    """Replay a setting over a curve.

    Args:
        setting: Which.
        curve: One curve of E epochs.
        rates: What is known of the learning rate that it was recorded at.

    Raises:
        ValueError: If the direction cannot be told, or the release has no such callback.
    """
    mode = setting.direction
    replay, verdicts = _replay(setting, curve, mode, rates)
    replayed = Replayed(setting, mode, curve, replay, verdicts, first_unknown=curve.shape[1])
    used = replayed.rates
    return replayed if used is None else replace(replayed, first_unknown=rates.first_other(used))


def _replay(
    setting: Setting, curve: Curves, mode: Direction, rates: RecordedRates
) -> tuple[AnyReplay, tuple[Verdict, ...]]:
    callback, monitor = setting.callback, setting.callback.monitor
    held = _held_best(setting, curve, mode, rates)
    if isinstance(callback, ReduceLROnPlateau):
        reducing = replay_reduce_lr_on_plateau(
            _reducing_settings(setting, callback),
            curve,
            learning_rate=rates.start,
            mode=mode,
            semantics=setting.semantics,
            best=held,
            recorded_rates=rates.values if rates.planned else None,
        )
        return reducing, explain_reduce_lr_on_plateau(reducing, monitor=monitor)
    if isinstance(callback, EarlyStopping):
        stopping = replay_early_stopping(
            _stopping_settings(callback), curve, mode=mode, semantics=setting.semantics, best=held
        )
        return stopping, explain_early_stopping(stopping, monitor=monitor)
    saving = replay_model_checkpoint(
        curve,
        mode=mode,
        initial_value_threshold=callback.initial_value_threshold if held is None else held,
        semantics=setting.semantics,
    )
    return saving, explain_model_checkpoint(saving, monitor=monitor)


def _held_best(
    setting: Setting, curve: Curves, mode: Direction, rates: RecordedRates
) -> float | None:
    """What a reused callback holds when the training begins."""
    if setting.semantics != "keras-3.11":
        return None
    if setting.held_best is not None:
        return setting.held_best
    fresh, _ = _replay(replace(setting, semantics="keras-3.15"), curve, mode, rates)
    best = float(fresh.best[0, 0, -1])
    return None if np.isnan(best) else best


def _reducing_settings(setting: Setting, callback: ReduceLROnPlateau) -> ReduceLROnPlateauSettings:
    return ReduceLROnPlateauSettings.of(
        factor=callback.factor,
        patience=callback.patience,
        min_delta=callback.min_delta,
        cooldown=callback.cooldown,
        min_lr=callback.min_lr,
        threshold_mode=setting.threshold_mode,
        eps=setting.eps,
    )


def _stopping_settings(callback: EarlyStopping) -> EarlyStoppingSettings:
    return EarlyStoppingSettings.of(
        min_delta=callback.min_delta,
        patience=callback.patience,
        baseline=callback.baseline,
        restore_best_weights=callback.restore_best_weights,
        start_from_epoch=callback.start_from_epoch,
    )
