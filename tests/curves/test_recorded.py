from dataclasses import replace

import numpy as np
import pytest

from core.curves import read_curves
from core.plateaus.early_stopping import EarlyStoppingSettings
from core.plateaus.early_stopping_replay import replay_early_stopping

LOG = "epoch,learning_rate,loss,val_loss\n0,0.1,0.9,NA\n1,0.1,0.8,0.5\n2,0.01,0.7,nan\n"


def test_curve_goes_into_a_replay_with_its_gaps():
    curves = read_curves(LOG).curve("val_loss")
    assert curves.present.tolist() == [[False, True, True]]
    replay = replay_early_stopping(EarlyStoppingSettings.of(patience=5), curves, mode="min")
    assert replay.wait[0, 0].tolist() == [0, 0, 1]


def test_learning_rate_is_no_metric():
    recorded = read_curves(LOG)
    assert recorded.metrics == ("loss", "val_loss")
    assert recorded.rates.tolist() == [0.1, 0.1, 0.01]


@pytest.mark.parametrize(
    ("column", "known"),
    [("lr", True), ("Learning Rate", True), ("lr-Adam", True), ("loss_lr", False)],
)
def test_names_that_others_give_the_rate_are_known(column, known):
    recorded = read_curves(f"epoch,{column},score\n0,0.1,1\n")
    assert recorded.learning_rate == (column if known else None)


def test_person_says_which_column_is_the_rate():
    recorded = read_curves("epoch,eta,score\n0,0.5,1\n").with_learning_rate("eta")
    assert recorded.metrics == ("score",)
    assert recorded.with_learning_rate(None).rates is None
    with pytest.raises(ValueError, match="choose one of eta, score"):
        recorded.with_learning_rate("rate")


def test_unknown_metric_is_told_with_the_known():
    with pytest.raises(ValueError, match="no column 'auc': choose one of learning_rate, loss"):
        read_curves(LOG).curve("auc")


def test_missing_values_are_nan_and_masked():
    recorded = read_curves(LOG)
    assert np.isnan(recorded.columns["val_loss"][~recorded.present["val_loss"]]).all()


@pytest.mark.parametrize(
    ("text", "resolution"),
    [
        ("epoch,loss\n0,0.5012\n1,0.4\n", 5e-5),
        ("epoch,loss\n0,12\n1,9\n2,nan\n3,\n", 0.5),
        ("epoch,loss\n0,0.501212345678912\n1,0.4\n", 0.0),
        ("epoch,loss\n0,1e300\n1,0.123\n", 0.0005),
        ("50/50 - 3s - loss: 0.5000\n50/50 - 3s - loss: 0.2500\n", 5e-5),
        ("50/50 - 3s - loss: 9.1234e-04\n", 5e-9),
    ],
)
def test_what_rounding_took_is_told_by_the_digits_that_are_left(text, resolution):
    assert read_curves(text).resolution("loss") == pytest.approx(resolution)


def test_stored_runs_are_recorded_in_full():
    assert replace(read_curves("epoch,loss\n0,0.5\n"), source="run").resolution("loss") == 0
