"""The source code that runs, read from the installed Keras."""

import ast
import copy
import inspect
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Any

from core.store.traces import Listing

_LONGEST = 76
# Bookkeeping that keeps the validation's iterator between epochs.
_LEFT_OUT = "_eval_epoch_iterator"
_PACKAGES = ("keras", "core")


@dataclass(frozen=True)
class Loop:
    """The loop of `fit`, `evaluate` or `predict`.

    Attributes:
        listing: Its code from the first hook on, a line a statement.
        ends: The number of the last line of each statement in its file.
    """

    listing: Listing
    ends: tuple[int, ...]

    def line_of(self, number: int) -> int:
        """Return the index of the listing's line that stands for a line of the file."""
        spans = zip(self.listing.numbers, self.ends, strict=True)
        return next((i for i, (first, last) in enumerate(spans) if first <= number <= last), 0)


def whole(function: FunctionType) -> Listing:
    """Return all lines of a function."""
    lines, first = inspect.getsourcelines(function)
    code = textwrap.dedent("".join(lines)).splitlines()
    return Listing(
        title=_title(function),
        where=_where(function),
        numbers=tuple(range(first, first + len(code))),
        lines=tuple(code),
    )


def loop(method: Callable[..., Any], begins: str) -> Loop:
    """Return the loop of a method of `keras.Model`.

    Comments, `with` and what only prepares the iterators are left out, and long
    calls lose their arguments; nothing is added, and the order is the source's.

    Args:
        method: `fit`, `evaluate` or `predict`.
        begins: The hook with which it begins, such as "on_train_begin".
    """
    function = inspect.unwrap(method)
    lines, first = inspect.getsourcelines(function)
    definition = ast.parse(textwrap.dedent("".join(lines))).body[0]
    assert isinstance(definition, ast.FunctionDef)  # noqa: S101 - what inspect returned
    body = definition.body
    start = next(i for i, stmt in enumerate(body) if ast.unparse(stmt) == f"callbacks.{begins}()")
    rows = list(_rows(body[start:], 0))
    listing = Listing(
        title=f"model.{function.__name__}",
        where=_where(function),
        numbers=tuple(first - 1 + row[1] for row in rows),
        lines=tuple(row[0] for row in rows),
        abridged=True,
    )
    return Loop(listing, tuple(first - 1 + row[2] for row in rows))


def _rows(statements: Sequence[ast.stmt], depth: int) -> Iterator[tuple[str, int, int]]:
    """Yield a line for each statement with the first and last line it stands for."""
    for statement in statements:
        inner: list[ast.stmt] = getattr(statement, "body", [])
        if isinstance(statement, ast.With):
            yield from _rows(inner, depth)
            continue
        last = inner[0].lineno - 1 if inner else statement.end_lineno or statement.lineno
        text = _one_line(statement)
        if _LEFT_OUT not in text:
            yield "    " * depth + text, statement.lineno, last
            yield from _rows(inner, depth + 1)
        yield from _finally(getattr(statement, "finalbody", []), depth)


def _finally(statements: Sequence[ast.stmt], depth: int) -> Iterator[tuple[str, int, int]]:
    """Yield the lines of what a `try` does in any case, such as the end of `fit` on JAX."""
    if statements:
        before = statements[0].lineno - 1
        yield "    " * depth + "finally:", before, before
        yield from _rows(statements, depth + 1)


def _one_line(statement: ast.stmt) -> str:
    text = ast.unparse(statement).splitlines()[0]
    if len(text) <= _LONGEST or hasattr(statement, "body"):
        return text
    return ast.unparse(_Shortened().visit(copy.deepcopy(statement)))


class _Shortened(ast.NodeTransformer):
    """Writes `...` for the arguments of long calls."""

    def visit_Call(self, node: ast.Call) -> ast.Call:
        if len(ast.unparse(node)) > _LONGEST // 2:
            node.args, node.keywords = [ast.Constant(...)], []
        return node


def _title(function: FunctionType) -> str:
    return function.__qualname__.replace(".<locals>", "")


def _where(function: Callable[..., Any]) -> str:
    parts = Path(inspect.getsourcefile(function) or "").parts
    starts = [i for i, part in enumerate(parts) if part in _PACKAGES]
    return "/".join(parts[starts[-1] if starts else -1 :])
