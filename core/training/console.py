"""What Keras prints, line by line, as a terminal would show it."""

import io
import re
from collections.abc import Callable

_ESCAPE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class Console(io.TextIOBase):
    """A standard output that hands on finished lines.

    The progress bar redraws its line with carriage returns and backspaces; only
    what stands there when the line ends is handed on.

    Args:
        write_line: Called with each finished line that is not empty.
    """

    def __init__(self, write_line: Callable[[str], None]) -> None:
        super().__init__()
        self._write_line = write_line
        self._line: list[str] = []
        self._cursor = 0

    def writable(self) -> bool:
        """Tell that it can be written to."""
        return True

    def isatty(self) -> bool:
        """Tell that it is a terminal, so that the progress bar redraws its line."""
        return True

    def write(self, text: str) -> int:
        """Take what is printed and return its length."""
        for character in _ESCAPE.sub("", text):
            self._put(character)
        return len(text)

    def finish(self) -> None:
        """Hand on what stands on the last line."""
        if self._line:
            self._put("\n")

    def _put(self, character: str) -> None:
        if character == "\n":
            line = "".join(self._line).rstrip()
            self._line, self._cursor = [], 0
            if line:
                self._write_line(line)
        elif character == "\r":
            self._cursor = 0
        elif character == "\b":
            self._cursor = max(0, self._cursor - 1)
        else:
            self._line[self._cursor : self._cursor + 1] = [character]
            self._cursor += 1
