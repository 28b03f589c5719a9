"""Words and signs for what the store holds."""

import re
import time
from collections.abc import Mapping
from itertools import count
from typing import Literal

from core.store import Run, RunStatus

BadgeColor = Literal["gray", "blue", "green", "red", "orange"]

STATUS_BADGES: dict[RunStatus, tuple[str, str, BadgeColor]] = {
    RunStatus.QUEUED: ("queued", ":material/schedule:", "gray"),
    RunStatus.PREPARING: ("preparing", ":material/hourglass_top:", "blue"),
    RunStatus.RUNNING: ("running", ":material/play_arrow:", "blue"),
    RunStatus.FINISHED: ("finished", ":material/check:", "green"),
    RunStatus.STOPPED: ("stopped", ":material/stop:", "gray"),
    RunStatus.FAILED: ("failed", ":material/error:", "red"),
    RunStatus.DIVERGED: ("diverged", ":material/trending_up:", "orange"),
    RunStatus.PAUSED: ("paused", ":material/pause:", "gray"),
    RunStatus.INTERRUPTED: ("interrupted", ":material/power_off:", "orange"),
}

# Characters of a key that tell one from another.
_FEWEST = 6
_MINUTES_OF_A_DAY = 24 * 60


def escaped(text: str) -> str:
    """Return text that somebody wrote so that Markdown shows it as it is."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|~$:<>&])", r"\\\1", " ".join(text.split()))


def quoting(sentence: str) -> str:
    """Return a sentence of ours so that what it quotes becomes no link and no formula."""
    return re.sub(r"([\[\]<>$])", r"\\\1", sentence)


def told_apart(labels: Mapping[str, str]) -> dict[str, str]:
    """Return the labels of options so that no two are equal: those that are say their keys too.

    A browser sends back the label, by which Streamlit finds the option (1.67, `SelectboxSerde`).

    Args:
        labels: The label of each option by its key.
    """
    alike: dict[str, list[str]] = {}
    for key, label in labels.items():
        alike.setdefault(label, []).append(key)
    told: dict[str, str] = {}
    for label, keys in alike.items():
        enough = next(n for n in count(_FEWEST) if len({key[:n] for key in keys}) == len(keys))
        told |= {key: f"{label} · {key[:enough]}" if keys[1:] else label for key in keys}
    return told


def counted(number: int, thing: str) -> str:
    """Return a number with its noun: "1 seed", "2,000 seeds"."""
    return f"{number:,} {thing}{'s'[: number != 1]}"


def duration(seconds: float) -> str:
    """Return a time span as a person says it: "42 s", "3 min 5 s", "2 h 10 min"."""
    minutes, rest = divmod(round(max(0.0, seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def when(run: Run) -> str:
    """Return how long ago a run was started, to the minute; from a day on, in days."""
    minutes = int((time.time() - run.created_s) // 60)
    if not minutes:
        return "just now"
    if minutes >= _MINUTES_OF_A_DAY:
        return f"{counted(minutes // _MINUTES_OF_A_DAY, 'day')} ago"
    return f"{duration(minutes * 60).removesuffix(' 0 s')} ago"
