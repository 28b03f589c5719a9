"""The handles every page uses, made once for the whole app."""

import streamlit as st

from core.engine.engine import Engine
from core.engine.tasks import Tasks
from core.engine.tensorboard import TensorBoardServers
from core.settings import Settings
from core.store import StateFiles, Store


@st.cache_resource
def settings() -> Settings:
    """Return the installation's settings."""
    return Settings()


@st.cache_resource
def db() -> Store:
    """Return the store."""
    return Store(settings().store_url)


@st.cache_resource
def state_files() -> StateFiles:
    """Return the files of the states of trainings."""
    return StateFiles(settings().states_url)


@st.cache_resource
def engine() -> Engine:
    """Return the engine; it starts its workers in the background."""
    return Engine(settings(), db())


@st.cache_resource
def tensorboards() -> TensorBoardServers:
    """Return the TensorBoard programs that were opened."""
    return TensorBoardServers()


@st.cache_resource
def tasks() -> Tasks:
    """Return the work beside the trainings: audits, downloads, uploads."""
    return Tasks()
