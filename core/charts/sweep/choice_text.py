"""What a sweep's seeds allow to conclude, in plain words; plain text, not escaped."""

from collections.abc import Sequence

from core.charts.sweep.choice import Choice, Held
from core.charts.sweep.maps import spread_text
from core.plateaus.directions import Direction

_MOST_NAMED = 4


def advice(choice: Choice, names: Sequence[str], metric: str) -> str:
    """Return which setting to take, or that it makes no difference that the seeds can show."""
    best = f"“{names[choice.best]}”"
    if not choice.held:
        return f"{best} is the only setting with a finished run."
    if len(choice.same) == len(choice.held):
        return (
            f"Take any: all {len(choice.order)} settings came out the same, because their "
            "callbacks never decided anything that changed this value."
        )
    if choice.wants_seeds:
        return _one_seed(choice, names, metric)
    if not choice.worse:
        return (
            f"No setting is shown to be better than the others. {best} has the best mean of "
            f"{metric}, but its lead over {_next(choice, names)} is not larger than the noise "
            f"between {choice.seeds} seeds explains. Take the one that suits you, or train more "
            "seeds."
        )
    if not choice.open:
        alike = f" or {_named(choice.same, names)}, which came out the same" if choice.same else ""
        return (
            f"Take {best}{alike}: it beats every other setting by more than the noise between "
            f"{choice.seeds} seeds."
        )
    return (
        f"Take {best}, or one of the {len(choice.open) + len(choice.same)} that cannot be told "
        f"from it: {_named([*choice.same, *choice.open], names)}. It beats "
        f"{len(choice.worse)} of {len(choice.held)} others by more than the noise between "
        f"{choice.seeds} seeds."
    )


def held_told(held: Held, names: Sequence[str], mode: Direction) -> str:
    """Return in a few words what one comparison shows: a cell of a table."""
    if held.same:
        return "the same values"
    found = held.contrast
    if found is None:
        return "one seed cannot tell"
    if not found.tells_noise:
        return "the same difference with every seed: too few to tell"
    if not found.exceeds_noise:
        return "not larger than the noise"
    better = (found.difference > 0) == (mode == "max")
    return f"{'better' if better else 'worse'} than “{names[held.against]}”"


def interval_told(held: Held) -> str:
    """Return the difference and its interval: "+0.0031 (+0.0010 to +0.0072)"."""
    found = held.contrast
    if held.same:
        return "0"
    if found is None:
        return ""
    return f"{signed(found.difference)} ({signed(found.low)} to {signed(found.high)})"


def signed(value: float) -> str:
    """Return a difference with its sign."""
    return f"{'−' if value < 0 else '+'}{spread_text(abs(value))}"  # noqa: RUF001 - a minus sign


def picked_told(choice: Choice, metric: str) -> str:
    """Say what picking the best was worth on seeds that had no part in it, "" if unknown."""
    if choice.ahead is None or len(choice.same) == len(choice.held):
        return ""
    worth = spread_text(abs(choice.ahead))
    told = f"{worth} better" if choice.ahead > 0 else f"{worth} worse, so picking won nothing,"
    return (
        f"A fairer look at the lead: picked on all seeds but one, and judged on the one left out, "
        f"the best setting was {told} in {metric} than the average setting."
    )


def _one_seed(choice: Choice, names: Sequence[str], metric: str) -> str:
    alike = f" and, with the same value, {_named(choice.same, names)}" if choice.same else ""
    return (
        f"One seed cannot tell. “{names[choice.best]}”{alike} came out best in {metric}, ahead of "
        f"“{names[_rival(choice).against]}”, but another seed may turn that round. Train the same "
        "sweep with three seeds or more."
    )


def _rival(choice: Choice) -> Held:
    """Return the first that did not give the very values of the best one; there is one."""
    return next(one for one in choice.held if not one.same)


def _next(choice: Choice, names: Sequence[str]) -> str:
    rival = _rival(choice)
    lead = "" if rival.contrast is None else f", {spread_text(abs(rival.contrast.difference))},"
    return f"the next, “{names[rival.against]}”{lead}"


def _named(settings: Sequence[int], names: Sequence[str]) -> str:
    shown = [f"“{names[each]}”" for each in settings[:_MOST_NAMED]]
    more = len(settings) - _MOST_NAMED
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")
