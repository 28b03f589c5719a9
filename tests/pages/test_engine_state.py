"""What the sidebar says of the engine."""

from core.engine.engine import EngineState
from pages.parts import engine_state


def test_each_state_of_the_engine_is_told():
    assert set(engine_state._WORDS) == set(EngineState)
