"""What a person reads when the store cannot be used."""

import runpy
from pathlib import Path

import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.parts import store_errors

ROOT = Path(__file__).parents[2]
SCRIPT = """
from core.store import StoreError
from pages.parts import store_errors
import streamlit as st

st.session_state["told"] = store_errors.tell({error}("The disk that holds `it` is full."))
"""


def said_of(error):
    page = AppTest.from_string(SCRIPT.format(error=error)).run()
    return page.session_state["told"], [each.value for each in page.error]


def test_a_page_shows_the_sentence_of_the_store():
    assert said_of("StoreError") == (True, [r"The disk that holds \`it\` is full\."])


def test_any_other_error_is_left_to_streamlit():
    assert said_of("ValueError") == (False, [])


def test_streamlit_asks_for_whatever_a_page_raises(monkeypatch):
    apps = []
    monkeypatch.setattr(st, "App", lambda *_, **settings: apps.append(settings))
    runpy.run_path(str(ROOT / "streamlit_app.py"), run_name="app")
    assert apps[0]["on_script_error"] is store_errors.tell
