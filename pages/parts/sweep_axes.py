"""Which parameters of a sweep differ, and what values they take."""

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.specs.problems import InvalidSettings, Problem
from core.specs.sweep_draft import LIST as LIST_PLACE
from core.specs.sweep_draft import parameters_of
from core.specs.sweep_text import write_list
from pages.parts.form import Form
from pages.parts.sweep_draft import GRID, LIST, Axes, current
from pages.parts.words import quoting

_VALUES_HELP = (
    "Values with commas between them: `2, 3, 4, 6`. Or a range: `2 to 6`, `2 to 6 step 2`, "
    "`0.1 to 0.5 count 3`, and with equal ratios `1e-5 to 1e-2 count 4 log`. `true`, `false`, "
    "`none` and words such as `min` stand for themselves."
)
_LIST_EXAMPLE = "patience, factor\n2, 0.1\n4, 0.3\n8, 0.5"


Slots = dict[str, DeltaGenerator]
"""Where a sentence goes if something is wrong with a parameter, or the list."""


def show(form: Form, axes: Axes) -> Slots:
    """Show the parameters that differ, as a grid or a list, and how many seeds.

    Args:
        form: Of the base.
        axes: Takes what the person chooses.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("What differs", width="content")
        chosen = st.segmented_control(
            "Settings as",
            (GRID, LIST),
            default=LIST if axes.as_list else GRID,
            key=axes.key("kind"),
            required=True,
            label_visibility="collapsed",
            help="A grid tries every value with every other. A list holds the settings one by one.",
        )
        as_list = chosen == LIST
    if as_list and not axes.as_list and not axes.listed:
        axes.listed = _as_list()
    axes.as_list = as_list
    slots = _show_list(axes) if as_list else _show_grid(form, axes)
    axes.seeds = st.slider(
        "Seeds",
        1,
        10,
        axes.seeds,
        key=axes.key("seeds"),
        width=320,
        help="Every setting is trained with each of them. One seed shows what happened; only "
        "several show whether it is more than chance. Three is a start, five are better.",
    )
    st.caption(_seeds_told(form, axes.seeds))
    return slots


def show_problems(slots: Slots, problems: Sequence[Problem]) -> None:
    """Say what is wrong below each parameter; what belongs to none is left to the page."""
    for problem in problems:
        if problem.key in slots:
            slots[problem.key].caption(f":red[:material/error: {quoting(problem.sentence)}]")


def _show_grid(form: Form, axes: Axes) -> Slots:
    offered = parameters_of(form.order)
    slots = {name: _show_axis(axes, name) for name in list(axes.varied)}
    left = [name for name in offered if name not in axes.varied]
    if not offered:
        st.info(
            "The base has no callback whose parameters can differ. Open the base above and add "
            "one, such as ReduceLROnPlateau."
        )
    elif left:
        st.selectbox(
            "Add a parameter",
            left,
            index=None,
            key=axes.key(f"add-{len(axes.varied)}"),
            format_func=_spoken,
            placeholder="Choose one that should differ",
            on_change=_add,
            args=(form, axes, axes.key(f"add-{len(axes.varied)}")),
            width=420,
        )
    return slots


def _show_axis(axes: Axes, name: str) -> DeltaGenerator:
    st.markdown(f"**{_spoken(name)}**", help=_VALUES_HELP)
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"sweep-axis-{name}"):
        axes.varied[name] = st.text_input(
            f"Values of {_spoken(name)}",
            axes.varied[name],
            key=axes.key(f"values-{name}"),
            label_visibility="collapsed",
            placeholder="2, 3, 4 or 2 to 6 step 2",
        )
        with st.popover("Range", icon=":material/linear_scale:"):
            _show_range(axes, name)
        st.button(
            "Remove",
            key=axes.key(f"remove-{name}"),
            icon=":material/close:",
            type="tertiary",
            on_click=_remove,
            args=(axes, name),
        )
    return st.empty()


def _remove(axes: Axes, name: str) -> None:
    axes.varied.pop(name, None)  # Gone after the first half of a double click.


def _show_range(axes: Axes, name: str) -> None:
    with st.container(horizontal=True):
        start = st.number_input("From", value=None, key=axes.key(f"from-{name}"), format="%g")
        stop = st.number_input("To", value=None, key=axes.key(f"to-{name}"), format="%g")
    kinds = {"step": "steps of", "count": "this many", "log": "this many, equal ratios"}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.selectbox(
            "In", list(kinds), format_func=lambda one: kinds[one], key=axes.key(f"in-{name}")
        )
        amount = st.number_input(" ", value=None, key=axes.key(f"amount-{name}"), format="%g")
    if start is not None and stop is not None and amount is not None:
        # "log" is a count with equal ratios.
        unit = "count" if kind == "log" else kind
        text = f"{start:g} to {stop:g} {unit} {amount:g}" + (" log" if kind == "log" else "")
        if st.button(f"Use {text}", key=axes.key(f"use-{name}")):
            axes.varied[name] = text
            axes.generation += 1
            st.rerun()
    else:
        st.caption("Three numbers make a range.")


def _show_list(axes: Axes) -> Slots:
    axes.listed = st.text_area(
        "One setting a line, the names of the parameters above; paste it from a spreadsheet",
        axes.listed,
        key=axes.key("list"),
        placeholder=_LIST_EXAMPLE,
        height=180,
    )
    return {LIST_PLACE: st.empty()}


def _as_list() -> str:
    """Return the grid as it stands, setting by setting, to be changed by hand."""
    try:
        spec = current().check()
    except InvalidSettings:
        return ""
    return write_list([spec.axis_name(axis) for axis in spec.axes], spec.combinations())


def _add(form: Form, axes: Axes, key: str) -> None:
    name = st.session_state[key]
    if name:
        value = form.values.get(name)
        axes.varied[name] = "" if value is None else write_list([name], [[value]]).splitlines()[1]


def _spoken(name: str) -> str:
    callback, _, parameter = name.partition(".")
    return f"{parameter} of {callback}"


def _seeds_told(form: Form, count: int) -> str:
    first = form.values.get("training.seed", 0)
    first = first if isinstance(first, int) else 0
    if count == 1:
        return f"Seed {first}. One seed cannot tell a better setting from a lucky one."
    return f"Seeds {first} to {first + count - 1}."
