"""The app without a browser: Streamlit's own tester, a store of its own, no engine."""

import gc
import sys
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core import store
from core.engine.answers import Answer
from core.engine.engine import EngineState
from pages.parts import services

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session", autouse=True)
def _out_of_sight():
    """Hide what Keras's tests left from the collector, which Streamlit calls after every script."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def _main(monkeypatch):
    """Take back the script that Streamlit's tester leaves as `__main__`.

    Processes that a later test spawns would run it.
    """
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


class WaitingEngine:
    """Takes runs and leaves them queued, as a busy engine does."""

    state = EngineState.READY
    trainers = 1

    def __init__(self, *_):
        self.submitted = []
        self.sweeps = []
        self.asked = []

    def submit(self, run_id):
        self.submitted.append(run_id)

    def submit_sweep(self, sweep_id):
        self.sweeps.append(sweep_id)

    def ask(self, job, *arguments, timeout_s=120.0):
        self.asked.append(Answer(job, arguments, timeout_s))
        return self.asked[-1]


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("PLATEAU_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(services, "Engine", WaitingEngine)
    st.cache_resource.clear()
    yield tmp_path
    st.cache_resource.clear()


@pytest.fixture
def db(home):
    opened = store.Store(f"sqlite:///{home}/home/plateau.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def app(home):
    """A visitor's session, opened on the overview."""
    return AppTest.from_file(ROOT / "streamlit_app.py", default_timeout=90)
