"""Choosing what is traced: callbacks, their order, and a few numbers."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.specs.fields import help_of
from core.specs.trace import NAMES, InvalidTrace, TraceSpec, bounds_of, trace_from
from pages.parts import visitor
from pages.parts.words import quoting

# Widgets forget their values when another page is shown; this does not.
_KEPT, _QUERY = "trace_values", "trace_query"
_LABELS = {
    "epochs": "Epochs",
    "batches": "Batches an epoch",
    "reduce_patience": "Patience, ReduceLROnPlateau",
    "stop_patience": "Patience, EarlyStopping",
}
_BELONGS_TO = {"reduce_patience": "ReduceLROnPlateau", "stop_patience": "EarlyStopping"}
_ORDER = "trace-callbacks"


def choose() -> TraceSpec:
    """Show the choice, keep it in the page's link, and return it."""
    _take_link()
    names = st.multiselect(
        "Callbacks, in the order of the list that `fit` is given",
        NAMES,
        key=_ORDER,
        placeholder="None: watch History and the progress bar alone",
    )
    with st.container(horizontal=True):
        with st.popover("Change the order", icon=":material/swap_vert:", disabled=not names[1:]):
            _show_order(names)
        with st.popover("Epochs and patience", icon=":material/tune:"):
            for name, label in _LABELS.items():
                if _BELONGS_TO.get(name) in (None, *names):
                    _number(name, label)
    spec = trace_from(_values())
    st.session_state[_KEPT] = spec.model_dump()
    st.session_state[_QUERY] = spec.to_query()
    return spec


def keep_link(**more: str) -> None:
    """Write the choice, and what else the page shows, into its address."""
    st.query_params.from_dict(st.session_state[_QUERY] | more | visitor.parameters())


def _take_link() -> None:
    """Take the choice from the link that the page was opened with, or what was chosen last."""
    query = {k: v for k, v in st.query_params.items() if k in TraceSpec.model_fields}
    if query and query != st.session_state.get(_QUERY):
        try:
            _fill(trace_from(query).model_dump())
        except InvalidTrace as error:
            st.error(quoting(f"The link was not understood: {error}"), icon=":material/link_off:")
    if _ORDER not in st.session_state:
        _fill(st.session_state.get(_KEPT) or TraceSpec().model_dump())


def _fill(values: dict[str, Any]) -> None:
    st.session_state[_ORDER] = list(values["callbacks"])
    for name in _LABELS:
        st.session_state[f"trace-{name}"] = values[name]
    st.session_state[_KEPT], st.session_state[_QUERY] = values, None


def _values() -> dict[str, Any]:
    """Return what is chosen; what has no widget now is as it was."""
    shown = {name: st.session_state.get(f"trace-{name}") for name in _LABELS}
    now = {name: value for name, value in shown.items() if value is not None}
    return st.session_state[_KEPT] | now | {"callbacks": tuple(st.session_state[_ORDER])}


def _show_order(names: Sequence[str]) -> None:
    for place, name in enumerate(names):
        with st.container(horizontal=True, vertical_alignment="center", width=320):
            st.markdown(f"{place + 1}. {name}", width="stretch")
            st.button(
                "",
                key=f"trace-earlier-{name}",
                icon=":material/arrow_upward:",
                help=f"Call {name} earlier",
                disabled=place == 0,
                on_click=_move_up,
                args=(name,),
            )


def _move_up(name: str) -> None:
    names = list(st.session_state[_ORDER])
    place = names.index(name)
    if place == 0:  # The second half of a double click.
        return
    names[place - 1], names[place] = names[place], names[place - 1]
    st.session_state[_ORDER] = names


def _number(name: str, label: str) -> None:
    field = TraceSpec.model_fields[name]
    low, high = bounds_of(name)
    st.slider(label, low, high, key=f"trace-{name}", help=help_of(field), width=320)
