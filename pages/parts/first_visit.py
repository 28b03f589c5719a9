"""The very first visitor of a server, when a link to one of the pages brought them.

Until a script calls `st.navigation`, Streamlit 1.67 takes the folder `pages/` for
pages of its own older kind, finds none of ours there, and tells that visitor
"Page not found". One reload later it knows better.
"""

from urllib.parse import urlsplit

import streamlit as st
from streamlit.components.v2 import component

_reload = component("plateau_reload", js="export default function () { window.location.reload(); }")


@st.cache_resource
def _visitors() -> list[str]:
    return []


def mend() -> None:
    """Load the page again if it is the server's first and has an address of its own."""
    visitors, address = _visitors(), urlsplit(st.context.url or "").path
    if not visitors:
        visitors.append(address)
        if address.strip("/"):
            _reload()
            st.stop()
