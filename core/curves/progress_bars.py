"""The lines in which `fit` shows its progress, one by one.

    Epoch 7/20
    50/50 ━━━━━━━━━━━━━━━━━━━━ 3s 45ms/step - accuracy: 0.8120 - loss: 0.5012 - val_loss: 0.6023

Source: `Progbar.update` and `ProgbarLogger`, Keras 3.15; Keras 2 draws `[=====>....]` instead,
and with `verbose=2` its lines begin with " - 3s - ".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Colours and other commands to a terminal; the sign that opens them is often lost or replaced
# when a page is copied.
_COMMANDS = re.compile(
    r"\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[\x1b\u241b\ufffd]?\[\d{0,3}m|\x1b\[[0-?]*[ -/]*[@-~]"
)
# No line with `MAX_COLUMNS` metrics is longer.
_LONGEST_LINE = 20_000

NUMBER = r"[-+]?(?:\d+(?:\.\d*)?(?:e[-+]?\d+)?|nan|inf)"
_STEPS = re.compile(r"(?<![\d/])(\d{1,12})/(\d{1,12}|Unknown)(?![\d/])")
_SECONDS = re.compile(r"\d+m?s$")
_METRIC = re.compile(rf"([^:]{{1,80}}):\s+({NUMBER})", re.IGNORECASE)
_LOOKS_PRINTED = re.compile(
    r"Epoch \d{1,9}/\d{1,9}|(?:step|s|\]) - [^\s:]{1,80}: [-+\dni]|^ ?- \d+s - ", re.MULTILINE
)


def is_console(text: str) -> bool:
    """Whether a text has a line such as `fit` prints."""
    return _LOOKS_PRINTED.search(_COMMANDS.sub("", text)) is not None


def screen_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the line's number, from 1, and what stood on the screen, once for each redrawing.

    To draw itself again, the bar goes back to the start of its line, by backspaces and a carriage
    return.
    """
    plain = _COMMANDS.sub("", text).replace("\b", "").replace("\r\n", "\n")
    for number, line in enumerate(plain.split("\n"), start=1):
        for drawn in line.split("\r"):
            if drawn.strip() and len(drawn) <= _LONGEST_LINE:
                yield number, drawn


@dataclass(frozen=True)
class Progress:
    """One drawing of a progress bar, or a line that stands for an epoch.

    Attributes:
        done: Steps done.
        steps: Steps of the epoch; None where Keras did not know yet.
        values: Of the metrics.
    """

    done: int
    steps: int | None
    values: dict[str, float]

    @property
    def finished(self) -> bool:
        """Whether it is the end of an epoch."""
        return self.done == self.steps

    def redraws(self, earlier: "Progress") -> bool:
        """Whether it can be the same bar, later."""
        same = self.steps == earlier.steps or earlier.steps is None
        return same and self.done >= earlier.done and set(earlier.values) <= set(self.values)


def read_progress(line: str, *, on_header: bool) -> Progress | None:
    """Read a line with metrics; None for any other."""
    head, *parts = line.split(" - ")
    values = {
        match[1].strip(): float(match[2])
        for part in parts
        if (match := _METRIC.fullmatch(part.strip()))
    }
    if not values:
        return None
    steps = _STEPS.findall(head)
    if steps:
        done, total = steps[-1]
        return Progress(int(done), None if total == "Unknown" else int(total), values)
    timed = any(_SECONDS.search(part.strip()) for part in (head, parts[0]))
    return Progress(1, 1, values) if on_header or timed else None
