"""A slider for every parameter that decides when a callback acts."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from core.plateaus import what_if_links
from core.plateaus.arrays import Curves
from core.plateaus.release_comparison import RELEASES, releases_of
from core.plateaus.what_if import Setting
from core.plateaus.what_if_links import NAMES, Values
from core.plateaus.wording import format_rate
from core.specs.fields import help_of
from core.specs.problems import InvalidSettings
from pages.parts.replay_state import ReplayState
from pages.parts.words import escaped

BADGES: dict[str, str] = dict(zip(NAMES, ("blue", "orange", "green", "violet"), strict=True))
"""Streamlit's names for the colours of the settings."""

# Every number of epochs up to this is offered, and all of the curve's.
_FEWEST_EPOCHS = 30
_GRID = 40
_LARGEST = 10_000

_OWN_HELP = {
    "release": "Whose rules: releases of Keras differ, and PyTorch's scheduler of the same name "
    "follows its own.",
    "held_best": "What the callback still holds from its first `fit`. By itself: the best of this "
    "curve, as if the training were run again with the same callback.",
    "threshold_mode": "PyTorch: whether min_delta, its `threshold`, is a share of the best ('rel') "
    "or in the metric's units ('abs').",
    "eps": "PyTorch: a reduction smaller than this is left out.",
}


def show(state: ReplayState, curve: Curves) -> None:
    """Show which settings there are, and the sliders of one of them."""
    values = state.values
    names = list(NAMES[: len(values)])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.segmented_control(
            "Setting",
            names,
            default=state.shown,
            key=f"{state.key('shown')}-{len(names)}-{state.shown}",
            format_func=lambda name: f":{BADGES[name]}[**{name}**]",
        )
        if chosen and chosen != state.shown:
            state.shown = chosen
            st.rerun()
        st.button(
            "Add",
            icon=":material/add:",
            on_click=_add,
            args=(state,),
            disabled=len(names) == len(NAMES),
            help="Another setting beside these, four at most; it starts as a copy.",
        )
        if len(names) > 1:
            st.button("Remove", icon=":material/remove:", on_click=_remove, args=(state,))
    at = names.index(state.shown)
    _sliders(state, values[at], curve)


def settings_of(state: ReplayState, metric: str) -> list[Setting]:
    """Return the settings that are right; say what is wrong with the others."""
    settings: list[Setting] = []
    for name, values in zip(NAMES, state.values, strict=False):
        try:
            settings.append(what_if_links.setting_of(name, state.callback, metric, values))
        except InvalidSettings as error:
            for problem in error.problems:
                st.error(f"**{name}**: {escaped(problem.sentence)}", icon=":material/error:")
    return settings


def _add(state: ReplayState) -> None:
    if len(state.values) == len(NAMES):  # The second half of a double click.
        return
    at = NAMES.index(state.shown)
    state.values.append(dict(state.values[at]))
    state.shown = NAMES[len(state.values) - 1]


def _remove(state: ReplayState) -> None:
    if len(state.values) == 1:  # Likewise.
        return
    del state.values[NAMES.index(state.shown)]
    state.shown = NAMES[0]
    state.renew()


def _sliders(state: ReplayState, values: Values, curve: Curves) -> None:
    """Show the sliders of a setting and take their values."""
    # Stops of its own keep a slider what it is while it moves.
    origin = state.origins.setdefault(state.shown, dict(values))
    kind = state.callback
    values["release"] = _choice(state, "release", releases_of(kind), values, RELEASES.get)
    for name, field in what_if_links.parameters_of(kind).items():
        options: dict[str, Any] = {"key": state.key(f"{state.shown}-{name}")}
        options["help"] = help_of(field)
        if field.annotation is bool:
            values[name] = st.toggle(f"`{name}`", value=values[name] is True, **options)
        elif name == "mode":
            values[name] = _choice(state, name, ("auto", "min", "max"), values, help=help_of(field))
        elif field.annotation is int:
            values[name] = _epochs(name, values[name], origin[name], curve, options)
        else:
            stops = _with(origin[name], _stops(name, curve))
            values[name] = _stop(name, stops, values[name], options)
    _own_sliders(state, values, origin, curve)


def _own_sliders(state: ReplayState, values: Values, origin: Values, curve: Curves) -> None:
    """Show what only some releases have."""
    if values["release"] == "keras-3.11":
        stops = _with(origin["held_best"], [None, *_levels(curve)])
        options = {"key": state.key(f"{state.shown}-held_best"), "help": _OWN_HELP["held_best"]}
        values["held_best"] = _stop("best it holds", stops, values["held_best"], options)
    if values["release"] == "pytorch":
        values["threshold_mode"] = _choice(state, "threshold_mode", ("rel", "abs"), values)
        stops = _with(origin["eps"], _decades(-9, -3))
        options = {"key": state.key(f"{state.shown}-eps"), "help": _OWN_HELP["eps"]}
        values["eps"] = _stop("eps", stops, values["eps"], options)


def _choice(
    state: ReplayState,
    name: str,
    choices: Sequence[Any],
    values: Values,
    words: Any = None,
    **options: Any,
) -> Any:
    now = values[name] if values[name] in choices else choices[0]
    options.setdefault("help", _OWN_HELP.get(name))
    return st.selectbox(
        f"`{name}`" if name not in _OWN_HELP or words is None else name.capitalize(),
        choices,
        index=list(choices).index(now),
        format_func=words or str,
        key=state.key(f"{state.shown}-{name}"),
        **options,
    )


def _epochs(name: str, value: Any, origin: Any, curve: Curves, options: dict[str, Any]) -> Any:
    """Show a slider of whole epochs; a value that is none stays, to be refused."""
    if not _is_count(value):
        if st.button(f"Reset `{name}`", icon=":material/restart_alt:"):
            return 0
        return value
    most = max(_FEWEST_EPOCHS, curve.shape[1], origin if _is_count(origin) else 0)
    return st.slider(f"`{name}`", 0, min(most, _LARGEST), value, **options)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST


def _stop(name: str, stops: list[Any], value: Any, options: dict[str, Any]) -> Any:
    """Show a slider with given stops, `None` among them for none."""
    now = value if value in stops else stops[0]
    options["format_func"] = _writing(stops)
    return st.select_slider(f"`{name}`", stops, value=now, **options)


def _writing(stops: Sequence[Any]) -> Callable[[Any], str]:
    """Return how to write the stops with few digits and yet no two alike.

    A browser sends back what is written; of two that are alike Streamlit takes the last.
    """
    for write in (format_rate, "{:.6g}".format):
        if len({_written(write, stop) for stop in stops}) == len(stops):
            return partial(_written, write)
    return partial(_written, repr)


def _written(write: Callable[[float], str], stop: Any) -> str:
    number = isinstance(stop, int | float)
    return "none" if stop is None else write(stop) if number else str(stop)


def _with(origin: Any, stops: list[Any]) -> list[Any]:
    """Return the stops and the one that a link or a run asked for."""
    if origin in stops:
        return stops
    numbers = [stop for stop in stops if stop is not None]
    if not isinstance(origin, int | float) or isinstance(origin, bool):
        return [origin, *stops]
    none = [None] if None in stops else []
    return [*none, *sorted([*numbers, origin])]


def _stops(name: str, curve: Curves) -> list[Any]:
    if name == "factor":
        return [round(0.01 * hundredths, 2) for hundredths in range(1, 100)]
    if name == "min_lr":
        return [0.0, *_decades(-9, 0)]
    if name == "min_delta":
        return [0.0, *_decades(-6, _magnitude(curve))]
    return [None, *_levels(curve)]


def _decades(first: int, last: int) -> list[float]:
    """Return 1, 2 and 5 of every decade, as 0.001, 0.002, 0.005, up to the last power of ten."""
    found = [
        float(f"{digit}e{decade}") for decade in range(first, last) for digit in (1, 2, 3, 5, 7)
    ]
    return [*found, float(f"1e{last}")]


def _finite(curve: Curves) -> np.ndarray[Any, Any]:
    values = curve.values[curve.present]
    return values[np.isfinite(values)]


def _magnitude(curve: Curves) -> int:
    """Return the power of ten that the metric's changes stay below."""
    values = _finite(curve)
    spread = float(np.ptp(values)) if values.size else 0.0
    return 0 if spread <= 1 else min(math.ceil(math.log10(spread)), 9)


def _levels(curve: Curves) -> list[float]:
    """Return round values over the curve's range, a little more at both ends."""
    values = _finite(curve)
    if not values.size:
        return [0.0]
    low, high = float(values.min()), float(values.max())
    room = 0.1 * (high - low) or 0.1 * abs(high) or 0.1
    grid = np.linspace(low - room, high + room, _GRID)
    digits = 1 - math.floor(math.log10((high - low + 2 * room) / _GRID))
    return sorted({round(float(level), digits) for level in grid})
