"""Plateau: find out, by experiment, what Keras callbacks do to a training."""

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.parts import (
    engine_state,
    first_visit,
    launch,
    live_feed,
    saved_models,
    scan_source,
    store_errors,
    visitor,
)

# A picture of our own: the browser would fetch a Material one from Google.
_ICON = Path(__file__).parent / "pages" / "parts" / "icon.svg"


def main() -> None:
    """Show the page a visitor asked for, with what stands on every page."""
    st.set_page_config(page_title="Plateau", page_icon=_ICON, layout="wide")
    page = st.navigation(
        {
            "Learn": [
                _page("learn/overview", "Overview", "explore"),
                _page("learn/playground", "Playground", "science"),
                _page("learn/hooks", "Hooks", "schema"),
                # A default page has no address of its own, and the overview needs one.
                st.Page("pages/learn/home.py", title="Plateau", default=True, visibility="hidden"),
            ],
            "Train": [
                _page("train/configure", "Configure", "tune"),
                _page("train/monitor", "Monitor", "monitoring"),
                _page("train/runs", "Runs", "list"),
            ],
            "Plateaus": [
                _page("plateaus/replay", "Replay", "replay"),
                _page("plateaus/compare", "Compare", "stacked_line_chart"),
                _page("plateaus/sweep", "Sweep", "account_tree"),
            ],
            "Scans": [
                _page("scans/datasets", "Data sets", "folder_open"),
                _page("scans/classify", "Classify", "image_search"),
                _page("scans/evaluate", "Evaluate", "fact_check"),
            ],
        }
    )
    first_visit.mend()
    visitor.keep_token()
    scan_source.leave(page.url_path)
    launch.follow(page.url_path)
    with st.sidebar:
        engine_state.show()
        visitor.show_key()
    st.caption(
        ":material/info: Research and education only. Not a medical device. "
        "Do not upload identifiable scans."
    )
    page.run()


def _page(name: str, title: str, icon: str) -> StreamlitPage:
    return st.Page(
        f"pages/{name}.py", title=title, icon=f":material/{icon}:", url_path=Path(name).name
    )


# `streamlit run` imports this file for `app`, and runs it as a script for each visitor.
if __name__ == "__main__":
    main()
else:
    app = st.App(
        "streamlit_app.py",
        routes=[live_feed.ROUTE, saved_models.ROUTE],
        on_script_error=store_errors.tell,
    )
