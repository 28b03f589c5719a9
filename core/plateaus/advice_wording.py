"""An advice in sentences: what was found, what to set, what it does not tell."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from core.plateaus.evidence import Evidence, ReductionAdvice, Stability, StoppingAdvice
from core.plateaus.plateau import MIN_EPOCHS, MIN_PLATEAU, Plateau
from core.plateaus.wording import count_in_words

# Shorter plateaus give their noise to within a third or worse.
_FEW_EPOCHS = 16


def findings_told(evidence: Evidence) -> tuple[str, ...]:
    """Tell what the curves show."""
    told = [_plateaus_told(evidence)]
    if evidence.noise is not None:
        told += [_noise_told(evidence), _own_patience_told(evidence)]
    if evidence.stability is not None:
        told.append(_stability_told(evidence.stability, evidence))
    if any(plateau.worsens for plateau in evidence.plateaus):
        told.append(_worsening_told(evidence))
    return tuple(told)


def _worsening_told(evidence: Evidence) -> str:
    told = (
        f"{evidence.monitor} gets worse towards the end, by more than its noise: the best epoch "
        "lies before"
    )
    if evidence.training_improves is None:
        return f"{told}."
    if evidence.training_improves:
        return f"{told}, while it goes on improving in training: the model overfits."
    return f"{told}. In training it improves no more either."


def remedy_told(evidence: Evidence) -> str:
    """Tell what to look at where no curve ever improves; "" where one does."""
    if not evidence.never_improves or evidence.first_is_nan:
        return ""
    if evidence.training_improves:
        return (
            "No patience mends that. In training it improves all the while, so that what is "
            "learned does not carry over: see whether the scans of validation are labelled and "
            "prepared like those of training, and whether there are enough."
        )
    unknown = evidence.training_improves is None
    too = "" if unknown else ": in training it does not improve either"
    fall = "whether the loss in training falls, and " if unknown else ""
    return (
        f"No patience mends that{too}. If it is no better than chance, take a first learning rate "
        f"ten times smaller, then ten times larger, and see {fall}whether every scan has the right "
        "label."
    )


def _plateaus_told(evidence: Evidence) -> str:
    if len(evidence.plateaus) == 1:
        return _plateau_told(evidence.plateaus[0], evidence)
    counts = Counter(plateau.state for plateau in evidence.plateaus)
    return (
        f"Of the {len(evidence.plateaus)} curves of {evidence.monitor}, those with a plateau: "
        f"{counts['plateau']}; still improving at the end: {counts['improving']}; with fewer than "
        f"{MIN_EPOCHS} numbers, too few to tell: {counts['short']}."
    )


def _plateau_told(plateau: Plateau, evidence: Evidence) -> str:
    monitor = evidence.monitor
    if plateau.state == "short":
        return (
            f"{monitor} has fewer than {MIN_EPOCHS} numbers: too few to tell a plateau from chance."
        )
    if plateau.start is None:
        return (
            f"{monitor} still improves at the end of these {evidence.epochs} epochs, or stopped "
            f"less than {MIN_PLATEAU} epochs ago: there is no plateau yet to set a patience by."
        )
    if plateau.start == 0:
        return (
            f"{monitor} never improves by more than its noise in these {evidence.epochs} epochs: "
            "there is nothing to set a patience by."
        )
    return (
        f"{monitor} reaches its plateau in epoch {evidence.numbers[plateau.start]}: the "
        f"{plateau.epochs} epochs from there on improve on it by no more than chance."
    )


def _noise_told(evidence: Evidence) -> str:
    noise = evidence.noise or 0.0
    where = "on your plateau" if len(evidence.plateaus) == 1 else "on the plateaus"
    below = "below what the log shows, " if 0 < noise <= evidence.resolution else ""
    told = f"The noise of {evidence.monitor} {where} is {below}±{noise:.2g}"
    own = evidence.own_min_delta
    counted = evidence.own_improvements
    if own >= noise:
        size = "larger" if own > noise else "as large"
        return f"{told}: a min_delta of {own:g} is {size}, and does not count it as progress."
    if counted == 0:
        return f"{told}: a min_delta of {own:g} is smaller, though no epoch here was taken in."
    takes = "takes one epoch" if counted == 1 else f"takes {counted} epochs"
    return (
        f"{told}: a min_delta of {own:g} counts noise as progress, and {takes} of "
        f"{evidence.plateau_epochs} for an improvement, which sets `wait` back to 0."
    )


def _own_patience_told(evidence: Evidence) -> str:
    own = f"A ReduceLROnPlateau with patience={evidence.own_patience}"
    own += f" and min_delta={evidence.own_min_delta:g}"
    pairs = [
        (fired, plateau.start)
        for fired, plateau in zip(evidence.own_first_reduced, evidence.plateaus, strict=True)
        if plateau.start is not None
    ]
    if len(pairs) == 1:
        return f"{own} would {_firing_told(*pairs[0], evidence.numbers)}."
    early = sum(fired is not None and fired < start for fired, start in pairs)
    never = sum(fired is None for fired, _ in pairs)
    rest = len(pairs) - early - never
    return (
        f"{own} would first reduce the rate before the plateau on {early} of {len(pairs)} curves, "
        f"on the plateau on {rest}, and never on {never}."
    )


def _firing_told(fired: int | None, start: int, numbers: Sequence[int]) -> str:
    if fired is None:
        return f"not reduce the rate within these {len(numbers)} epochs"
    told = f"first reduce the rate at the end of epoch {numbers[fired]}"
    if fired < start:
        return f"{told}, before the plateau begins: while it still improves"
    if start == 0:
        return told
    return f"{told}, {count_in_words(fired - start, 'epoch')} into the plateau"


def _stability_told(stability: Stability, evidence: Evidence) -> str:
    numbers = evidence.numbers
    starts = _range(*(numbers[start] for start in stability.starts))
    noises = _range(*(f"{noise:.2g}" for noise in stability.noises))
    verdict = "agree" if stability.agrees else "do not agree"
    return (
        f"The curves {verdict}: {stability.with_plateau} of {len(evidence.plateaus)} have a "
        f"plateau, it begins in epoch {starts}, its noise is ±{noises}, and a curve by itself asks "
        f"for a patience of {_range(*stability.patiences)}; their levels differ by "
        f"±{stability.level_spread:.2g} from one to the other."
    )


def _range(low: float | str, high: float | str) -> str:
    return f"{low}" if low == high else f"{low} to {high}"


def recommendations_told(evidence: Evidence) -> tuple[str, ...]:
    """Tell what to set, and why; nothing without a plateau."""
    if evidence.reduction is None:
        return ()
    reduction = _reduction_told(evidence, evidence.reduction)
    if evidence.stopping is None:
        stopping = (
            "No EarlyStopping saves an epoch here without missing more than noise of the best "
            f"{evidence.monitor}: leave it out, or train for longer to see."
        )
        return reduction, stopping
    return reduction, _stopping_told(evidence, evidence.stopping, evidence.reduction)


def _reduction_told(evidence: Evidence, advice: ReductionAdvice) -> str:
    left = evidence.advised_improvements
    chance = f"{left} of {evidence.plateau_epochs} epochs of noise still count as progress"
    return (
        f"ReduceLROnPlateau: patience={advice.patience}, min_delta={advice.min_delta:g}, since "
        f"{_wait_told(evidence, advice)}, and {chance}; {_advised_firing_told(evidence, advice)}."
    )


def _wait_told(evidence: Evidence, advice: ReductionAdvice) -> str:
    until = _until_told(evidence)
    if advice.longest_wait == 0:
        return f"{until} every epoch improves"
    wait = count_in_words(advice.longest_wait, "epoch")
    median = ", in the median of the curves," if len(evidence.plateaus) > 1 else ""
    early = advice.longest_wait >= advice.patience - 1
    return f"{until} the longest wait{median} is {wait}" + (
        ", so that a shorter patience acts too early" if early else ""
    )


def _until_told(evidence: Evidence) -> str:
    """Say up to where waits are counted: the plateau or the first new rate, what comes first."""
    change = evidence.first_change
    starts = [plateau.start for plateau in evidence.plateaus if plateau.start is not None]
    if change is None or all(start < change for start in starts):
        return "before the plateau"
    if all(start >= change for start in starts):
        return "before its first new rate"
    return "before the plateau or the first new rate"


def _advised_firing_told(evidence: Evidence, advice: ReductionAdvice) -> str:
    fired = [epoch for epoch in advice.first_reduced if epoch is not None]
    if not fired:
        return "the plateau is too short for it to act"
    numbers = evidence.numbers
    told = f"it first reduces the rate in epoch {_range(numbers[min(fired)], numbers[max(fired)])}"
    if not advice.too_early:
        return told
    return f"{told}, on {advice.too_early} of {len(evidence.plateaus)} before the plateau"


def _stopping_told(evidence: Evidence, advice: StoppingAdvice, reduction: ReductionAdvice) -> str:
    saved = _range(min(advice.epochs_saved), max(advice.epochs_saved))
    told = (
        f"EarlyStopping: patience={advice.patience}, min_delta={advice.min_delta:g}, "
        f"restore_best_weights=True would have saved {saved} of {evidence.epochs} epochs and "
        f"{_missed_told(evidence, max(advice.missed))}"
    )
    if advice.patience > reduction.patience:
        return f"{told}."
    return (
        f"{told}; beside ReduceLROnPlateau it needs more than {reduction.patience}, or it stops "
        "before a lower rate can help."
    )


def _missed_told(evidence: Evidence, missed: float) -> str:
    if missed == 0:
        return f"kept the best {evidence.monitor}"
    return f"missed the best {evidence.monitor} by {missed:.2g} at most"


def limits_told(evidence: Evidence) -> tuple[str, ...]:
    """Tell what the curves do not show."""
    told: list[str] = []
    if evidence.reduction is not None:
        told.append(
            "What follows a reduction that was not recorded is not on these curves: they say when "
            "it fires first, and nothing about cooldown, factor and min_lr."
        )
        told += _noise_limits(evidence.plateaus)
    if len(evidence.plateaus) == 1:
        told.append(
            "One curve: another seed may wait longer or move more, and several tell by how much."
        )
    if evidence.first_change is not None:
        told.append(
            f"The recorded rate changes in epoch {evidence.numbers[evidence.first_change]}: what "
            "comes after may owe to the new rate, and waits are counted up to there at most."
        )
    if evidence.not_finite:
        told.append(
            f"{evidence.monitor} is NaN or infinite in {evidence.not_finite} of its epochs, which "
            "were left out here."
        )
    if evidence.first_is_nan:
        told.append(
            f"{evidence.monitor} begins with NaN, which Keras from 3.11 on takes for the best and "
            "never sees beaten: every callback that monitors it is blind from there."
        )
    return tuple(told)


def _noise_limits(plateaus: Sequence[Plateau]) -> list[str]:
    lengths = [plateau.epochs for plateau in plateaus if plateau.start is not None]
    told = ["The noise is measured from epoch to epoch: chance that lasts longer is not in it."]
    if np.median(lengths) < _FEW_EPOCHS:
        told.append(
            f"It rests on a plateau of {_range(min(lengths), max(lengths))} epochs, and may be off "
            "by a third or more."
        )
    return told
