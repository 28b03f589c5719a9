"""The playground's dials: where they stand in the session and the link, and their widgets."""

import re
from typing import Any

import streamlit as st

from core.specs import playground as spec
from core.specs.playground import DIALS, LETTERS, Dial, Values
from core.specs.playground_presets import FIRST_PRESET, PLAYGROUND_PRESETS
from pages.parts import visitor

_VALUES, _ORIGIN, _GENERATION, _QUERY, _PROBLEMS = (
    f"playground_{name}" for name in ("values", "origin", "generation", "query", "problems")
)
_PRESET = "playground-preset"
_LABELS = {
    **dict.fromkeys(LETTERS, "in the chart"),
    "gradient_noise": "gradient noise",
    "condition_number": "condition number",
    "measurement_noise": "measurement noise",
}


class Dials:
    """The dials of this visitor.

    They live in the session, so that they outlast a visit to another page and settings that are
    not being edited. Widgets tell their news before anything is drawn, so that the curves can
    come first.
    """

    def __init__(self) -> None:
        """Take them from the link, from the session, or from the first preset; then the news."""
        query = {name: text for name, text in st.query_params.items() if name != "owner"}
        if query != st.session_state.get(_QUERY) and spec.is_playground(query):
            values, problems = spec.from_query(query)
            # What a link says must not be read as Markdown.
            st.session_state[_PROBLEMS] = tuple(map(_without_markup, problems))
            replace(values)
        elif _VALUES not in st.session_state:
            replace(PLAYGROUND_PRESETS[FIRST_PRESET].dials())
        self.values: Values = st.session_state[_VALUES]
        for name in DIALS:
            if _key(name) in st.session_state:
                self.values[name] = st.session_state[_key(name)]

    @property
    def problems(self) -> tuple[str, ...]:
        """What was wrong with the link they were opened with."""
        return st.session_state.get(_PROBLEMS, ())

    @property
    def preset(self) -> str | None:
        """The preset that they stand at."""
        at = (name for name, preset in PLAYGROUND_PRESETS.items() if self.values == preset.dials())
        return next(at, None)

    @property
    def edited(self) -> str:
        """The setting whose sliders are shown; at first one that lowers its rate."""
        drawn = spec.shown_letters(self.values) or LETTERS
        reducing = [letter for letter in drawn if self.values[f"{letter}.ReduceLROnPlateau"]]
        return st.session_state.get(_key("edited")) or (reducing or drawn)[0]

    def show_letters(self) -> None:
        """Let one of the settings be chosen."""
        st.session_state[_key("edited")] = self.edited
        st.segmented_control("Setting to change", LETTERS, key=_key("edited"), width="stretch")

    def show_presets(self) -> None:
        """Offer the presets; the one that the dials stand at is marked."""
        st.session_state[_PRESET] = self.preset
        st.pills(
            "Experiments",
            list(PLAYGROUND_PRESETS),
            key=_PRESET,
            on_change=_take_preset,
            label_visibility="collapsed",
        )

    def show(self, name: str) -> Any:
        """Show a dial's widget; return where it stands."""
        dial, key = DIALS[name], _key(name)
        if key not in st.session_state:
            st.session_state[key] = self.values[name]
        label = name.rpartition(".")[2]
        label = _LABELS.get(label, f"`{label}`")
        if dial.is_switch:
            return st.toggle(label, key=key, help=dial.about)
        if dial.is_word:
            return st.selectbox(label, dial.choices, key=key, help=dial.about)
        return st.select_slider(
            label, _stops(dial, name), key=key, help=dial.about, format_func=_written
        )

    def publish(self) -> None:
        """Put them into the page's link."""
        query = spec.to_query(self.values)
        if query != st.session_state.get(_QUERY):
            st.session_state[_QUERY] = query
            st.query_params.from_dict(query | visitor.parameters())


def replace(values: Values) -> None:
    """Give the dials other values; their widgets start anew."""
    st.session_state[_VALUES] = dict(values)
    st.session_state[_ORIGIN] = dict(values)
    st.session_state[_GENERATION] = st.session_state.get(_GENERATION, 0) + 1


def _take_preset() -> None:
    """Set the dials to the preset that was just chosen."""
    chosen = st.session_state[_PRESET]
    if chosen:
        st.session_state[_PROBLEMS] = ()
        replace(PLAYGROUND_PRESETS[chosen].dials())


def _without_markup(sentence: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>()#+!|~$:])", r"\\\1", sentence)


def _key(name: str) -> str:
    return f"dial-{st.session_state[_GENERATION]}-{name}"


def _stops(dial: Dial, name: str) -> list[Any]:
    """Return a slider's stops; a link may have brought another number."""
    stops = list(dial.choices)
    origin = st.session_state[_ORIGIN][name]
    if origin in stops:
        return stops
    return sorted([*stops, origin], key=lambda stop: -1 if stop is None else stop)


def _written(stop: Any) -> str:
    return "none" if stop is None else f"{stop:g}"
