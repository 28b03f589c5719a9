"""Forks among the runs that are compared: what they share, drawn and told once."""

from collections.abc import Sequence

from core.charts.compare.drawn import Align
from core.charts.compare.lines import Line
from core.charts.history import History


def past_drawn_elsewhere(lines: Sequence[Line], align: Align) -> list[bool]:
    """Tell, for each line, whether another draws what it shares with its parent.

    That is the parent's line, or else that of the fork which shares most. Lines of several
    runs draw their means whole.

    Args:
        lines: All that are drawn, in their order.
        align: Where the epochs stand; only by their number do shared ones lie on each other.
    """
    single = {line.histories[0].run.id: line.histories[0] for line in lines if line.n == 1}
    furthest: dict[str, History] = {}
    for history in single.values():
        parent = history.run.parent_id
        if parent is not None and history.fork > getattr(furthest.get(parent), "fork", 0):
            furthest[parent] = history
    drawn = {*single}, {history.run.id for history in furthest.values()}
    return [align == "epoch" and _is_drawn_elsewhere(line, *drawn) for line in lines]


def _is_drawn_elsewhere(line: Line, shown: set[str], furthest: set[str]) -> bool:
    run = line.histories[0].run
    if line.n > 1 or run.parent_id is None:
        return False
    return run.parent_id in shown or run.id not in furthest


def forks_told(histories: Sequence[History]) -> list[str]:
    """Return a sentence for each fork: what it goes on from; plain text."""
    names = {history.run.id: history.run.name for history in histories}
    return [
        _told(history, names.get(history.run.parent_id or ""))
        for history in histories
        if history.fork
    ]


def _told(history: History, parent: str | None) -> str:
    name, epochs = history.run.name, "1 epoch" if history.fork == 1 else f"{history.fork} epochs"
    if parent is None:
        return f"“{name}” shares its first {epochs}, dotted, with a run that is not shown."
    return (
        f"“{name}” goes on from “{parent}” after epoch {history.fork}: until there they are one "
        "training."
    )
