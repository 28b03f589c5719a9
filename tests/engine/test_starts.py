"""Workers that cannot be started."""

import pytest

from core import store
from core.engine.engine import Engine, EngineState
from core.engine.starts import Starts
from core.settings import Settings
from tests.engine.conftest import WARM_UP_S
from tests.waiting import until


def test_each_failed_start_makes_the_next_one_wait_longer_up_to_a_minute():
    now_s = 0.0
    starts = Starts(lambda: now_s)
    assert starts.is_due
    for wait_s in (5, 10, 20, 40, 60, 60):
        starts.note_failure()
        now_s += wait_s - 1
        assert not starts.is_due
        now_s += 1
        assert starts.is_due


def test_a_worker_that_trains_makes_up_for_the_failures_before():
    now_s = 0.0
    starts = Starts(lambda: now_s)
    starts.note_failure()
    starts.note_failure()
    starts.note_worker()
    assert not starts.failed
    starts.note_failure()
    now_s += 5
    assert starts.is_due


@pytest.mark.keras
def test_an_engine_says_that_no_worker_could_be_started_and_tries_again(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "nowhere")
    settings = Settings(plateau_home=tmp_path, dask_scheduler_address="", database_url="")
    db = store.Store(settings.store_url)
    engine = Engine(settings, db)
    try:
        until(lambda: engine._starts.failed == 2, within_s=WARM_UP_S, what="a second failed start")
        assert engine.state is EngineState.BROKEN
    finally:
        engine.close()
        db.close()
