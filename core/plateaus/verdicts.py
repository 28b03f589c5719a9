"""Why a callback acted, or did not: one sentence for each epoch of a replay."""

from dataclasses import dataclass

import numpy as np

from core.plateaus.checkpoint import ModelCheckpointReplay
from core.plateaus.comparisons import ComparedCurve, Margin
from core.plateaus.digits import rates
from core.plateaus.early_stopping_replay import EarlyStoppingReplay
from core.plateaus.reduce_lr_replay import ReduceLROnPlateauReplay
from core.plateaus.wording import format_rate


@dataclass(frozen=True)
class Verdict:
    """What one callback made of one epoch.

    Attributes:
        epoch: Counted from 0; the sentence counts from 1, as Keras prints it.
        value: The metric; None where the epoch lacks it.
        best_before: None before the first value.
        improved: Whether the value beat it, or is the first.
        wait: Epochs without improvement, this one included; where the rate is reduced, the count
            that led to it, before the callback sets it back to 0.
        patience: As set; 0 for ModelCheckpoint, which has none.
        cooldown_counter: After the epoch; 0 for callbacks that have none.
        rate_before: The learning rate of the epoch; None where the callback does not touch it.
        rate_after: That of the next epoch; None likewise.
        stopped: Whether the callback stops training here.
        sentence: All of this in words.
    """

    epoch: int
    value: float | None
    best_before: float | None
    improved: bool
    wait: int
    patience: int
    cooldown_counter: int
    rate_before: float | None
    rate_after: float | None
    stopped: bool
    sentence: str


def explain_reduce_lr_on_plateau(
    replay: ReduceLROnPlateauReplay, *, monitor: str, setting: int = 0, curve: int = 0
) -> tuple[Verdict, ...]:
    """Tell why each epoch reduced the learning rate, or did not.

    Args:
        replay: Of S settings on C curves.
        monitor: The metric's name, for the sentences.
        setting: Which of the S.
        curve: Which of the C.
    """
    one = _ReduceLROnPlateauStory(replay, monitor, setting, curve)
    return tuple(one.verdict(epoch) for epoch in range(replay.curves.shape[1]))


class _ReduceLROnPlateauStory:
    """One setting on one curve."""

    def __init__(
        self, replay: ReduceLROnPlateauReplay, monitor: str, setting: int, curve: int
    ) -> None:
        at = (setting, curve)
        settings = replay.settings
        self._in_pytorch = replay.semantics == "pytorch"
        self._curve = ComparedCurve(
            monitor=monitor,
            values=replay.curves.values[curve],
            present=replay.curves.present[curve],
            counted=replay.curves.present[curve],
            improved=replay.improved[at],
            best_before=replay.best_before[at],
            margin=_reduce_lr_margin(replay, float(settings.min_delta[setting])),
        )
        self._patience = int(settings.patience[setting])
        self._limit = self._patience + 1 if self._in_pytorch else max(self._patience, 1)
        self._wait = replay.wait[at]
        self._wait_before = np.concatenate([[0], self._wait[:-1]])
        self._cooldown = replay.cooldown_counter[at]
        self._reduced = replay.reduced[at]
        self._rates, self._rates_after = replay.learning_rate[at], replay.learning_rate_after[at]

    def verdict(self, epoch: int) -> Verdict:
        """Judge one epoch."""
        wait = self._reached_wait(epoch)
        return Verdict(
            epoch=epoch,
            value=self._curve.value(epoch),
            best_before=self._curve.best(epoch),
            improved=bool(self._curve.improved[epoch]),
            wait=wait,
            patience=self._patience,
            cooldown_counter=int(self._cooldown[epoch]),
            rate_before=float(self._rates[epoch]),
            rate_after=float(self._rates_after[epoch]),
            stopped=False,
            sentence=f"Epoch {epoch + 1}: {self._told(epoch, wait)}.",
        )

    def _is_due(self, epoch: int) -> bool:
        """Whether the patience ran out, and the callback tried to reduce the rate."""
        if not self._curve.present[epoch] or self._curve.improved[epoch]:
            return False
        cooldown_before = self._cooldown[epoch - 1] if epoch else 0
        # Keras takes one off before it asks whether it is in cooldown, PyTorch asks first.
        counts = cooldown_before <= (0 if self._in_pytorch else 1)
        return bool(counts and self._wait_before[epoch] + 1 >= self._limit)

    def _reached_wait(self, epoch: int) -> int:
        return int(self._wait_before[epoch] + 1 if self._is_due(epoch) else self._wait[epoch])

    def _told(self, epoch: int, wait: int) -> str:
        of = f"{wait} of {self._limit}"
        if not self._curve.present[epoch]:
            return f"{self._curve.monitor} was not logged; wait stays at {of}"
        told = self._curve.told(epoch)
        if self._reduced[epoch]:
            return f"{told}; wait {of} → {self._reduction_told(epoch)}"
        if self._is_due(epoch):
            return f"{told}; wait {of}, but {self._refusal_told(epoch)}"
        if self._curve.improved[epoch] or wait > 0:
            return f"{told}; wait {of}"
        return f"{told}; in cooldown (cooldown_counter {self._cooldown[epoch]}), wait stays 0"

    def _reduction_told(self, epoch: int) -> str:
        before, after = rates(float(self._rates[epoch]), float(self._rates_after[epoch]))
        return f"learning rate {before} → {after}"

    def _refusal_told(self, epoch: int) -> str:
        rate = format_rate(float(self._rates[epoch]))
        if self._in_pytorch:
            return f"the learning rate {rate} would change by no more than eps"
        return f"the learning rate {rate} is already at min_lr"


def _reduce_lr_margin(replay: ReduceLROnPlateauReplay, min_delta: float) -> Margin:
    relative = replay.semantics == "pytorch" and replay.settings.threshold_mode == "rel"
    signed = replay.semantics in {"keras-3.10", "pytorch"}
    return Margin(min_delta if signed else abs(min_delta), relative, replay.mode)


def explain_early_stopping(
    replay: EarlyStoppingReplay, *, monitor: str, setting: int = 0, curve: int = 0
) -> tuple[Verdict, ...]:
    """Tell why each epoch that was run stopped training, or did not.

    The last sentence says whose weights are restored, taking the end of the curve for the end of
    training.

    Args:
        replay: Of S settings on C curves.
        monitor: The metric's name, for the sentences.
        setting: Which of the S.
        curve: Which of the C.
    """
    one = _EarlyStoppingStory(replay, monitor, setting, curve)
    return tuple(one.verdict(epoch) for epoch in range(int(replay.epochs_run[setting, curve])))


class _EarlyStoppingStory:
    """One setting on one curve."""

    def __init__(self, replay: EarlyStoppingReplay, monitor: str, setting: int, curve: int) -> None:
        at = (setting, curve)
        settings = replay.settings
        self._start = int(settings.start_from_epoch[setting])
        present = replay.curves.present[curve]
        self._curve = ComparedCurve(
            monitor=monitor,
            values=replay.curves.values[curve],
            present=present,
            counted=present & (np.arange(present.size, dtype=np.int64) >= self._start),
            improved=replay.improved[at],
            best_before=replay.best_before[at],
            margin=Margin(abs(float(settings.min_delta[setting])), False, replay.mode),
        )
        self._patience = int(settings.patience[setting])
        self._baseline = float(settings.baseline[setting])
        self._wait = replay.wait[at]
        self._stopped = replay.stopped[at]
        self._restored = int(replay.restored_epoch[at])
        self._last = int(replay.epochs_run[at]) - 1

    def verdict(self, epoch: int) -> Verdict:
        """Judge one epoch."""
        told = self._told(epoch) + (self._end_told() if epoch == self._last else "")
        return Verdict(
            epoch=epoch,
            value=self._curve.value(epoch),
            best_before=self._curve.best(epoch),
            improved=bool(self._curve.improved[epoch]),
            wait=int(self._wait[epoch]),
            patience=self._patience,
            cooldown_counter=0,
            rate_before=None,
            rate_after=None,
            stopped=bool(self._stopped[epoch]),
            sentence=f"Epoch {epoch + 1}: {told}.",
        )

    def _told(self, epoch: int) -> str:
        of = f"{self._wait[epoch]} of {max(self._patience, 1)}"
        if not self._curve.present[epoch]:
            return f"{self._curve.monitor} was not logged; wait stays at {of}"
        if epoch < self._start:
            return (
                f"{self._curve.monitor} does not count before epoch {self._start + 1} "
                f"(start_from_epoch {self._start})"
            )
        told = self._curve.told(epoch)
        if self._stopped[epoch]:
            return f"{told}; wait {of} → training stops"
        if self._curve.improved[epoch] and self._wait[epoch] > 0:
            return f"{told}, but not the baseline {self._baseline:g}; wait goes on, {of}"
        if not self._curve.improved[epoch] and epoch == 0 and self._wait[0] >= self._patience:
            return f"{told}; wait {of}, but no training stops in its first epoch"
        return f"{told}; wait {of}"

    def _end_told(self) -> str:
        if self._restored < 0:
            return ""
        end = "" if self._stopped[self._last] else "; training ends"
        return f"{end}, the weights of epoch {self._restored + 1} are restored"


def explain_model_checkpoint(
    replay: ModelCheckpointReplay, *, monitor: str, curve: int = 0
) -> tuple[Verdict, ...]:
    """Tell why each epoch was saved, or was not.

    Args:
        replay: On C curves.
        monitor: The metric's name, for the sentences.
        curve: Which of the C.
    """
    compared = ComparedCurve(
        monitor=monitor,
        values=replay.curves.values[curve],
        present=replay.curves.present[curve],
        counted=replay.curves.present[curve],
        improved=replay.improved[0, curve],
        best_before=replay.best_before[0, curve],
        margin=Margin(0.0, False, replay.mode),
    )
    return tuple(_save_verdict(compared, epoch) for epoch in range(replay.curves.shape[1]))


def _save_verdict(compared: ComparedCurve, epoch: int) -> Verdict:
    improved = bool(compared.improved[epoch])
    if not compared.present[epoch]:
        told = f"{compared.monitor} was not logged, and so the model is saved"
    else:
        told = f"{compared.told(epoch)}; the model is {'saved' if improved else 'not saved'}"
    return Verdict(
        epoch=epoch,
        value=compared.value(epoch),
        best_before=compared.best(epoch),
        improved=improved,
        wait=0,
        patience=0,
        cooldown_counter=0,
        rate_before=None,
        rate_after=None,
        stopped=False,
        sentence=f"Epoch {epoch + 1}: {told}.",
    )
