"""The settings of callbacks in code that a person pasted."""

import ast
import difflib
import math
import re
from dataclasses import dataclass
from typing import Any

from core.specs.callbacks import (
    CALLBACKS,
    DESCRIBED,
    CallbackSpec,
    LambdaCallback,
    ModelCheckpoint,
)
from core.specs.code import syntax
from core.specs.code.fit_call import read_fit
from core.specs.code.syntax import UnreadableCode

__all__ = ["Pasted", "UnreadableCode", "read_calls"]

_CALLBACKS = {callback.__name__: callback for callback in CALLBACKS}
_DESCRIBED = {described.name: described for described in DESCRIBED}
_SCHEDULES = frozenset(
    [
        "CosineDecay",
        "CosineDecayRestarts",
        "ExponentialDecay",
        "InverseTimeDecay",
        "PiecewiseConstantDecay",
        "PolynomialDecay",
    ]
)
_ONCE_CALLED = {"epsilon": "min_delta"}
_LONGEST_TEXT, _LONGEST_NAME = 200, 40


@dataclass(frozen=True)
class Pasted:
    """What pasted code says.

    Attributes:
        settings: Flat names and values as `core.specs.links` has them: "callbacks" in their
            order, and every setting of each, defaults included. They are not checked yet.
        training: What `fit` is given, likewise: "training.epochs" and its siblings.
        notes: A sentence for each thing that was left out or changed.
        schedule_object: The class of the schedule that the code gives an optimizer as its
            rate, "" if there is none; the linter takes it.
    """

    settings: dict[str, Any]
    training: dict[str, Any]
    notes: tuple[str, ...]
    schedule_object: str


class _NotPlain(ValueError):
    """A value that is no number, text, True, False or None."""


def read_calls(text: str) -> Pasted:
    """Read the callbacks of Keras, and `fit`, in a piece of Python; nothing is run.

    Args:
        text: Calls with or without `keras.callbacks.` before them, a list of them, or a whole
            program. Arguments are read where they are plain values.

    Raises:
        UnreadableCode: If the text is too long, no Python, or calls no callback.
    """
    tree = syntax.parse(text)
    reader = _Reader()
    places = syntax.order_in_lists(tree)
    found = syntax.calls(tree)
    for call in sorted(found, key=lambda call: places.get(call, len(found))):
        reader.read(call)
    if not reader.order and not reader.notes:
        raise UnreadableCode(
            "No callback of Keras is called here. Paste a call with its name and brackets, such as "
            "ReduceLROnPlateau(patience=2)."
        )
    names = [syntax.called_name(call) for call in found]
    schedule_object = next((name for name in names if name in _SCHEDULES), "")
    settings = {"callbacks": reader.order} | reader.settings
    training, left_out = read_fit(found)
    return Pasted(settings, training, (*reader.notes, *left_out), schedule_object)


class _Reader:
    """Gathers settings and notes, call by call."""

    def __init__(self) -> None:
        self.order: list[str] = []
        self.settings: dict[str, Any] = {}
        self.notes: list[str] = []
        self._line = 0

    def read(self, call: ast.Call) -> None:
        """Read a call if it is one of a callback."""
        name, self._line = syntax.called_name(call), call.lineno
        if name in _DESCRIBED:
            self._note(f"{name} cannot run here. {_DESCRIBED[name].why_off}")
        if name in _CALLBACKS:
            self._start(name)
            for parameter, value in self._arguments(call, _CALLBACKS[name]):
                self._take(_CALLBACKS[name], parameter, value)
            self._loud(name)
            if name == ModelCheckpoint.__name__:
                self._old_format()

    def _start(self, name: str) -> None:
        if name in self.order:
            self._note(f"{name} may stand once in a run; this one replaces the one before.")
        else:
            self.order.append(name)
        fields = _CALLBACKS[name].model_fields.items()
        self.settings |= {f"{name}.{key}": f.default for key, f in fields if key != "kind"}

    def _arguments(
        self, call: ast.Call, callback: type[CallbackSpec]
    ) -> list[tuple[str, ast.expr]]:
        """Return the arguments with their parameters, and note those that have none."""
        parameters, kind = callback.keras_parameters(), callback.__name__
        found = list(zip(parameters, call.args, strict=False))
        if len(call.args) > len(parameters):
            self._note(f"{kind} takes {len(parameters)} arguments, got {len(call.args)}.")
        for keyword in call.keywords:
            if keyword.arg is None:
                self._note(f"The ** in {kind} is not followed; write its settings out.")
            elif keyword.arg in parameters:
                found.append((keyword.arg, keyword.value))
            else:
                self._note(_unknown(kind, keyword.arg, parameters))
        return found

    def _take(self, callback: type[CallbackSpec], parameter: str, node: ast.expr) -> None:
        kind = callback.__name__
        try:
            value = _plain(node)
        except _NotPlain:
            if callback is LambdaCallback:
                self._note(f"The function for `{parameter}` is not run; it prints a line instead.")
                self.settings[f"{kind}.{parameter}"] = True
            else:
                self._note(
                    f"`{parameter}` of {kind} is not a plain value, and nothing is run to find it "
                    "out; its default stands."
                )
            return
        if callback is LambdaCallback:
            value = value is not None
        if parameter == callback.path_setting and isinstance(value, str):
            value = self._in_the_runs_directory(parameter, value)
        if parameter == "verbose" and isinstance(value, bool):
            value = int(value)
        self.settings[f"{kind}.{parameter}"] = value

    def _in_the_runs_directory(self, parameter: str, path: str) -> str:
        name = re.split(r"[/\\]", path.rstrip("/\\"))[-1]
        if name != path:
            self._note(f"`{parameter}` became {name!r}: files go into the run's own directory.")
        return name

    def _loud(self, kind: str) -> None:
        """Turn what Keras takes for a `verbose` of 1 into one."""
        verbose = self.settings.get(f"{kind}.verbose")
        if isinstance(verbose, int) and verbose > 1:
            self.settings[f"{kind}.verbose"] = 1
            self._note(f"`verbose` of {kind} became 1: Keras prints the same for {verbose}.")

    def _old_format(self) -> None:
        """Have a model that Keras would save as HDF5 saved as it does by now."""
        path, weights = (
            self.settings[f"ModelCheckpoint.{name}"] for name in ("filepath", "save_weights_only")
        )
        if isinstance(path, str) and path.endswith(".h5") and not weights:
            new = f"{path.removesuffix('.h5')}.keras"
            self.settings["ModelCheckpoint.filepath"] = new
            self._note(f"`filepath` became {new!r}: Keras takes .h5 too, a run here writes .keras.")

    def _note(self, sentence: str) -> None:
        self.notes.append(f"Line {self._line}: {sentence}")


def _unknown(kind: str, name: str, parameters: tuple[str, ...]) -> str:
    nearest = difflib.get_close_matches(name[:_LONGEST_NAME], parameters, 1)
    meant = _ONCE_CALLED.get(name) or next(iter(nearest), "")
    # ReduceLROnPlateau takes **kwargs and forgets them; the others know their parameters.
    silent = (
        "Keras ignores it without a word" if kind == "ReduceLROnPlateau" else "Keras refuses it"
    )
    question = f" Is `{meant}` meant?" if meant in parameters else ""
    return f"{kind} has no setting `{name[:_LONGEST_NAME]}`: {silent}.{question}"


def _plain(node: ast.expr) -> Any:
    """Return a literal's value if a form can hold it."""
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError) as error:
        raise _NotPlain from error
    if isinstance(value, tuple | list):
        items: list[Any] = [_scalar(item) for item in value]  # pyright: ignore[reportUnknownVariableType] - a literal holds anything
        if len(items) != 2 or not all(type(item) is int for item in items):  # noqa: PLR2004 - first and last batch
            raise _NotPlain
        return tuple(items)
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) <= syntax.LARGEST_WHOLE:
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, str) and len(value) <= _LONGEST_TEXT and _can_be_shown(value):
        return value
    raise _NotPlain


def _can_be_shown(text: str) -> bool:
    return text.isprintable() or text == "\t"
