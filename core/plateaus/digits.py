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


def reaches(value: str, best: str, *, margin: float, relative: bool, mode: Direction) -> bool:
    """Whether a value, as it is shown, is better than the best by the margin or more.

    Keras compares strictly: a value that is better by the margin and no more does not beat the
    best.

    Args:
        value: Of the epoch, as `compared` shows it.
        best: Before the epoch, likewise.
        margin: By how much the best had to be beaten.
        relative: Whether the margin is a share of the best.
        mode: Which way is better.
    """
    if not all(map(math.isfinite, (float(value), float(best), margin))):
        return False
    shown, size = (Decimal(value), Decimal(best)), Decimal(f"{margin:g}")
    return _ahead(*shown, size, relative=relative, mode=mode) >= 0


def _beats(
    value: Decimal, best: Decimal, margin: Decimal, *, relative: bool, mode: Direction
) -> bool:
    return _ahead(value, best, margin, relative=relative, mode=mode) > 0


def _ahead(
    value: Decimal, best: Decimal, margin: Decimal, *, relative: bool, mode: Direction
) -> Decimal:
    """By how much more than the margin a value is better than the best."""
    sign = -1 if mode == "max" else 1
    threshold = best * (1 - sign * margin) if relative else best - sign * margin
    return sign * (threshold - value)


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
