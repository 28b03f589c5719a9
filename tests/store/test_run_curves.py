import math

import numpy as np

from core import store
from core.store import Epoch


def an_epoch(number, rate=0.001, **logs):
    return Epoch(number, logs, rate, rate / 2, 1.0, 0.9)


def test_a_run_becomes_curves_with_its_rates():
    curves = store.recorded_curves(
        [an_epoch(0, loss=2.0, learning_rate=9.0), an_epoch(1, rate=0.0005, loss=1.0)]
    )
    assert curves.epochs.tolist() == [1, 2]
    assert curves.metrics == ("loss",)
    assert curves.curve("loss").values.tolist() == [[2.0, 1.0]]
    # The rate that the epoch trained with, not that which a callback left in the logs.
    assert curves.rates.tolist() == [0.001, 0.0005]


def test_nan_is_a_value_and_an_absent_metric_is_none():
    curves = store.recorded_curves([an_epoch(0, loss=math.nan), an_epoch(1, val_loss=1.0)])
    assert curves.present["loss"].tolist() == [True, False]
    assert curves.present["val_loss"].tolist() == [False, True]
    assert np.isnan(curves.columns["loss"]).all()


def test_a_run_without_epochs_has_no_metric():
    curves = store.recorded_curves([])
    assert len(curves) == 0
    assert curves.metrics == ()
