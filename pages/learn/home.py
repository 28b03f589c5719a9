"""The address without a page leads to the overview."""

import streamlit as st

from pages.parts import visitor

st.switch_page("pages/learn/overview.py", query_params=visitor.parameters())
