"""Set up a run: scans, model, training, callbacks."""

import streamlit as st

from core.specs import links, presets
from core.specs.callbacks import CALLBACKS
from core.specs.data import FolderScans, SimulatedScans
from core.specs.problems import InvalidSettings, check_run
from core.specs.run import RunSpec, TrainingSpec
from pages.parts import datasets, launch, visitor
from pages.parts.form import Form

form = Form()


def take_link() -> None:
    """Fill the form from the link it was opened with, or with the quick demo."""
    query = {k: v for k, v in st.query_params.items() if k != "owner"}
    if query and query != st.session_state.get("form_query") and links.is_configuration(query):
        form.replace(links.from_query(query))
    elif not form.values:
        form.replace(links.flatten(presets.quick_demo()))


def take_preset() -> None:
    """Fill the form with the preset that was just chosen."""
    chosen = st.session_state["preset"]
    if chosen:
        form.replace(links.flatten(presets.PRESETS[chosen]()))


def show_scans() -> None:
    """Show which scans to train on."""
    found = {folder.name: folder for folder in datasets.visible_folders()}
    now = form.values.get("scans.folder", "") if form.values.get("scans") == "folder" else ""
    choices = ["", *found, *([now] if now and now not in found else [])]
    chosen = st.selectbox(
        "Data set",
        choices,
        index=choices.index(now),
        key=form.key("scans"),
        format_func=lambda name: f"Folder {name}" if name else "Simulated scans (built in)",
        help="Folders of scans in the data directory appear here: one sub-folder a class, or "
        "Training/ and Testing/ with one sub-folder a class each.",
    )
    if chosen:
        form.values |= {"scans": "folder", "scans.folder": chosen}
        form.section("scans", FolderScans, leave_out=["folder"])
    else:
        form.values["scans"] = "simulated"
        form.section("scans", SimulatedScans)


def show_callbacks() -> None:
    """Show which callbacks to use, in which order, and all their parameters."""
    kinds = {callback.__name__: callback for callback in CALLBACKS}
    form.values["callbacks"] = st.multiselect(
        "Callbacks, in the order Keras calls them",
        list(kinds),
        default=form.values.get("callbacks", []),
        key=form.key("callbacks"),
        placeholder="None: watch what training does on its own",
    )
    for name in form.values["callbacks"]:
        with st.container(border=True):
            st.markdown(f"**{name}** · {(kinds[name].__doc__ or '').strip()}")
            form.section(name, kinds[name])


def check() -> RunSpec | None:
    """Return the run if all settings are right; else say below each what is wrong."""
    try:
        return check_run(links.nest(form.values))
    except InvalidSettings as error:
        form.show_problems(error.problems)
        for problem in error.problems:
            st.error(problem.sentence, icon=":material/error:")
        return None


take_link()
st.title("Configure a run")
with st.container(horizontal=True, vertical_alignment="bottom"):
    st.segmented_control("Start from", list(presets.PRESETS), key="preset", on_change=take_preset)
    form.setting("name", "name", RunSpec.model_fields["name"])
st.subheader("Scans")
show_scans()
st.subheader("Model and training")
form.section("training", TrainingSpec)
st.subheader("Callbacks")
show_callbacks()
spec = check()
launch.show_refusal()
launch.start_button("Start training", spec, key="start")
st.session_state["form_query"] = links.flat_to_query(form.values)
st.query_params.from_dict(st.session_state["form_query"] | visitor.parameters())
