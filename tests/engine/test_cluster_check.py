"""What `python -m core.engine.cluster` says of a worker."""

from dataclasses import replace

import pytest

from core.engine import cluster, sight
from core.settings import Settings

FIT = {"resources": {"TRAIN": 1.0}, "nthreads": 1}


@pytest.fixture
def ours(tmp_path, monkeypatch):
    monkeypatch.setenv("PLATEAU_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "data" / "squares").mkdir(parents=True)
    sight.leave("token")
    seen = sight.look("token")
    sight.take_away("token")
    return replace(seen, device="CPU")


def test_a_machine_sees_what_was_left_for_it_and_its_own_folders(ours, tmp_path):
    assert ours.sees_states
    assert ours.sees_home
    assert ours.folders == ("squares",)
    assert not ours.store_problem
    assert not list((tmp_path / "home" / sight.TOKENS).iterdir())


def test_a_worker_like_the_app_has_no_problem(ours):
    assert cluster.problems_of(ours, ours, FIT) == []


@pytest.mark.parametrize(
    ("wrong", "worker", "sentence"),
    [
        ({"device": ""}, FIT, "--preload core.training.preload"),
        ({"sees_home": False}, FIT, "PLATEAU_HOME must be the same shared folder"),
        ({"sees_states": False}, FIT, "PLATEAU_STATES_URL must be the same place"),
        ({"store": "sqlite:///other"}, FIT, "Its DATABASE_URL is sqlite:///other"),
        ({"store_problem": "It is full."}, FIT, "It cannot use the store. It is full."),
        ({"folders": ()}, FIT, "Its DATA_DIR holds no folder, and the app's squares"),
        ({"backend": "jax"}, FIT, "Its KERAS_BACKEND is jax"),
        ({}, {**FIT, "resources": {}}, "--resources TRAIN=1"),
        ({}, {**FIT, "nthreads": 4}, "--nthreads 1"),
    ],
)
def test_what_is_wrong_with_a_worker_is_one_sentence_with_its_remedy(ours, wrong, worker, sentence):
    (problem,) = cluster.problems_of(ours, replace(ours, **wrong), worker)
    assert sentence in problem


def test_another_release_is_named(ours):
    other = tuple((name, "0.1" if name == "keras" else at) for name, at in ours.programs)
    (problem,) = cluster.problems_of(ours, replace(ours, programs=other), FIT)
    assert "keras 0.1" in problem


def test_the_check_without_a_cluster_says_what_is_missing(monkeypatch, capsys):
    monkeypatch.setattr(cluster, "Settings", lambda: Settings(dask_scheduler_address=""))
    assert cluster.main([]) == 1
    assert "DASK_SCHEDULER_ADDRESS is not set" in capsys.readouterr().out
