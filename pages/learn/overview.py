"""What Plateau is, and two ways to start."""

import streamlit as st

from core.specs import links, presets
from pages.parts import launch, visitor

_MORE = (
    ("learn/playground", "Playground", "science", "Why a lower learning rate helps, and when."),
    ("learn/hooks", "Hooks", "schema", "Which method Keras calls when, on which callback."),
    ("plateaus/replay", "Replay", "replay", "When a callback would have acted on your own curve."),
    ("plateaus/compare", "Compare", "stacked_line_chart", "Runs side by side: effect or luck?"),
    (
        "plateaus/sweep",
        "Sweep",
        "account_tree",
        "Many settings trained as one tree: which one to take?",
    ),
    ("scans/datasets", "Data sets", "folder_open", "Can a score on these scans be believed?"),
    (
        "scans/classify",
        "Classify",
        "image_search",
        "Have a model read a scan; see where it looked.",
    ),
    ("scans/evaluate", "Evaluate", "fact_check", "What a trained model is worth."),
)

st.title("What do Keras callbacks do to a training?")
st.markdown(
    "A **callback** is an assistant that watches a training and acts: it lowers the learning "
    "rate when the score is stuck, stops when more study is of no use, keeps a copy of the best "
    "model. Here you set its parameters, train a small network on brain scans, and watch "
    "*what it does, when, and why*, in a live chart."
)
with st.container(border=True):
    st.subheader("See it happen")
    st.markdown(
        "A small network learns to tell four kinds of simulated brain scans apart. "
        "`ReduceLROnPlateau` waits two epochs for a better `val_accuracy`, then cuts the learning "
        "rate to 30 %. About a minute on two CPU cores."
    )
    launch.show_refusal()
    launch.start_button("Start the quick demo", presets.quick_demo(), key="demo")
with st.container(border=True):
    st.subheader("The tutorial's experiment")
    st.markdown(
        "Twenty epochs of the tutorial's own network, 44.9 million parameters, with `TensorBoard` "
        "and `ReduceLROnPlateau` as its chapter sets them. It opens on simulated scans of the "
        "tutorial's size; its real ones are on *Data sets*, to be downloaded. On a CPU it takes "
        "over a minute an epoch: open it, change what you like, then start."
    )
    if st.button("Open the tutorial's experiment", icon=":material/tune:", width="stretch"):
        query = links.to_query(presets.tutorial()) | visitor.parameters()
        st.switch_page("pages/train/configure.py", query_params=query)
st.subheader("More to find out")
for path, label, icon, what in _MORE:
    link, text = st.columns([1, 4], vertical_alignment="center")
    link.page_link(
        f"pages/{path}.py",
        label=f"**{label}**",
        icon=f":material/{icon}:",
        query_params=visitor.parameters(),
    )
    text.caption(what)
