"""How far a replay is exact, and where two of them part, in sentences."""

import math
from collections.abc import Sequence

import numpy as np

from core.plateaus.digits import plain, rates
from core.plateaus.recorded_rates import RecordedRates
from core.plateaus.what_if import Replayed
from core.plateaus.wording import format_metric
from core.specs.callbacks import EarlyStopping, ReduceLROnPlateau

_MOST_NAMED = 8


def acts_told(replayed: Replayed) -> str:
    """Say what the setting does, and when: "reduces the learning rate after epochs 5 and 9"."""
    return _told(replayed.setting.callback.kind, replayed.acts)


def _told(kind: str, acts: Sequence[int]) -> str:
    return f"{_VERBS[kind]} after {epochs_told(acts)}" if acts else f"never {_VERBS[kind]}"


_VERBS = {
    "ReduceLROnPlateau": "reduces the learning rate",
    "EarlyStopping": "stops the training",
    "ModelCheckpoint": "saves the model",
}


def epochs_told(epochs: Sequence[int]) -> str:
    """Name epochs, given from 0, as they are shown: "epochs 5, 9 and 12"."""
    shown = [str(epoch + 1) for epoch in epochs]
    if len(shown) == 1:
        return f"epoch {shown[0]}"
    if len(shown) > _MOST_NAMED:
        return f"epochs {', '.join(shown[:_MOST_NAMED])} and {len(shown) - _MOST_NAMED} more"
    return f"epochs {', '.join(shown[:-1])} and {shown[-1]}"


def evidence_told(replayed: Replayed, recorded: RecordedRates) -> str:
    """Say what the setting does on the curve, how far that is exact, and why no further."""
    callback = replayed.setting.callback
    if isinstance(callback, ReduceLROnPlateau):
        told = _rate_evidence(replayed, recorded)
    elif isinstance(callback, EarlyStopping):
        told = _stopping_evidence(replayed)
    else:
        told = (
            "Saving changes nothing in the training: the replay is exact to the end. "
            f"{_kept_told(replayed)}"
        )
    return f"{_known_acts_told(replayed).capitalize()}. {told}"


def _known_acts_told(replayed: Replayed) -> str:
    """Leave out what it would do on a curve that it would have changed before."""
    known = [epoch for epoch in replayed.acts if epoch < replayed.first_unknown]
    return _told(replayed.setting.callback.kind, known)


def _rate_evidence(replayed: Replayed, recorded: RecordedRates) -> str:
    first, used = replayed.first_unknown, replayed.rates
    if used is None or first == replayed.epochs:
        return f"{_same_rates(recorded)}: the replay is exact to the end."
    ours, theirs = rates(float(used[first]), float(recorded.values[first]))
    if first == 0:
        return (
            f"It would begin at the learning rate {ours}, and the recorded training began at "
            f"{theirs}: the recording says nothing about it."
        )
    epoch = first + 1
    where = f"Exact up to epoch {first}. In epoch {epoch} the learning rate would be {ours}"
    if not recorded.logged:
        return (
            f"{where}; that of the recording was not logged and is taken to have stayed at "
            f"{theirs}. How the curve would go on from there nobody has recorded, and so "
            "everything after it is grey."
        )
    return (
        f"{where}, and the recorded training went on at {theirs}. How the curve would go on "
        "from there nobody has recorded, and so everything after it is grey."
    )


def _same_rates(recorded: RecordedRates) -> str:
    if recorded.planned:
        return (
            "LearningRateScheduler set the rate anew in every epoch, whatever a reduction had left"
        )
    if not recorded.logged:
        return "The learning rate was not logged and is taken to have stayed the same, as here"
    if recorded.changes:
        return "The recorded training had the same learning rate in every epoch"
    return "The recorded training kept its learning rate too"


def _stopping_evidence(replayed: Replayed) -> str:
    exact = "EarlyStopping changes nothing before it stops: the replay is exact to the end."
    restored = replayed.restored
    weights = "" if restored is None else f" The weights of epoch {restored + 1} are restored."
    if not replayed.acts:
        last = replayed.verdicts[-1]
        wait = f"wait ends at {last.wait} of {replayed.setting.limit}"
        return f"{exact} After the {replayed.epochs} recorded epochs, {wait}.{weights}"
    return f"{exact}{weights}{_missed_told(replayed)}"


def _missed_told(replayed: Replayed) -> str:
    """What the epochs after the stop would have brought: time saved, a better value missed."""
    end = replayed.acts[0] + 1
    saved = replayed.epochs - end
    if not saved:
        return " It is the last recorded epoch."
    values = np.where(replayed.curve.present[0], replayed.curve.values[0], np.nan)
    sign = -1.0 if replayed.mode == "max" else 1.0
    before, after = sign * values[:end], sign * values[end:]
    epochs = "one epoch" if saved == 1 else f"{saved} epochs"
    if np.isnan(after).all() or np.isnan(before).all() or np.nanmin(after) >= np.nanmin(before):
        return f" It saves {epochs} and misses nothing better."
    at = int(np.nanargmin(after))
    best = f"{plain(float(values[end + at]))} in epoch {end + at + 1}"
    kept = plain(sign * float(np.nanmin(before)))
    return f" It saves {epochs} and misses {best}, against the best before it, {kept}."


def _kept_told(replayed: Replayed) -> str:
    if not replayed.acts:
        return "No model is kept."
    return f"A file of one name ends with the model of epoch {replayed.acts[-1] + 1}."


def parting_told(one: Replayed, other: Replayed) -> str:
    """Say where two settings of one callback first act differently on the curve."""
    names = f"{one.setting.name} and {other.setting.name}"
    epoch = first_apart(one, other)
    if epoch is None:
        if same_rates(one, other):
            return f"{names} act alike on all of this curve."
        return f"{names} act in the same epochs, with different learning rates."
    actor, idle = (one, other) if one.acted[epoch] else (other, one)
    told = f"{actor.setting.name} {_VERBS[actor.setting.callback.kind]}"
    parting = f"{names} part at epoch {epoch + 1}: there {told}, {idle.setting.name} does not."
    return f"{parting}{doubt_told(epoch, one, other)}"


def doubt_told(epoch: int, *replays: Replayed) -> str:
    """Say that two replays part where the curve is evidence for neither, if so."""
    if all(epoch < one.first_unknown for one in replays):
        return ""
    return " By then the curve is no longer evidence."


def best_told(replayed: Replayed, epoch: int) -> tuple[str, float | None]:
    """Return the best after an epoch, from 0, in words, and how far that epoch moved it.

    Before a value has counted there is none: Keras holds None or infinity then. NaN as the first
    value is a best of its own.
    """
    best = float(replayed.best[epoch])
    if not math.isfinite(best) and not replayed.replay.improved[0, 0, : epoch + 1].any():
        return "none yet", None
    moved = best - float(replayed.best_before[epoch])
    return format_metric(best), moved if math.isfinite(moved) and moved else None


def same_rates(one: Replayed, other: Replayed) -> bool:
    """Whether two replays use the same learning rates, or none."""
    ours, theirs = one.rates, other.rates
    if ours is None or theirs is None:
        return True
    return np.allclose(ours, theirs, rtol=1e-6, atol=0)


def first_apart(one: Replayed, other: Replayed) -> int | None:
    """Tell the first epoch, from 0, at whose end one acts and the other does not."""
    apart = np.flatnonzero(one.acted != other.acted)
    return int(apart[0]) if apart.size else None
