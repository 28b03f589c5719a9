"""Code that a person pasted, as a syntax tree; nothing of it is run."""

import ast
import textwrap
from collections.abc import Iterator

MOST_CHARACTERS = 20_000
LARGEST_WHOLE = 2**53
ARGUMENTS_ONLY = "_"
"""What is called where arguments of `fit` were pasted without their call."""


class UnreadableCode(ValueError):
    """Pasted text that holds no settings; the message is one sentence for the person."""


def parse(text: str) -> ast.Module:
    """Read Python, or a piece of it such as the arguments of a call.

    Raises:
        UnreadableCode: If the text is too long, or no Python.
    """
    if len(text) > MOST_CHARACTERS:
        raise UnreadableCode(
            f"The code must have {MOST_CHARACTERS} characters at most, got {len(text)}. "
            "Paste only the part with the callbacks."
        )
    failures: list[Exception] = []
    for variant in _variants(text):
        try:
            return ast.parse(variant)
        # Also what CPython raises on null bytes, and on nesting too deep for its parser.
        except (SyntaxError, ValueError, RecursionError, MemoryError) as failure:
            failures.append(failure)
    raise UnreadableCode(_sentence(failures[0]))


def calls(tree: ast.Module) -> list[ast.Call]:
    """Return all calls, in the order in which they stand in the text."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return sorted(found, key=lambda node: (node.lineno, node.col_offset))


def called_name(node: ast.expr) -> str:
    """Return the last part of what is called, "" for anything but names with dots."""
    function = node.func if isinstance(node, ast.Call) else None
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def order_in_lists(tree: ast.Module) -> dict[ast.expr, int]:
    """Return the places of assigned calls that a list names, as in `callbacks=[a, b]`."""
    assigned = dict(_assigned_calls(tree))
    places: dict[ast.expr, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.List):
            named = [assigned.get(e.id, e) if isinstance(e, ast.Name) else e for e in node.elts]
            places |= {element: place for place, element in enumerate(named)}
    return places


def _assigned_calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id, node.value


def _variants(text: str) -> Iterator[str]:
    dedented = textwrap.dedent(text).rstrip()
    yield dedented
    # Lines from the middle of a function, the first of them cut off at its left.
    yield "\n".join(line.strip() for line in dedented.split("\n"))
    # Arguments from the middle of a call of `fit`.
    yield f"{ARGUMENTS_ONLY}({dedented}\n)"


def _sentence(failure: Exception) -> str:
    if isinstance(failure, SyntaxError) and failure.lineno:
        return (
            f"Line {failure.lineno} is not Python: {failure.msg}. "
            "Paste whole calls, such as ReduceLROnPlateau(patience=2)."
        )
    return "This is not Python that can be read. Paste calls such as ReduceLROnPlateau(patience=2)."
