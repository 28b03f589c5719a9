"""Move a slider and see at once what a callback makes of a simulated training."""

import streamlit as st

from core.charts.live import CONFIG
from core.charts.playground import playground_figure
from core.plateaus.outcome_wording import name_told
from core.plateaus.outcomes import outcomes_of
from core.plateaus.play import play
from core.specs.playground import shown_letters
from core.specs.playground_presets import PLAYGROUND_PRESETS
from pages.parts import chart
from pages.parts import playground_controls as controls
from pages.parts.dials import Dials

# The chart stays in sight while its sliders scroll by.
STICKY = """<style>
[data-testid="stColumn"]:has(.st-key-playground-chart) {
  position: sticky; top: 3.25rem; align-self: flex-start; z-index: 5;
}
.st-key-playground-chart { background: %s; }
</style>"""


@st.fragment
def show_playground() -> None:
    """Show everything that a slider changes."""
    dials = Dials()
    for problem in dials.problems:
        st.warning(problem, icon=":material/link_off:")
    dials.show_presets()
    if dials.preset:
        st.markdown(f":material/visibility: {PLAYGROUND_PRESETS[dials.preset].look_for}")
    else:
        st.markdown(":material/tune: Your own settings. An experiment above sets them back.")
    letters = shown_letters(dials.values)
    outcomes = outcomes_of(play(dials.values, letters), letters) if letters else ()
    dark = st.context.theme.type == "dark"
    left, right = st.columns([3, 2], gap="small")
    with left, st.container(key="playground-chart"):
        names = {letter: name_told(dials.values, letter) for letter in letters}
        chart.show(
            playground_figure(outcomes, names, dark=dark), key="playground-curves", config=CONFIG
        )
    with right:
        controls.show_idea(outcomes)
        controls.show_controls(dials)
    dials.publish()
    controls.show_table(outcomes)
    st.subheader(f"Which patience, which factor? The map for setting {dials.edited}")
    losses = controls.map_of(dials.values, dials.edited)
    left, right = st.columns([3, 2], gap="small")
    with left:
        controls.show_map(losses, dials.values, dials.edited, dark=dark)
    with right:
        drawn = {outcome.letter: outcome for outcome in outcomes}
        controls.tell_map(losses, drawn.get(dials.edited))
    controls.show_link(dials.values)


st.title("Playground")
st.markdown("Why does a lower learning rate help, and when? Move a slider, and see.")
st.html(STICKY % ("#0f141c" if st.context.theme.type == "dark" else "#ffffff"))
show_playground()
