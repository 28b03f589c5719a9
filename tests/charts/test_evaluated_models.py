"""Models side by side: what their scores say."""

import dataclasses

import numpy as np
import pytest

from core.charts.evaluation import models as judged
from core.charts.evaluation.models import (
    Model,
    chance,
    paired_difference,
    points,
    rests_on,
    spreads,
    table_row,
)
from core.specs.data import FolderScans
from tests.charts.histories import a_run
from tests.data.test_evaluated import an_evaluation


def a_model(wrong=(), *, seed=0, weights="final", scans=None, count=20, **changed):
    """Return a model of a run with this seed that is wrong on some scans."""
    run = a_run(callbacks=(), scans=scans)
    training = run.spec.training.model_copy(update={"seed": seed})
    spec = run.spec.model_copy(update={"training": training})
    labels = np.arange(count) % 2
    said = labels.copy()
    said[list(wrong)] = 1 - said[list(wrong)]
    evaluation = an_evaluation(count, logits=np.eye(2, dtype=np.float32)[said], **changed)
    return Model(dataclasses.replace(run, id=f"run-{seed}", spec=spec), weights, evaluation)


def test_accuracy_is_given_by_position_of_the_switch():
    shares = a_model(wrong=[1, 3]).shares  # odd scans have no twin
    assert {at: share.value for at, share in shares.items()} == {
        "all": 0.9,
        "twins": 1.0,
        "twin-free": 0.8,
    }


def test_without_twins_there_is_nothing_to_switch():
    assert list(a_model(twin=np.zeros(20, bool)).shares) == ["all"]
    assert list(a_model(twin=np.ones(20, bool)).shares) == ["all", "twins"]


def test_models_are_paired_on_the_same_scans_only():
    one, other = a_model(), a_model(wrong=[0, 2], seed=1)
    assert paired_difference(one, other).value == pytest.approx(0.1)
    assert paired_difference(one, other, "twin-free").value == 0
    renamed = a_model(names=tuple(f"other {i}" for i in range(20)))
    assert paired_difference(one, renamed) is None
    assert table_row(renamed, "all", one)["against the first"] == ""


def test_a_row_of_the_table_that_is_drawn_again_reckons_no_interval_again(monkeypatch):
    reckoned, mean, share = [], judged.mean_interval, judged.share_interval
    monkeypatch.setattr(judged, "mean_interval", lambda *of: reckoned.append(of) or mean(*of))
    monkeypatch.setattr(judged, "share_interval", lambda *of: reckoned.append(of) or share(*of))
    first, other = a_model(), a_model(wrong=[0, 3], seed=1)
    rows = [table_row(other, position, first) for position in ("all", "twin-free")]
    assert len(reckoned) == 4
    assert [table_row(other, position, first) for position in ("all", "twin-free")] == rows
    assert len(reckoned) == 4


def test_a_difference_is_told_in_points_with_its_sign():
    told = points(paired_difference(a_model(wrong=range(0, 20, 2)), a_model()))
    assert told.startswith("-50.0 (-")


def test_seeds_of_the_same_settings_make_a_spread_for_each_kind_of_weights():
    models = [
        a_model(wrong=range(seed), seed=seed, weights=weights)
        for weights in ("final", "best")
        for seed in (0, 1, 2)
    ]
    (spread,) = spreads(models, "best", "all")
    assert spread.name == "Quick demo · best weights"
    assert dict(spread.values) == {0: 1.0, 1: 0.95, 2: 0.9}
    assert spread.deviation == pytest.approx(0.05)
    assert spreads(models[:1], "final", "all") == []


def test_what_they_rest_on_counts_scans_and_seeds():
    one = a_model()
    assert rests_on([one]) == "trained · simulated scans (demo) · 1 seed"
    assert rests_on([one, a_model(seed=1)]).endswith("2 seeds")
    other = a_model(scans=FolderScans(folder="brains"))
    assert rests_on([one, other]) == "trained · 2 sets of scans · 1 seed"


def test_chance_is_the_most_frequent_class():
    assert chance([a_model(labels=np.array([1] * 15 + [0] * 5))]) == 0.75
