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
            help="Calls of Keras's callbacks, a list of them, or the whole program, whose `fit` "
            "tells epochs, batch_size and verbose. Only plain values are read: numbers, texts, "
            "True, False and None. Nothing is run.",
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
    said = _fill(form, pasted, keep=keep) if names else ["Nothing could be filled in."]
    st.session_state[_SAID] = [*said, *pasted.notes]
    st.session_state[_SCHEDULE] = pasted.schedule_object


def _fill(form: Form, pasted: code.Pasted, *, keep: bool) -> list[str]:
    """Fill the form, and return what was filled in and what was left as it is."""
    names = pasted.settings["callbacks"]
    before = [name for name in form.order if name not in names] if keep else []
    left = [name for name in pasted.training if keep or name in form.locked]
    training = {name: value for name, value in pasted.training.items() if name not in left}
    form.update(pasted.settings | training | {"callbacks": [*before, *names]})
    for name in names:
        callback_list.reveal(name)
    said = [f"Filled in: {', '.join([*names, *map(_short, training)])}."]
    return [*said, f"Left as it is here: {', '.join(map(_short, left))}."] if left else said


def _short(name: str) -> str:
    return name.removeprefix("training.")


def _show_outcome() -> None:
    if _REFUSED in st.session_state:
        with st.container(horizontal=True, gap="xsmall"):
            st.markdown(":red[:material/error:]", width="content")
            st.text(st.session_state[_REFUSED], width="stretch")
    # Plain text: a note may quote what was pasted.
    for sentence in st.session_state.get(_SAID, ()):
        st.text(sentence)
