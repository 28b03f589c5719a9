"""The one idea of the playground, told with the numbers of the simulation at hand."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.plateaus.arrays import FloatArray
from core.plateaus.outcomes import Outcome
from core.plateaus.wording import format_rate

# Rates and losses that differ by less are told as alike.
_APART = 1.5
_SHOWN_FLOORS = 3
_RECENT_EPOCHS = 30


def name_told(values: Mapping[str, Any], letter: str) -> str:
    """Name a setting by what makes it, short enough for a legend.

    Args:
        values: The dials.
        letter: The setting.
    """
    rate = f"{values[f'{letter}.learning_rate']:g}"
    if not values[f"{letter}.ReduceLROnPlateau"]:
        told = f"constant {rate}"
    else:
        factor = f"{values[f'{letter}.ReduceLROnPlateau.factor']:g}"
        patience = values[f"{letter}.ReduceLROnPlateau.patience"]
        told = f"{rate}, \N{MULTIPLICATION SIGN}{factor} after {patience}"
    return (
        f"{told}, stop {values[f'{letter}.EarlyStopping.patience']}"
        if (values[f"{letter}.EarlyStopping"])
        else told
    )


def loss_told(loss: float) -> str:
    """Write a loss with two digits that count."""
    if not math.isfinite(loss):
        return "no number"
    return format_rate(float(f"{loss:.2g}"))


def rate_told(rate: float) -> str:
    """Write a rate with two digits that count."""
    return format_rate(float(f"{rate:.2g}"))


def floor_told(outcomes: Sequence[Outcome]) -> str:
    """Tell how low the loss gets at which rate."""
    sound = _sound(outcomes)
    if not sound:
        return "At these rates the steps overshoot and grow: the loss runs away. Lower the rate."
    if emptied := [f"**{outcome.letter}**" for outcome in sound if outcome.end_loss == 0]:
        return _no_floor_told(emptied)
    if staged := [outcome for outcome in sound if len(outcome.floors) > 1]:
        return _stages_told(min(staged, key=lambda outcome: outcome.end_loss))
    high = max(sound, key=lambda outcome: outcome.end_rate)
    low = min(sound, key=lambda outcome: outcome.end_rate)
    if high.end_rate < _APART * low.end_rate:
        return _alone_told(high)
    return (
        f"With a rate of {rate_told(high.end_rate)}, **{high.letter}** ends at "
        f"{loss_told(high.end_loss)}; with {rate_told(low.end_rate)}, **{low.letter}** ends at "
        f"{loss_told(low.end_loss)}{_apart_told(high.end_loss, low.end_loss)}."
    )


def progress_told(outcomes: Sequence[Outcome]) -> str:
    """Tell how fast the loss falls at which rate."""
    sound = _sound(outcomes)
    if not sound:
        return ""
    fast = max(sound, key=lambda outcome: outcome.start_rate)
    slow = min(sound, key=lambda outcome: outcome.start_rate)
    if fast.start_rate >= _APART * slow.start_rate:
        return _pace_told(fast, slow)
    spent = min(sound, key=lambda outcome: outcome.end_rate)
    best = min(sound, key=lambda outcome: outcome.end_loss)
    told = _recent_told(spent)
    if spent is not best and spent.end_loss > best.end_loss:
        told += (
            f" It gave up speed too soon: **{best.letter}** ends at {loss_told(best.end_loss)}, "
            f"**{spent.letter}** at {loss_told(spent.end_loss)}."
        )
    return told


def ends_told(outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    """Tell what became of the settings that did not run to the end."""
    told = [
        f"EarlyStopping ends **{outcome.letter}** at epoch {outcome.drawn_epochs}, the median of "
        f"all {outcome.seeds} seeds; it stops {len(outcome.stopped_epochs)} of them."
        for outcome in outcomes
        if outcome.stopped
    ]
    told += [
        f"In **{outcome.letter}** the loss ran away on {outcome.diverged} of {outcome.seeds} "
        "seeds: the rate is too high for the steepest direction."
        for outcome in outcomes
        if outcome.diverged
    ]
    return tuple(told)


def reductions_told(outcome: Outcome) -> str:
    """Tell how often the rate was lowered, over the seeds."""
    least, most = int(outcome.reductions.min()), int(outcome.reductions.max())
    return str(least) if least == most else f"{least}\N{EN DASH}{most}"


def _sound(outcomes: Sequence[Outcome]) -> list[Outcome]:
    return [outcome for outcome in outcomes if math.isfinite(outcome.end_loss)]


def _no_floor_told(names: Sequence[str]) -> str:
    """Say why settings came to 0: only steps that nothing shakes shrink a loss that far."""
    told = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    get = "gets" if len(names) == 1 else "get"
    return (
        f"Without noise there is no floor: {told} {get} down to a loss of 0. Turn "
        "`gradient_noise` up to see one."
    )


def _stages_told(outcome: Outcome) -> str:
    floors = outcome.floors[:_SHOWN_FLOORS]
    steps = [f"{loss_told(floor.loss)} at {rate_told(floor.rate)}" for floor in floors]
    first, last = floors[0].loss, floors[-1].loss
    told = f"**{outcome.letter}** was stuck at a loss of {', then '.join(steps)}"
    if first > last and first >= _APART * last:
        return f"{told}: each lower rate let it fall further."
    return f"{told}: the rate fell, and the loss hardly followed."


def _alone_told(outcome: Outcome) -> str:
    return (
        f"At a rate of {rate_told(outcome.end_rate)}, **{outcome.letter}** gets to "
        f"{loss_told(outcome.end_loss)}. Lower its rate, or let it be lowered, and compare."
    )


def _apart_told(high: float, low: float) -> str:
    if low > 0 and high >= _APART * low:
        return f", {high / low:.2g} times lower"
    return ", no lower: it is not down at its floor yet" if high <= low else ""


def _pace_told(fast: Outcome, slow: Outcome) -> str:
    """Tell how far both were at the first epoch that shows them apart; nothing if none does."""
    ahead, behind = fast.loss_band.middle, slow.loss_band.middle
    shared = min(len(ahead), len(behind))
    apart = np.flatnonzero(behind[:shared] >= _APART * ahead[:shared])
    if not apart.size:
        return ""
    epoch = int(apart[0])
    return (
        f"After epoch {epoch + 1}, **{fast.letter}** at {rate_told(fast.start_rate)} is down to "
        f"{loss_told(float(ahead[epoch]))}, **{slow.letter}** at {rate_told(slow.start_rate)} "
        f"only to {loss_told(float(behind[epoch]))}."
    )


def _recent_told(outcome: Outcome) -> str:
    """Tell how far the loss still moved at the end, and before."""
    epochs = min(_RECENT_EPOCHS, outcome.drawn_epochs // 2)
    end = outcome.drawn_epochs - 1
    late = outcome.share_lost(end - epochs, end)
    early = outcome.share_lost(max(end - 2 * epochs, 0), end - epochs)
    told = (
        f"In its last {epochs} epochs, at rates down to {rate_told(outcome.end_rate)}, "
        f"**{outcome.letter}** {_fall_told(late)}"
    )
    if _fall_told(early) == _fall_told(late):
        return f"{told}, as in the {epochs} before."
    return f"{told}; in the {epochs} before, it {_fall_told(early)}."


def _fall_told(share: float) -> str:
    return f"fell by {100 * share:.0f} %" if share >= 0.01 else "did not fall"  # noqa: PLR2004


def map_told(
    losses: FloatArray, patiences: Sequence[int], factors: Sequence[float], outcome: Outcome | None
) -> str:
    """Tell what the map of the final loss says.

    Args:
        losses: Shape (patiences, factors).
        patiences: Of the rows.
        factors: Of the columns.
        outcome: The setting the map is of; None if it is not drawn.
    """
    if not np.isfinite(losses).any():
        return "In every cell the loss runs away: start with a lower rate."
    row, column = np.unravel_index(int(np.argmin(losses)), losses.shape)
    patience, factor = patiences[int(row)], factors[int(column)]
    told = (
        f"The best cell is a patience of **{patience}** with a factor of **{factor:g}**: "
        f"{loss_told(float(losses[row, column]))}. With the same factor, a patience of "
        f"{patiences[0]} ends at {loss_told(float(losses[0, column]))}, and one of "
        f"{patiences[-1]} at {loss_told(float(losses[-1, column]))}."
    )
    if outcome is None:
        return told
    return f"{told} **{outcome.letter}** as it is set ends at {loss_told(outcome.end_loss)}."
