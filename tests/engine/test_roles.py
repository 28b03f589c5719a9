"""Who trains and who answers."""

import os

import pytest

from core.engine.roles import ANSWERS, TRAINS, count_of, heard_of, places_for, resources_for
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


def test_a_sweep_has_as_many_tasks_as_workers_that_may_train():
    trains, answers = {"resources": {"TRAIN": 1.0}}, {"resources": {"ANSWER": 1.0}}
    assert count_of(TRAINS, {"a": trains, "b": answers, "c": trains}) == 2
    assert count_of(TRAINS, {"a": {"resources": {}}, "b": {}}) == 2
    assert count_of(TRAINS, {}) == 0


def test_a_worker_that_answers_alone_takes_no_run():
    answers, gpu = {"resources": {"ANSWER": 1.0}}, {"resources": {"GPU": 1.0}}
    assert count_of(TRAINS, {"a": answers}) == 0
    assert places_for(TRAINS, {"a": answers}, own=False) == 0
    assert count_of(TRAINS, {"a": answers, "b": {}, "c": gpu}) == 2
    assert places_for(TRAINS, {"a": answers, "b": {}, "c": gpu}, own=False) == 2


@pytest.mark.keras
def test_a_question_is_answered_while_a_training_runs(db, engine, start):
    trainer, other = worker_of(engine, TRAINS), worker_of(engine, ANSWERS)
    assert trainer.pid != other.pid
    run_id = start(epochs=ENDLESS)
    until(lambda: has_epochs(db, run_id), within_s=WARM_UP_S, what="an epoch")
    answer = engine.ask("os:getpid")
    assert answer.wait(120)
    assert answer.result == other.pid != os.getpid()
    assert active(db, run_id)


def test_as_many_runs_are_sent_out_as_there_are_workers_for_them():
    train, answer = {"resources": {"TRAIN": 1.0}}, {"resources": {"ANSWER": 1.0}}
    assert places_for(TRAINS, {"a": train, "b": train, "c": answer}, own=False) == 2
    assert places_for(ANSWERS, {"a": train, "b": train, "c": answer}, own=False) == 1
    assert places_for(TRAINS, {"a": {}, "b": {}}, own=False) == 2
    assert places_for(TRAINS, {}, own=False) == 0
    assert places_for(TRAINS, {}, own=True) == 1


def test_a_worker_that_fell_silent_has_no_place():
    workers = {"a": {"last_seen": 100.0}, "b": {"last_seen": 60.0}, "c": {"last_seen": 99.0}}
    assert list(heard_of(workers, within_s=30)) == ["a", "c"]
    assert list(heard_of({"b": workers["b"]}, within_s=30)) == ["b"]
    assert heard_of({}, within_s=30) == {}
