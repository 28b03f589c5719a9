"""Plateau: find out, by experiment, what Keras callbacks do to a training."""

import streamlit as st

from pages.parts import engine_state, first_visit, visitor

st.set_page_config(page_title="Plateau", page_icon=":material/trending_flat:", layout="wide")

page = st.navigation(
    {
        "Learn": [
            st.Page(
                "pages/learn/overview.py",
                title="Overview",
                icon=":material/explore:",
                url_path="overview",
            ),
            # A default page has no address of its own, and the overview needs one.
            st.Page("pages/learn/home.py", title="Plateau", default=True, visibility="hidden"),
        ],
        "Train": [
            st.Page(
                "pages/train/configure.py",
                title="Configure",
                icon=":material/tune:",
                url_path="configure",
            ),
            st.Page(
                "pages/train/monitor.py",
                title="Monitor",
                icon=":material/monitoring:",
                url_path="monitor",
            ),
            st.Page("pages/train/runs.py", title="Runs", icon=":material/list:", url_path="runs"),
        ],
        "Scans": [
            st.Page(
                "pages/scans/datasets.py",
                title="Data sets",
                icon=":material/folder_open:",
                url_path="datasets",
            ),
        ],
    }
)
first_visit.mend()
visitor.keep_token()
with st.sidebar:
    engine_state.show()
st.caption(
    ":material/info: Research and education only. Not a medical device. "
    "Do not upload identifiable scans."
)
page.run()
