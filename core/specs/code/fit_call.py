"""What a pasted call of `fit` is given: what a form takes of it, and what it leaves."""

import ast
from collections.abc import Iterator, Sequence
from typing import Any

from core.specs.code import syntax

# Source: `Trainer.fit`, Keras 3.15.
_PARAMETERS = (
    "x",
    "y",
    "batch_size",
    "epochs",
    "verbose",
    "callbacks",
    "validation_split",
    "validation_data",
    "shuffle",
    "class_weight",
    "sample_weight",
    "initial_epoch",
    "steps_per_epoch",
    "validation_steps",
    "validation_batch_size",
    "validation_freq",
)
_TAKEN = ("epochs", "batch_size", "verbose")
_NAMES = ("fit", syntax.ARGUMENTS_ONLY)


def read_fit(calls: Sequence[ast.Call]) -> tuple[dict[str, Any], list[str]]:
    """Read what `fit` is told besides its callbacks.

    Args:
        calls: All calls of the pasted code.

    Returns:
        Flat names and values of the training's settings, not checked yet, and a sentence for
        each thing that was left out. Of several calls the last one counts.
    """
    settings: dict[str, Any] = {}
    notes: list[str] = []
    for call in calls:
        if syntax.called_name(call) in _NAMES:
            given = _arguments(call)
            whole = {name: _whole_number(given[name]) for name in _TAKEN if name in given}
            taken = {
                f"training.{name}": value for name, value in whole.items() if value is not None
            }
            settings |= taken
            left = [name for name in given if f"training.{name}" not in taken]
            notes += [f"Line {call.lineno}: {each}" for each in _told(left, given)]
    return settings, notes


def _arguments(call: ast.Call) -> dict[str, ast.expr]:
    """Return the arguments but the scans, which every call has, and the callbacks."""
    given = dict(zip(_PARAMETERS, call.args, strict=False))
    given |= {word.arg: word.value for word in call.keywords if word.arg in _PARAMETERS}
    return {name: given[name] for name in _PARAMETERS[2:] if name in given and name != "callbacks"}


def _told(left: Sequence[str], given: dict[str, ast.expr]) -> Iterator[str]:
    if left:
        names = ", ".join(f"`{name}`" for name in left)
        yield (
            f"{names} of `fit` {'is' if len(left) == 1 else 'are'} not taken. Only `epochs`, "
            "`batch_size` and `verbose` are, where they are whole numbers."
        )
    every = _whole_number(given["validation_freq"]) if "validation_freq" in given else 1
    if every != 1:
        often = "not every epoch" if every is None else f"one epoch in {every} only"
        yield (
            f"Your `validation_freq` validates {often}, and on a `val_` metric Keras counts the "
            "`patience` in validated epochs. A run here validates every epoch: the same patience "
            "is at an end sooner."
        )


def _whole_number(node: ast.expr) -> int | None:
    value = node.value if isinstance(node, ast.Constant) else None
    return int(value) if isinstance(value, int) and abs(value) <= syntax.LARGEST_WHOLE else None
