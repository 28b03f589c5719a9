"""Pasting calls from one's own code into the form."""

import streamlit as st

from core.specs import code
from pages.parts import callback_list
from pages.parts.form import Form

_TEXT, _SAID, _REFUSED, _SCHEDULE = "pasted", "pasted_said", "pasted_refused", "pasted_schedule"
_EXAMPLE = 'ReduceLROnPlateau(monitor="val_loss", factor=0.2, patience=5)'


def show(form: Form) -> None:
    """Show a text area for code, and what came of the last one."""
    with st.expander("Paste your own call", icon=":material/content_paste:"):
        st.text_area(
            "Your code",
            key=_TEXT,
            placeholder=_EXAMPLE,
            height=120,
            help="Calls of Keras's callbacks, a list of them, or the whole program. Only their "
            "plain values are read: numbers, texts, True, False and None. Nothing is run.",
        )
        with st.container(horizontal=True):
            _button("Fill in the form", form, keep=False)
            _button("Add to my callbacks", form, keep=True)
        _show_outcome()


def schedule_object() -> str:
    """Return the class of the schedule that pasted code gives its optimizer, "" for none."""
    return st.session_state.get(_SCHEDULE, "")


def forget() -> None:
    """Forget what was pasted: the form was given something else."""
    for key in (_SAID, _REFUSED, _SCHEDULE):
        st.session_state.pop(key, None)


def _button(label: str, form: Form, *, keep: bool) -> None:
    st.button(label, key=f"paste-{keep}", on_click=_take, args=(form,), kwargs={"keep": keep})


def _take(form: Form, *, keep: bool) -> None:
    forget()
    try:
        pasted = code.read_calls(st.session_state[_TEXT])
    except code.UnreadableCode as refused:
        st.session_state[_REFUSED] = str(refused)
        return
    names = pasted.settings["callbacks"]
    if names:
        _fill(form, pasted, keep=keep)
    taken = f"Filled in: {', '.join(names)}." if names else "Nothing could be filled in."
    st.session_state[_SAID] = [taken, *pasted.notes]
    st.session_state[_SCHEDULE] = pasted.schedule_object


def _fill(form: Form, pasted: code.Pasted, *, keep: bool) -> None:
    names = pasted.settings["callbacks"]
    before = [name for name in form.order if name not in names] if keep else []
    form.update(pasted.settings | {"callbacks": [*before, *names]})
    for name in names:
        callback_list.reveal(name)


def _show_outcome() -> None:
    if _REFUSED in st.session_state:
        with st.container(horizontal=True, gap="xsmall"):
            st.markdown(":red[:material/error:]", width="content")
            st.text(st.session_state[_REFUSED], width="stretch")
    # Plain text: a note may quote what was pasted.
    for sentence in st.session_state.get(_SAID, ()):
        st.text(sentence)
