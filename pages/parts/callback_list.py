"""The callbacks of a run: which, in which order, and all their parameters."""

from collections.abc import Callable, Sequence

import streamlit as st
from pydantic import BaseModel

from core.specs.callbacks import CALLBACKS, DESCRIBED, LearningRateScheduler
from core.specs.code.layout import literal
from core.specs.order import LAST, order_notes
from core.specs.problems import Problem
from core.specs.schedules import SETTINGS_OF, unused_settings
from pages.parts import focus, schedule_preview
from pages.parts.form import Form

_KINDS: dict[str, type[BaseModel]] = {callback.__name__: callback for callback in CALLBACKS}
_ADDED, _MOVED = "form_added", "form_moved"


def show(form: Form, problems: Sequence[Problem]) -> None:
    """Show the callbacks as cards in the order Keras calls them, and what else there is.

    Args:
        form: Its values are changed by what the person does.
        problems: What was wrong when the page began; those cards open by themselves.
    """
    if not form.order:
        st.info("No callback yet: you would watch what training does on its own.")
    wrong = {problem.key.partition(".")[0] for problem in problems}
    added = st.session_state.pop(_ADDED, "")
    for place, name in enumerate(form.order):
        _card(form, place, name, is_open=not place or name == added or name in wrong)
    if _MOVED in st.session_state:
        focus.give_back(st.session_state.pop(_MOVED))
    _show_menu(form)
    _show_order(form)
    _show_described()


def reveal(name: str) -> None:
    """Open the card of a callback, where its settings were changed for the person."""
    st.session_state[_open_key(name)] = True


def _card(form: Form, place: int, name: str, *, is_open: bool) -> None:
    with st.container(border=True, gap="xsmall", key=f"card-{name}"):
        _show_head(form, place, name)
        preview = st.container()
        st.session_state.setdefault(_open_key(name), is_open)
        settings = st.expander("Settings", key=_open_key(name), on_change="rerun", type="compact")
        if not settings.open:
            st.caption(_summary(form, name))
        with settings:
            form.section(name, _KINDS[name], leave_out=_left_out(form, name))
        if name == LearningRateScheduler.__name__:
            with preview:  # Drawn last, from what the widgets have just said.
                schedule_preview.show(form)


def _show_head(form: Form, place: int, name: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(width="stretch", gap=None):
            st.markdown(f"**{place + 1} · {name}**  \n{_purpose(name)}")
        with st.container(horizontal=True, width="content", gap="xsmall"):
            _button("Up", "arrow_upward", name, _move, form, name, -1, off=place == 0)
            last = place == len(form.order) - 1
            _button("Down", "arrow_downward", name, _move, form, name, 1, off=last)
            _button("Remove", "close", name, _remove, form, name)


def _button(
    label: str, icon: str, name: str, handler: Callable[..., None], *args: object, off: bool = False
) -> None:
    st.button(
        label,
        key=f"{label.lower()}-{name}",
        icon=f":material/{icon}:",
        type="tertiary",
        disabled=off,
        on_click=handler,
        args=args,
    )


def _move(form: Form, name: str, by: int) -> None:
    order = list(form.order)
    place = order.index(name)
    order.insert(max(0, place + by), order.pop(place))  # 0 after a double click.
    form.values["callbacks"] = order
    buttons = (f"down-{name}", f"up-{name}")
    st.session_state[_MOVED] = buttons if by > 0 else buttons[::-1]


def _remove(form: Form, name: str) -> None:
    # Its settings stay, for when it comes back.
    form.values["callbacks"] = [other for other in form.order if other != name]


def _show_menu(form: Form) -> None:
    left = [name for name in _KINDS if name not in form.order]
    if not left:
        st.caption("All callbacks are in the list.")
        return
    key = form.key(f"add-{len(form.order)}")
    st.selectbox(
        "Add a callback",
        left,
        index=None,
        key=key,
        format_func=lambda name: f"{name} · {_purpose(name)}",
        placeholder="Choose one; it goes to the end of the list",
        on_change=_add,
        args=(form, key),
    )


def _add(form: Form, key: str) -> None:
    name = st.session_state[key]
    if name and name not in form.order:
        form.values["callbacks"] = [*form.order, name]
        st.session_state[_ADDED] = name


def _show_order(form: Form) -> None:
    if not form.order:
        return
    notes = order_notes(form.order) or ("Among these, the order changes nothing.",)
    lines = "\n".join(f"- {note}" for note in (*notes, LAST))
    with st.container(gap=None):
        st.caption(
            ":material/swap_vert: **What the order changes.** Keras calls them from the top."
        )
        st.caption(lines)


def _show_described() -> None:
    names = " and ".join(described.name for described in DESCRIBED)
    with st.expander(f"{names}: why they are off here", icon=":material/block:"):
        for described in DESCRIBED:
            st.markdown(f"**{described.name}** · {described.purpose}  \n{described.why_off}")
            defaults = [f"`{name}={value!r}`" for name, value in described.defaults.items()]
            st.caption(" ".join([*(f"`{name}`" for name in described.required), *defaults]))


def _purpose(name: str) -> str:
    return (_KINDS[name].__doc__ or "").strip().partition("\n")[0]


def _summary(form: Form, name: str) -> str:
    """Return what differs from Keras's defaults, as code."""
    # A backtick in a value would end it.
    shown = [f"{key}={literal(value)}".replace("`", "'") for key, value in _changed(form, name)]
    return " ".join(f"`{text}`" for text in shown) or "All settings as Keras has them."


def _changed(form: Form, name: str) -> list[tuple[str, object]]:
    skipped = ("kind", *_left_out(form, name))
    return [
        (key, form.values[f"{name}.{key}"])
        for key, field in _KINDS[name].model_fields.items()
        if key not in skipped and form.values.get(f"{name}.{key}", field.default) != field.default
    ]


def _left_out(form: Form, name: str) -> Sequence[str]:
    """Return the settings that have no effect with the plan that is chosen."""
    if name != LearningRateScheduler.__name__:
        return ()
    key = f"{name}.schedule"
    # What was chosen a moment ago stands in the widget before it stands in the form.
    plan = st.session_state.get(form.key(key), form.values.get(key, "step"))
    return unused_settings(plan) if plan in SETTINGS_OF else ()


def _open_key(name: str) -> str:
    return f"open-{name}"
