"""Who trains and who answers."""

import os

import pytest

from core.engine.roles import ANSWERS, TRAINS, resources_for
from tests.engine.conftest import WARM_UP_S
from tests.engine.test_engine import ENDLESS, active, has_epochs, start, worker_of
from tests.waiting import until

__all__ = ["start"]  # A fixture.


def test_a_cluster_without_roles_takes_everything_anywhere():
    workers = {"tcp://far:1": {"resources": {}}, "tcp://far:2": {}}
    assert resources_for(TRAINS, workers, own=False) is None
    assert resources_for(ANSWERS, workers, own=False) is None


def test_a_cluster_with_roles_is_sent_what_each_is_there_for():
    workers = {"tcp://far:1": {"resources": {"ANSWER": 1.0}}, "tcp://far:2": {"resources": {}}}
    assert resources_for(ANSWERS, workers, own=False) == {"ANSWER": 1}
    assert resources_for(TRAINS, workers, own=False) is None


def test_a_run_waits_for_the_worker_that_the_engine_starts_for_it():
    assert resources_for(TRAINS, {}, own=True) == {"TRAIN": 1}


@pytest.mark.keras
def test_a_question_is_answered_while_a_training_runs(db, engine, start):
    trainer, other = worker_of(engine, TRAINS), worker_of(engine, ANSWERS)
    assert trainer.pid != other.pid
    run_id = start(epochs=ENDLESS)
    until(lambda: has_epochs(db, run_id), within_s=WARM_UP_S, what="an epoch")
    answer = engine.ask("os:getpid")
    assert answer.wait(60)
    assert answer.result == other.pid != os.getpid()
    assert active(db, run_id)
