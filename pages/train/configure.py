"""Set up a run: scans, model, training, callbacks."""

import streamlit as st

from core.specs import links, presets
from core.specs.problems import InvalidSettings, Problem, check_run
from core.specs.run import RunSpec, TrainingSpec
from pages.parts import (
    callback_list,
    code_view,
    findings,
    fork_form,
    launch,
    paste,
    scans_form,
    visitor,
)
from pages.parts.form import Form
from pages.parts.words import quoting

form = Form()


def take_link() -> None:
    """Fill the form from the link it was opened with, or with the quick demo."""
    query = fork_form.without_fork(st.query_params.to_dict())
    if query and query != st.session_state.get("form_query") and links.is_configuration(query):
        paste.forget()
        form.replace(links.from_query(query))
    elif not form.values:
        form.replace(links.flatten(presets.quick_demo()))


def show_presets(spec: RunSpec | None) -> None:
    """Offer the presets; the one that the form stands at is marked."""
    at = (name for name, preset in presets.PRESETS.items() if preset() == spec)
    st.session_state["preset"] = next(at, None)
    st.segmented_control("Start from", list(presets.PRESETS), key="preset", on_change=take_preset)


def take_preset() -> None:
    """Fill the form with the preset that was just chosen."""
    chosen = st.session_state["preset"]
    if chosen:
        paste.forget()
        form.replace(links.flatten(presets.PRESETS[chosen]()))


def check() -> tuple[RunSpec | None, tuple[Problem, ...]]:
    """Return the run if all settings are right, and what is wrong with them."""
    try:
        return check_run(links.nest(form.values)), ()
    except InvalidSettings as error:
        return None, error.problems


def show_problems(problems: tuple[Problem, ...]) -> None:
    """Say what is wrong, below each setting and once more where the run would start."""
    form.show_problems(problems)
    for problem in problems:
        section = problem.key.partition(".")[0]
        of = f"**{section}** · " if section in form.order else ""
        st.error(f"{of}{quoting(problem.sentence)}", icon=":material/error:")


take_link()
fork, way_out = fork_form.of_link(), None
if fork:
    form.lock(fork.locked, fork_form.WHY_LOCKED)
    fork, way_out = fork_form.show_head(fork)
else:
    st.title("Configure a run")
with st.container(horizontal=True, vertical_alignment="bottom"):
    # Drawn when the form below has said where it stands.
    preset_place = st.container(width="content")
    form.setting("name", "name", RunSpec.model_fields["name"])
if fork:
    st.caption(f":material/lock: {fork_form.WHY_LOCKED}")
st.subheader("Scans")
scans_form.show(form)
st.subheader("Model and training")
form.section("training", TrainingSpec)
st.subheader("Callbacks")
paste.show(form)
callback_list.show(form, check()[1])
spec, problems = check()
if not fork:
    with preset_place:
        show_presets(spec)
show_problems(problems)
st.subheader("What to expect")
findings.show(form, spec, schedule_object=paste.schedule_object())
launch.show_refusal()
if fork:
    fork_form.start_button(fork, spec)
else:
    launch.start_button("Start training", spec, key="start")
if spec:
    with st.expander("Code", icon=":material/code:"):
        code_view.show(spec, key="code")
settings = links.flat_to_query(form.values)
st.session_state["form_query"] = settings
st.query_params.from_dict(settings | fork_form.parameters(fork) | visitor.parameters())
if way_out:
    fork_form.show_way_out(way_out, settings)
