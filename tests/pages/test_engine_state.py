"""What is said of the engine, in the sidebar and where somebody waits for a worker."""

from types import SimpleNamespace

import pytest

from core.engine.engine import EngineState
from pages.parts import engine_state, services


def test_each_state_of_the_engine_is_told():
    assert set(engine_state._WORDS) == set(EngineState)


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (EngineState.READY, "A worker reads"),
        (EngineState.STARTING, "The engine is warming up"),
        (EngineState.WARMING_UP, "The engine is warming up"),
        (EngineState.NO_WORKER, "The cluster has no worker yet"),
        (EngineState.BROKEN, "No worker could be started (the sidebar says more)"),
    ],
)
def test_who_waits_for_an_answer_reads_what_for(monkeypatch, state, told):
    monkeypatch.setattr(services, "engine", lambda: SimpleNamespace(state=state))
    assert engine_state.awaited("A worker reads").startswith(told)
