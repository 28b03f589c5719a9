"""The functions that LambdaCallback calls here: each prints a line."""

from collections.abc import Callable, Mapping
from typing import Any, cast

MOST_LINES = 2000
_DIGITS = 4


class PrintedHooks:
    """Prints the calls of hooks, up to a number of lines that a page can still show.

    Attributes:
        lines_left: How many lines may still be printed.
    """

    def __init__(self) -> None:
        self.lines_left = MOST_LINES

    def printer_of(self, hook: str) -> Callable[..., None]:
        """Return a function that prints its arguments as a call of the hook."""

        # Keras hands `logs` over by position for epochs and by name for batches.
        def print_call(*arguments: Any, logs: Mapping[str, Any] | None = None) -> None:
            given = arguments if logs is None else (*arguments, logs)
            self._print(f"{hook}({', '.join(map(_shown, given))})")

        return print_call

    def _print(self, line: str) -> None:
        if self.lines_left == 0:
            return
        self.lines_left -= 1
        # The progress bar may stand on the line, as it does when Keras's own callbacks print.
        print(f"\n{line}")  # noqa: T201 - printing is what it is for
        if self.lines_left == 0:
            print(f"\nLambdaCallback: the calls after these {MOST_LINES} are left out.")  # noqa: T201 - as above


def _shown(value: Any) -> str:
    if not isinstance(value, Mapping):
        return str(value)
    logs = cast("Mapping[str, float]", value)
    return str({name: float(f"{number:.{_DIGITS}g}") for name, number in logs.items()})
