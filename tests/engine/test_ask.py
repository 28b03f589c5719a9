"""Questions to a real worker, and an engine without one."""

import os
import signal
from types import SimpleNamespace

import pytest

from core.engine import jobs
from core.engine.answers import Answer
from core.engine.engine import Engine
from core.engine.roles import ANSWERS
from core.settings import Settings
from tests.engine.conftest import WARM_UP_S
from tests.engine.test_engine import worker_of
from tests.waiting import until


def test_an_answer_is_given_once():
    answer = Answer("math:sqrt", (4,), 60.0)
    assert not answer.done
    answer.give(2.0)
    answer.give(error="Too late.")
    assert (answer.done, answer.result, answer.error) == (True, 2.0, "")


def test_an_answer_is_late_only_while_nobody_gave_it():
    answer = Answer("math:sqrt", (4,), 0.0)
    until(lambda: answer.late, within_s=1, what="the next tick of the clock")
    answer.give(2.0)
    assert not answer.late


def test_a_scan_is_read_before_models_that_wait_to_be_evaluated_and_those_before_runs():
    class Future:
        def add_done_callback(self, _call):
            pass

    class Client:
        def submit(self, *_of, **how):
            given.append(how["priority"])
            return Future()

    given = []
    for job in (jobs.CLASSIFY, jobs.EVALUATE):
        Engine._send(SimpleNamespace(_wake_up=None), Client(), Answer(job, (), 60.0), None)
    # Dask's own priority, which runs have, is 0.
    assert given == sorted(given, reverse=True)
    assert given[0] > given[1] > 0


@pytest.mark.keras
def test_a_worker_answers_with_what_the_job_returns(engine):
    # The worker that answers comes up after those that train.
    answers = [engine.ask("math:sqrt", number, timeout_s=WARM_UP_S) for number in (4, 9)]
    assert all(answer.wait(WARM_UP_S) for answer in answers)
    assert [(answer.result, answer.error) for answer in answers] == [(2.0, ""), (3.0, "")]


@pytest.mark.keras
def test_what_a_job_raises_comes_back_as_a_sentence(engine):
    answer = engine.ask("math:sqrt", -1, timeout_s=WARM_UP_S)
    assert answer.wait(WARM_UP_S)
    assert answer.result is None
    assert answer.error in {
        "math domain error",
        "expected a nonnegative input, got -1.0",  # Python 3.14 says it better.
    }


@pytest.mark.keras
def test_keras_stays_in_the_worker_when_it_raises(engine):
    import sys

    before = set(sys.modules)
    answer = engine.ask("keras.models:load_model", "nowhere.keras", timeout_s=WARM_UP_S)
    assert answer.wait(WARM_UP_S)
    assert "nowhere.keras" in answer.error
    assert not {name for name in set(sys.modules) - before if name.startswith("keras")}


@pytest.mark.keras
def test_the_death_of_the_worker_is_an_answer_and_the_next_question_gets_another(engine):
    worker = worker_of(engine, ANSWERS)
    answer = engine.ask("signal:pause")
    # Before Dask has given it to the worker, it would go to the next one.
    until(lambda: any(engine._client.processing().values()), within_s=60, what="it at work")
    worker.send_signal(signal.SIGKILL)
    assert answer.wait(60)
    assert "ended before it answered" in answer.error
    after = engine.ask("os:getpid", timeout_s=WARM_UP_S)
    assert after.wait(WARM_UP_S)
    assert after.result not in {None, os.getpid()}


@pytest.mark.keras
def test_a_question_that_takes_too_long_is_given_up(engine):
    answer = engine.ask("math:factorial", 3, timeout_s=0.0)
    assert answer.wait(60)
    # Whether the worker was faster than the clock is its own affair: it is never both.
    assert (answer.result is None) == bool(answer.error)
    worker = worker_of(engine, ANSWERS)
    endless = engine.ask("signal:pause", timeout_s=0.5)
    assert endless.wait(60)
    assert "No answer within" in endless.error
    worker.send_signal(signal.SIGKILL)  # It would pause for good.


@pytest.mark.keras
def test_a_closed_engine_answers_that_it_is_closed(tmp_path, db):
    engine = Engine(Settings(plateau_home=tmp_path), db)
    waiting = engine.ask("math:sqrt", 4)
    engine.close()
    assert waiting.wait(60)
    assert waiting.error or waiting.result == 2.0
    after = engine.ask("math:sqrt", 4)
    assert after.done
    assert "closing" in after.error
