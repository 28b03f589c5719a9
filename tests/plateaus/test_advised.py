import numpy as np
import pytest

from core.plateaus.advice import advise
from core.plateaus.advised import advised_callbacks
from core.plateaus.arrays import Curves
from core.specs.callbacks import EarlyStopping, ReduceLROnPlateau
from core.specs.run import RunSpec


def evidence_on(*, epochs=60, monitor="val_accuracy"):
    """Of a curve that rises to 0.8 until epoch 20, then moves by noise only."""
    rise = 0.8 - 0.4 * np.maximum(0.0, 1 - np.arange(epochs) / 20)
    curve = rise + 0.012 * np.random.default_rng(1).normal(size=epochs)
    return advise(Curves.of(curve[None]), monitor=monitor, mode="max").evidence


def test_what_is_advised_is_put_into_callbacks():
    evidence = evidence_on()
    reducing, stopping = advised_callbacks(evidence, "val_accuracy", RunSpec())
    assert reducing == ReduceLROnPlateau(
        monitor="val_accuracy",
        patience=evidence.reduction.patience,
        min_delta=evidence.reduction.min_delta,
    )
    assert stopping == EarlyStopping(
        monitor="val_accuracy",
        patience=evidence.stopping.patience,
        min_delta=evidence.stopping.min_delta,
        restore_best_weights=True,
    )


def test_the_runs_own_callback_on_the_metric_keeps_what_the_advice_does_not_speak_of():
    own = ReduceLROnPlateau(monitor="val_accuracy", factor=0.3, cooldown=2, patience=99)
    others = EarlyStopping(monitor="val_loss", patience=99, start_from_epoch=5)
    base = RunSpec(callbacks=(own, others))
    reducing, stopping = advised_callbacks(evidence_on(), "val_accuracy", base)
    assert (reducing.factor, reducing.cooldown) == (0.3, 2)
    assert reducing.patience < 99
    assert (stopping.monitor, stopping.start_from_epoch) == ("val_accuracy", 0)


@pytest.mark.parametrize("metric", ["val_score", "my score"])
def test_a_name_that_tells_keras_no_direction_gets_its_mode(metric):
    reducing, stopping = advised_callbacks(evidence_on(), metric, RunSpec())
    assert (reducing.monitor, reducing.mode) == (metric, "max")
    assert (stopping.monitor, stopping.mode) == (metric, "max")


def test_without_a_plateau_nothing_is_advised():
    assert advised_callbacks(evidence_on(epochs=12), "val_accuracy", RunSpec()) == ()
