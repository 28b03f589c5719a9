"""Widgets for settings, made from the settings' own definitions."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Literal, get_args, get_origin

import streamlit as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from streamlit.delta_generator import DeltaGenerator

from core.specs.callbacks import METRICS
from core.specs.fields import help_of
from core.specs.problems import Problem
from pages.parts.words import quoting

# Two in a row on a phone, in a card too; a toggle has its name beside it.
_WIDTH_PX, _TOGGLE_WIDTH_PX = 152, 232
_NUMBERS = (int, float, float | None)
# The largest whole number of JavaScript that has a neighbour, `Number.MAX_SAFE_INTEGER`.
_LARGEST = 2**53 - 1
_STEPS = {"learning_rate": 0.0005, "min_delta": 0.0005, "min_lr": 1e-6}


class Form:
    """The settings as a person changes them: flat names, values that may be wrong.

    The values live in the session, so that they outlast a visit to another page.
    Giving the form other values renames its widgets, which makes them start anew.

    Args:
        name: Tells the forms of several pages apart.

    Attributes:
        locked: Settings that cannot be changed here.
    """

    def __init__(self, name: str = "form") -> None:
        self._name = name
        self.values: dict[str, Any] = st.session_state.setdefault(f"{name}_values", {})
        self._why = ""
        self.locked: Mapping[str, Any] = {}
        self._below: dict[str, DeltaGenerator] = {}
        self._readers: dict[str, Callable[[Any], Any]] = {}

    def lock(self, values: Mapping[str, Any], why: str) -> None:
        """Hold some settings at their values, by flat name, and say why on each."""
        self.locked, self._why = values, why
        if any(self.values.get(name) != value for name, value in values.items()):
            self.update(values)

    @property
    def generation(self) -> int:
        """How often the form was given other values."""
        return st.session_state.get(f"{self._name}_generation", 0)

    @property
    def order(self) -> list[str]:
        """The callbacks' names in their order."""
        return self.values.get("callbacks", [])

    def replace(self, values: dict[str, Any]) -> None:
        """Give the form other values."""
        st.session_state[f"{self._name}_values"] = self.values = dict(values)
        st.session_state[f"{self._name}_generation"] = self.generation + 1

    def update(self, changes: Mapping[str, Any]) -> None:
        """Give some settings other values; what was typed since the last draw stays."""
        typed = {
            name: read(st.session_state[self.key(name)])
            for name, read in self._readers.items()
            if self.key(name) in st.session_state
        }
        self.replace(self.values | typed | dict(changes))

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Say what is wrong below each widget that was shown."""
        for problem in problems:
            if problem.key in self._below:
                self._below[problem.key].caption(
                    f":red[:material/error: {quoting(problem.sentence)}]"
                )

    def key(self, name: str) -> str:
        """Return the key of a setting's widget."""
        return f"{self._name}-{self.generation}-{name}"

    def section(
        self, section: str, model: type[BaseModel], *, leave_out: Sequence[str] = ()
    ) -> None:
        """Show a widget for every setting of a section, as many in a row as fit."""
        with st.container(horizontal=True, vertical_alignment="top"):
            for name, field in model.model_fields.items():
                if name not in ("kind", *leave_out):
                    width = _TOGGLE_WIDTH_PX if field.annotation is bool else _WIDTH_PX
                    with st.container(width=width):
                        self.setting(f"{section}.{name}", name, field)

    def setting(self, key: str, label: str, field: FieldInfo) -> None:
        """Show the widget of one setting and take its value."""
        default = "" if field.is_required() else field.default
        value = self.values.get(key, default)
        locked = key in self.locked
        self.values[key] = _widget(
            f"`{label}`",
            field.annotation,
            value,
            key=self.key(key),
            help=f"{self._why}\n\n{help_of(field)}" if locked else help_of(field),
            disabled=locked,
        )
        self._readers[key] = _reader(field.annotation, value)
        self._below[key] = st.empty()


def _is_mixed(kind: Any) -> bool:
    """Tell whether a setting takes values of several types, and is typed as text."""
    return get_origin(kind) is not Literal and kind not in (bool, str, *_NUMBERS)


def _widget(label: str, kind: Any, value: Any, **options: Any) -> Any:
    """Show the widget that fits a setting's type, and return its value."""
    if kind is bool:
        return st.toggle(label, value=value is True, **options)
    if label == "`monitor`":
        return _choice(label, METRICS, value, accept_new_options=True, **options)
    if get_origin(kind) is Literal:
        return _choice(label, get_args(kind), value, **options)
    if kind in _NUMBERS:
        return _number(label, kind, value, **options)
    text = st.text_input(label, value=_to_text(value), **options)
    return _from_text(text) if _is_mixed(kind) else text


def _choice(label: str, choices: Sequence[Any], value: Any, **options: Any) -> Any:
    known = list(choices) if value in choices else [*choices, value]
    shown = {"\t": "tab", ",": ", (comma)", ";": "; (semicolon)", "|": "| (bar)"}
    options["format_func"] = lambda choice: shown.get(choice, str(choice))
    return st.selectbox(label, known, index=known.index(value), **options)


def _number(label: str, kind: Any, value: Any, **options: Any) -> int | float | None:
    whole = kind is int
    step = 1 if whole else _STEPS.get(label.strip("`"), 0.05)
    options |= {"format": "%d" if whole else "%g", "placeholder": "none"}
    typed = st.number_input(label, value=_fitting(kind, value), step=step, **options)
    return _or_odd(kind, value, typed)


def _fitting(kind: Any, value: Any) -> int | float | None:
    """Return a value as the number that a browser's field can hold, or None."""
    try:
        number = int(value) if kind is int else float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    fits = abs(number) <= _LARGEST if kind is int else math.isfinite(number)
    return number if fits else None


def _or_odd(kind: Any, value: Any, typed: Any) -> Any:
    """Return what was typed, or else the value that no field can hold, to be refused by name."""
    odd = value not in (None, "") and _fitting(kind, value) is None
    return value if odd and typed is None else typed


def _reader(kind: Any, value: Any) -> Callable[[Any], Any]:
    """Return what makes a setting's value of its widget's."""
    if kind in _NUMBERS:
        return partial(_or_odd, kind, value)
    return _from_text if _is_mixed(kind) else lambda shown: shown


def _to_text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return json.dumps(value)
    return "" if value is None else str(value)


def _from_text(text: str) -> Any:
    """Read a setting of several types: nothing, a number, two numbers, or a word."""
    try:
        values = json.loads(f"[{text}]")
    # Not that of JSON alone: Python reads no number of thousands of digits, nor that many brackets.
    except (ValueError, RecursionError):
        return text
    return None if not values else values[0] if len(values) == 1 else values
