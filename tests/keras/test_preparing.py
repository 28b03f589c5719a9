"""How far the reading of the scans is: told in steps that can be seen."""

import threading

import pytest

pytest.importorskip("keras")
pytestmark = pytest.mark.keras


def test_only_steps_that_can_be_seen_are_told():
    from core.training.preparing import in_steps

    told = []
    on_progress = in_steps(lambda *step: told.append(step), threading.Event())
    for step in (("Reading", 0.0), ("Reading", 0.01), ("Reading", 0.03), ("Scaling", 0.03)):
        on_progress(*step)
    on_progress("Scaling", 0.99)
    on_progress("Scaling", 1.0)
    assert told == [
        ("Reading", 0.0), ("Reading", 0.03), ("Scaling", 0.03), ("Scaling", 0.99), ("Scaling", 1.0)
    ]  # fmt: skip


def test_a_stop_ends_the_reading_at_its_next_step():
    from core.training.preparing import in_steps
    from core.training.recorder import StopRequested

    stop = threading.Event()
    on_progress = in_steps(lambda *_: None, stop)
    on_progress("Reading", 0.0)
    stop.set()
    with pytest.raises(StopRequested):
        on_progress("Reading", 0.001)
