"""Numbers in sentences, with as many digits as the sentence needs to be true as it is read."""

import math
from decimal import Decimal

from core.plateaus.directions import Direction
from core.plateaus.wording import format_rate

_FEWEST, _MOST = 4, 17


def plain(value: float) -> str:
    """A number by itself: "0.8130", "NaN", "inf"."""
    return _shown(value, _FEWEST)


def rates(before: float, after: float) -> tuple[str, str]:
    """Two learning rates that look different if they are: "0.001", "0.0003"."""
    shown = format_rate(before), format_rate(after)
    return shown if shown[0] != shown[1] or before == after else _apart(before, after)


def compared(
    value: float, best: float, *, beaten: bool, margin: float, relative: bool, mode: Direction
) -> tuple[str, str, bool]:
    """Two numbers with digits enough for a reader to come to the same verdict.

    Args:
        value: Of the epoch.
        best: Before the epoch.
        beaten: The verdict of the rule.
        margin: By how much the best had to be beaten.
        relative: Whether the margin is a share of the best.
        mode: Which way is better.

    Returns:
        Both numbers, and whether they agree with the verdict: where float32 decides against the
        decimal numbers, no number of digits helps.
    """
    if not (math.isfinite(value) and math.isfinite(best) and math.isfinite(margin)):
        return plain(value), plain(best), True
    for digits in range(_FEWEST, _MOST + 1):
        shown = _shown(value, digits), _shown(best, digits)
        reads_as_beaten = _beats(
            Decimal(shown[0]),
            Decimal(shown[1]),
            Decimal(f"{margin:g}"),
            relative=relative,
            mode=mode,
        )
        if reads_as_beaten == beaten and (shown[0] != shown[1] or value == best):
            return *shown, True
    return *_apart(value, best), False


def _beats(
    value: Decimal, best: Decimal, margin: Decimal, *, relative: bool, mode: Direction
) -> bool:
    sign = -1 if mode == "max" else 1
    threshold = best * (1 - sign * margin) if relative else best - sign * margin
    return sign * value < sign * threshold


def _shown(value: float, digits: int) -> str:
    if math.isnan(value):
        return "NaN"
    return f"{value:#.{digits}g}" if math.isfinite(value) else f"{value}"


def _apart(one: float, other: float) -> tuple[str, str]:
    """The fewest digits that tell two numbers apart, if anything does."""
    for digits in range(_FEWEST, _MOST + 1):
        shown = f"{one:.{digits}g}", f"{other:.{digits}g}"
        if shown[0] != shown[1]:
            return shown
    return plain(one), plain(other)
