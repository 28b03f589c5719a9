"""Python source as `ruff format` would leave it."""

import json
from collections.abc import Sequence
from typing import Any

# ruff's own width, less two levels of indentation, a comma and what is assigned to.
_WIDTH = 76
_INDENT = "    "


def literal(value: Any) -> str:
    """Write a setting's value: texts in double quotes, the rest as Python does."""
    # JSON's escapes are Python's too; other characters stay readable.
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def call(name: str, arguments: Sequence[str]) -> str:
    """Write a call: on one line if it has one short argument, else one argument a line."""
    line = f"{name}({', '.join(arguments)})"
    if not arguments or (len(arguments) == 1 and "\n" not in line and len(line) <= _WIDTH):
        return line
    return bracketed(f"{name}(", arguments, ")")


def bracketed(opening: str, items: Sequence[str], closing: str) -> str:
    """Write items one below the other between brackets; on one line if there are none."""
    if not items:
        return f"{opening}{closing}"
    # The last comma keeps a formatter from pulling the lines together.
    return "\n".join([opening, *(indented(f"{item},") for item in items), closing])


def indented(text: str) -> str:
    """Move every line to the right by one level."""
    return "\n".join(f"{_INDENT}{line}" if line else line for line in text.split("\n"))
