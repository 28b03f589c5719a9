"""The replay's rules beside the callbacks of the installed Keras, epoch by epoch."""

import math
import warnings
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.plateaus.arrays import Curves
from core.plateaus.checkpoint import replay_model_checkpoint
from core.plateaus.directions import direction_of
from core.plateaus.early_stopping import EarlyStoppingSettings
from core.plateaus.early_stopping_replay import replay_early_stopping
from core.plateaus.reduce_lr import ReduceLROnPlateauSettings
from core.plateaus.reduce_lr_replay import (
    replay_reduce_lr_on_plateau,
    summarise_reduce_lr_on_plateau,
)

pytestmark = [
    pytest.mark.keras,
    # Keras hands its variables to `numpy.array`, which asks for an argument of NumPy 2.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    # What the callbacks say about an epoch without the metric.
    pytest.mark.filterwarnings("ignore:Learning rate reduction is conditioned on:UserWarning"),
    pytest.mark.filterwarnings("ignore:Early stopping conditioned on:UserWarning"),
    pytest.mark.filterwarnings("ignore:Can save best model only with:UserWarning"),
]

MONITOR = "val_loss"
beside_keras = settings(
    derandomize=True,
    deadline=None,
    max_examples=1000,
    suppress_health_check=[HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def keras():
    """Keras, imported when the first of these tests runs: it takes seconds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import keras
    return keras


@pytest.fixture(scope="module")
def model(keras):
    """A compiled model with one weight, which the tests set to the epoch's number."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.compile(keras.optimizers.SGD(0.1), loss="mse")
    return model


# --- curves and settings that sit on the edges -------------------------------------------------

SPECIAL = [
    math.nan,
    math.inf,
    -math.inf,
    0.0,
    -0.0,
    1e-40,  # subnormal in float32, which TensorFlow compares as 0
    2e-40,
    -1e-40,
    2e-38,
    1e-8,
    0.1,  # not a float32
    0.5,
    0.5001,
    -0.5,
    1e30,
]


def neighbours(base):
    """The two float32 numbers on each side of `base`, and `base`."""
    center = np.float32(base)
    below, above = np.nextafter(center, np.float32(-9)), np.nextafter(center, np.float32(9))
    return [float(value) for value in (below, center, above, np.nextafter(above, np.float32(9)))]


@st.composite
def values(draw):
    """A few values that meet again and again: ties, neighbours, special values, None."""
    base = draw(st.sampled_from([0.5, 0.8123, 1.0, 1e-3, 2.0**24, -0.25]))
    pool = neighbours(base) + draw(st.lists(st.sampled_from(SPECIAL), max_size=3))
    pool += draw(st.lists(st.floats(0, 1, width=32), max_size=2))
    absent = draw(st.sampled_from([[], [], [None]]))
    return draw(st.lists(st.sampled_from(pool + absent), min_size=1, max_size=14))


min_deltas = st.sampled_from([0.0, 1e-4, -1e-4, 2.0**-24, 2.0**-25, 6e-8, 1e-40, 0.1, math.inf])
modes = st.sampled_from(["min", "max"])


def curves_of(*curves):
    """One row for each curve, None where the epoch has no metric."""
    numbers = [[0.0 if value is None else value for value in curve] for curve in curves]
    return Curves.of(numbers, [[value is not None for value in curve] for curve in curves])


@st.composite
def curves_of_one_length(draw):
    """Two or three curves of as many epochs."""
    curves = draw(st.lists(values(), min_size=2, max_size=3))
    epochs = min(map(len, curves))
    return [curve[:epochs] for curve in curves]


def logs_of(value):
    return {"loss": 1.0} if value is None else {"loss": 1.0, MONITOR: value}


def same(ours, theirs):
    """Equal to the last bit; NaN equals NaN, and our NaN is Keras's None."""
    theirs = [math.nan if value is None else float(value) for value in theirs]
    np.testing.assert_array_equal(np.asarray(ours, dtype=np.float64), theirs)


# --- ReduceLROnPlateau -------------------------------------------------------------------------


@dataclass
class Trace:
    """One attribute a list, one entry an epoch."""

    wait: list
    best: list
    cooldown_counter: list
    learning_rate: list
    learning_rate_after: list
    reduced: list


def drive_reduce_lr(keras, model, curve, parameters, *, learning_rate=0.1, best=None, rates=None):
    """Run Keras's ReduceLROnPlateau over a curve, without `fit`.

    `rates` are what another callback sets for each epoch, NaN where it sets none.
    """
    reductions = []

    class Noting(keras.callbacks.ReduceLROnPlateau):
        def _reduce_optimizer_lr(self, optimizer, epoch, name=""):
            reductions.append(super()._reduce_optimizer_lr(optimizer, epoch, name))
            return reductions[-1]

    callback = Noting(monitor=MONITOR, **parameters)
    callback.set_model(model)
    model.optimizer.learning_rate = learning_rate
    callback.on_train_begin()
    if best is not None:
        callback.best = best  # what Keras 3.11.3 to 3.14 do not forget
    trace = Trace([], [], [], [], [], [])
    for epoch, value in enumerate(curve):
        logs = logs_of(value)
        reductions.clear()
        if rates is not None and not math.isnan(rates[epoch]):
            model.optimizer.learning_rate = rates[epoch]
        callback.on_epoch_end(epoch, logs)
        trace.wait.append(callback.wait)
        trace.best.append(callback.best)
        trace.cooldown_counter.append(callback.cooldown_counter)
        trace.learning_rate.append(logs["learning_rate"])
        trace.learning_rate_after.append(float(model.optimizer.learning_rate.numpy()))
        trace.reduced.append(any(reductions))
    return trace


def assert_same_reductions(replay, setting, trace, *, curve=0):
    for name in vars(trace):
        same(getattr(replay, name)[setting, curve], getattr(trace, name))


reduce_lr_parameters = st.fixed_dictionaries(
    {
        "factor": st.sampled_from([0.1, 0.3, 0.5, 0.999, 0.0, -0.5]),
        "patience": st.integers(-1, 4),
        "min_delta": min_deltas,
        "cooldown": st.integers(-1, 4),
        "min_lr": st.sampled_from([0.0, 1e-4, 0.01, 0.03, 0.1, 0.2]),
    }
)


def side_by_side(parameters):
    return {name: [each[name] for each in parameters] for name in parameters[0]}


@beside_keras
@given(
    curve=values(),
    parameters=st.lists(reduce_lr_parameters, min_size=1, max_size=2),
    mode=modes,
    learning_rate=st.sampled_from([0.1, 0.01, 1e-3, 1e-44]),
)
@example(
    curve=[math.nan] + [0.5] * 5,
    parameters=[{"factor": 0.1, "patience": 2, "min_delta": 0.0, "cooldown": 0, "min_lr": 0.0}],
    mode="min",
    learning_rate=0.1,
)
def test_reduce_lr_on_plateau_equals_keras_in_every_epoch(
    keras, model, *, curve, parameters, mode, learning_rate
):
    replay = replay_reduce_lr_on_plateau(
        ReduceLROnPlateauSettings.of(**side_by_side(parameters)),
        curves_of(curve),
        learning_rate=learning_rate,
        mode=mode,
    )
    for setting, one in enumerate(parameters):
        trace = drive_reduce_lr(
            keras, model, curve, {**one, "mode": mode}, learning_rate=learning_rate
        )
        assert_same_reductions(replay, setting, trace)


@settings(beside_keras, max_examples=150)
@given(
    curve=values(),
    parameters=reduce_lr_parameters,
    mode=modes,
    best=st.sampled_from([0.5, math.nan, math.inf, 0.1]),
)
def test_reduce_lr_on_plateau_with_a_stale_best_equals_keras(
    keras, model, *, curve, parameters, mode, best
):
    replay = replay_reduce_lr_on_plateau(
        ReduceLROnPlateauSettings.of(**parameters),
        curves_of(curve),
        learning_rate=0.1,
        mode=mode,
        semantics="keras-3.11",
        best=best,
    )
    trace = drive_reduce_lr(keras, model, curve, {**parameters, "mode": mode}, best=best)
    assert_same_reductions(replay, 0, trace)


@settings(beside_keras, max_examples=200)
@given(
    curves=curves_of_one_length(),
    parameters=st.lists(reduce_lr_parameters, min_size=2, max_size=4),
    mode=modes,
)
def test_many_settings_on_many_curves_in_one_call_reduce_as_keras_does_one_by_one(
    keras, model, *, curves, parameters, mode
):
    replay = replay_reduce_lr_on_plateau(
        ReduceLROnPlateauSettings.of(**side_by_side(parameters)),
        curves_of(*curves),
        learning_rate=0.1,
        mode=mode,
    )
    summary = summarise_reduce_lr_on_plateau(
        ReduceLROnPlateauSettings.of(**side_by_side(parameters)),
        curves_of(*curves),
        learning_rate=0.1,
        mode=mode,
    )
    for setting, one in enumerate(parameters):
        for row, curve in enumerate(curves):
            trace = drive_reduce_lr(keras, model, curve, {**one, "mode": mode})
            assert_same_reductions(replay, setting, trace, curve=row)
            assert summary.reductions[setting, row] == sum(trace.reduced)
            same([summary.learning_rate[setting, row]], trace.learning_rate_after[-1:])


@settings(beside_keras, max_examples=150)
@given(
    curve=values(),
    parameters=reduce_lr_parameters,
    mode=modes,
    rates=st.lists(
        st.sampled_from([math.nan, math.nan, 0.1, 0.02, 1e-3]), min_size=14, max_size=14
    ),
)
def test_rates_that_another_callback_sets_are_reduced_as_keras_reduces_them(
    keras, model, *, curve, parameters, mode, rates
):
    rates = rates[: len(curve)]
    replay = replay_reduce_lr_on_plateau(
        ReduceLROnPlateauSettings.of(**parameters),
        curves_of(curve),
        learning_rate=0.1,
        mode=mode,
        recorded_rates=rates,
    )
    trace = drive_reduce_lr(keras, model, curve, {**parameters, "mode": mode}, rates=rates)
    assert_same_reductions(replay, 0, trace)


FLAT = [0.5] * 8
REDUCTIONS = {
    "cooldown_1_acts_as_0": ({"patience": 2, "cooldown": 1}, FLAT, [2, 4, 6]),
    "cooldown_2_skips_an_epoch": ({"patience": 2, "cooldown": 2}, FLAT, [2, 5]),
    "patience_0_acts_as_1": ({"patience": 0}, FLAT[:4], [1, 2, 3]),
    "patience_1_reduces_at_the_first_epoch_without_improvement": (
        {"patience": 1},
        FLAT[:4],
        [1, 2, 3],
    ),
    "a_nan_first_epoch_is_never_beaten": (
        {"patience": 2},
        [math.nan, 0.4, 0.3, 0.2, 0.1],
        [2, 4],
    ),
    "a_later_nan_counts_as_no_improvement": ({"patience": 2}, [0.5, math.nan, math.nan], [2]),
    "best_still_moves_during_cooldown": (
        {"patience": 1, "cooldown": 3},
        [0.5, 0.5, 0.3, 0.4, 0.4, 0.4],
        [1, 4],
    ),
    "the_rate_stops_at_min_lr": ({"patience": 1, "factor": 0.5, "min_lr": 0.05}, FLAT, [1]),
    "a_negative_min_delta_is_taken_for_its_size": (
        {"patience": 2, "min_delta": -0.2},
        [0.5, 0.4, 0.35],
        [2],
    ),
    "a_drop_smaller_than_float32_can_tell_is_none": (
        {"patience": 1, "min_delta": 0.0},
        [0.5, 0.5 - 1e-9],
        [1],
    ),
    "an_epoch_without_the_metric_is_not_counted": (
        {"patience": 2},
        [0.5, None, 0.5, None, 0.5, None],
        [4],
    ),
    "a_factor_of_0_sets_the_rate_to_0_once": ({"patience": 1, "factor": 0.0}, FLAT, [1]),
}


@pytest.mark.parametrize("name", REDUCTIONS)
def test_reduce_lr_on_plateau_catalogue(keras, model, name):
    parameters, curve, expected = REDUCTIONS[name]
    replay = replay_reduce_lr_on_plateau(
        ReduceLROnPlateauSettings.of(**parameters), curves_of(curve), learning_rate=0.1, mode="min"
    )
    trace = drive_reduce_lr(keras, model, curve, {**parameters, "mode": "min"})
    assert np.flatnonzero(trace.reduced).tolist() == expected
    assert_same_reductions(replay, 0, trace)


def test_factor_of_1_or_more_is_refused_by_both(keras):
    with pytest.raises(ValueError, match="factor"):
        keras.callbacks.ReduceLROnPlateau(factor=1.0)
    with pytest.raises(ValueError, match=r"`factor` must be less than 1, got 1\.0"):
        ReduceLROnPlateauSettings.of(factor=[0.5, 1.0])


# --- EarlyStopping -----------------------------------------------------------------------------


def drive_early_stopping(keras, model, curve, parameters, *, best=None):
    """Run Keras's EarlyStopping over a curve until it stops; the weight is the epoch's number."""
    callback = keras.callbacks.EarlyStopping(monitor=MONITOR, **parameters)
    callback.set_model(model)
    model.stop_training = False
    callback.on_train_begin()
    if best is not None:
        callback.best = best
    trace = {"wait": [], "best": [], "best_epoch": []}
    for epoch, value in enumerate(curve):
        model.layers[0].kernel.assign([[epoch]])
        callback.on_epoch_end(epoch, logs_of(value))
        for name, entries in trace.items():
            entries.append(getattr(callback, name))
        if model.stop_training:
            break
    callback.on_train_end()
    return callback, trace, int(model.layers[0].kernel.numpy()[0, 0])


early_stopping_parameters = st.fixed_dictionaries(
    {
        "min_delta": min_deltas,
        "patience": st.integers(-1, 4),
        "baseline": st.sampled_from([None, None, 0.5, 0, 0.1, math.nan, math.inf, 1e-40]),
        "restore_best_weights": st.booleans(),
        "start_from_epoch": st.sampled_from([0, 0, 1, 3]),
    }
)


def assert_same_stop(replay, setting, driven, *, curve=0):
    callback, trace, weights_of = driven
    epochs = len(trace["wait"])
    assert replay.epochs_run[setting, curve] == epochs
    assert replay.stopped_epoch[setting, curve] == callback.stopped_epoch
    for name, entries in trace.items():
        same(getattr(replay, name)[setting, curve, :epochs], entries)
    restored = replay.restored_epoch[setting, curve]
    assert weights_of == (restored if restored >= 0 else epochs - 1)


@beside_keras
@given(
    curve=values(),
    parameters=st.lists(early_stopping_parameters, min_size=1, max_size=2),
    mode=modes,
)
def test_early_stopping_equals_keras_in_every_epoch(keras, model, curve, parameters, mode):
    replay = replay_early_stopping(
        EarlyStoppingSettings.of(**side_by_side(parameters)), curves_of(curve), mode=mode
    )
    for setting, one in enumerate(parameters):
        driven = drive_early_stopping(keras, model, curve, {**one, "mode": mode})
        assert_same_stop(replay, setting, driven)


@settings(beside_keras, max_examples=150)
@given(
    curve=values(),
    parameters=early_stopping_parameters,
    mode=modes,
    best=st.sampled_from([0.5, math.nan, -math.inf, 0.1]),
)
def test_early_stopping_with_a_stale_best_equals_keras(
    keras, model, *, curve, parameters, mode, best
):
    replay = replay_early_stopping(
        EarlyStoppingSettings.of(**parameters),
        curves_of(curve),
        mode=mode,
        semantics="keras-3.11",
        best=best,
    )
    driven = drive_early_stopping(keras, model, curve, {**parameters, "mode": mode}, best=best)
    assert_same_stop(replay, 0, driven)


@settings(beside_keras, max_examples=200)
@given(
    curves=curves_of_one_length(),
    parameters=st.lists(early_stopping_parameters, min_size=2, max_size=4),
    mode=modes,
)
def test_many_settings_on_many_curves_in_one_call_stop_as_keras_does_one_by_one(
    keras, model, *, curves, parameters, mode
):
    replay = replay_early_stopping(
        EarlyStoppingSettings.of(**side_by_side(parameters)), curves_of(*curves), mode=mode
    )
    for setting, one in enumerate(parameters):
        for row, curve in enumerate(curves):
            driven = drive_early_stopping(keras, model, curve, {**one, "mode": mode})
            assert_same_stop(replay, setting, driven, curve=row)


STOPS = {
    "patience_0_acts_as_1": ({"patience": 0}, FLAT, 1),
    "patience_2_stops_two_epochs_after_the_best": ({"patience": 2}, FLAT, 2),
    "epochs_before_start_from_epoch_are_no_candidates": (
        {"patience": 1, "start_from_epoch": 2, "restore_best_weights": True},
        [0.1, 0.2, 0.5, 0.6],
        3,
    ),
    "an_unmet_baseline_stops_at_the_first_epoch_without_improvement": (
        {"patience": 2, "baseline": 0.1},
        [0.5, 0.4, 0.3, 0.3, 0.2],
        3,
    ),
    "a_nan_first_epoch_is_restored_as_best": (
        {"patience": 3, "restore_best_weights": True},
        [math.nan, 0.3, 0.2, 0.1],
        3,
    ),
    "weights_are_restored_without_a_stop": (
        {"patience": 9, "restore_best_weights": True},
        [0.5, 0.3, 0.4],
        0,
    ),
}


@pytest.mark.parametrize("name", STOPS)
def test_early_stopping_catalogue(keras, model, name):
    parameters, curve, expected = STOPS[name]
    replay = replay_early_stopping(
        EarlyStoppingSettings.of(**parameters), curves_of(curve), mode="min"
    )
    driven = drive_early_stopping(keras, model, curve, {**parameters, "mode": "min"})
    assert driven[0].stopped_epoch == expected
    assert_same_stop(replay, 0, driven)


# --- ModelCheckpoint ---------------------------------------------------------------------------


@settings(beside_keras, max_examples=500)
@given(
    curve=values(),
    mode=modes,
    threshold=st.sampled_from([None, None, 0.5, math.nan, -math.inf, math.inf, 1e-40]),
)
def test_best_only_checkpoints_equal_keras_in_every_epoch(keras, model, curve, mode, threshold):
    replay = replay_model_checkpoint(curves_of(curve), mode=mode, initial_value_threshold=threshold)
    callback = keras.callbacks.ModelCheckpoint(
        "best.keras",
        monitor=MONITOR,
        save_best_only=True,
        mode=mode,
        initial_value_threshold=threshold,
    )
    callback.set_model(model)
    callback._set_monitor_op()
    for epoch, value in enumerate(curve):
        saved = callback._should_save_model(epoch, None, logs_of(value), "best.keras")
        assert replay.saved[0, 0, epoch] == bool(saved)
        same(replay.best[0, 0, epoch], [callback.best])


# --- directions --------------------------------------------------------------------------------


def metric_classes(keras):
    """Each metric of Keras as `keras.metrics.Name()`, with the arguments it cannot do without."""
    required = {
        "num_classes": 2,
        "target_class_ids": [0],
        "recall": 0.5,
        "precision": 0.5,
        "specificity": 0.5,
        "sensitivity": 0.5,
    }
    for cls in vars(keras.metrics).values():
        if not isinstance(cls, type) or cls.__name__ in {"Metric", "Mean", "Sum"}:
            continue
        if cls is keras.metrics.MeanMetricWrapper:
            continue
        needed = cls.__init__.__code__.co_varnames[: cls.__init__.__code__.co_argcount]
        defaults = len(cls.__init__.__defaults__ or ())
        names = needed[1 : len(needed) - defaults]
        yield cls(**{name: required[name] for name in names})


def test_every_metric_of_keras_has_the_direction_we_know(keras):
    directions = {"up": "max", "down": "min"}
    metrics = list(metric_classes(keras))
    assert len(metrics) > 35
    for metric in metrics:
        if hasattr(metric, "_direction"):
            expected = directions[metric._direction]
            assert direction_of(f"val_{metric.name}") == expected
            assert direction_of(type(metric).__name__) == expected
        else:
            with pytest.raises(ValueError, match=metric.name):
                direction_of(f"val_{metric.name}")


@pytest.fixture(scope="module")
def compiled(keras):
    """A model compiled with metrics in each way of naming them, and built by one batch."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, activation="sigmoid")])
    metrics = ["accuracy", "mse", "MeanAbsoluteError", "auc", "cosine_similarity"]
    metrics += [keras.metrics.AUC(), keras.metrics.AUC(), keras.losses.huber]
    metrics += [keras.metrics.FalseNegatives(), lambda truth, _: truth]
    model.compile("sgd", "binary_crossentropy", metrics=metrics)
    model.train_on_batch(np.zeros((2, 1)), np.array([[0.0], [1.0]]))
    return model


def test_auto_takes_the_direction_keras_takes(keras, compiled):
    names = [metric.name for group in compiled.metrics[1:] for metric in group.metrics]
    for monitor in ["loss", "val_loss", "nonsense", *names, *(f"val_{name}" for name in names)]:
        callback = keras.callbacks.EarlyStopping(monitor=monitor)
        callback.set_model(compiled)
        try:
            callback._set_monitor_op()
        except ValueError:
            with pytest.raises(ValueError, match="tells no direction"):
                direction_of(monitor)
        else:
            takes_less = callback.monitor_op is keras.ops.less
            assert direction_of(monitor) == ("min" if takes_less else "max"), monitor


@pytest.mark.filterwarnings("ignore:EarlyStopping mode 'best' is unknown:UserWarning")
def test_an_unknown_mode_acts_as_auto(keras, model):
    callback = keras.callbacks.EarlyStopping(monitor="loss", mode="best")
    callback.set_model(model)
    callback._set_monitor_op()
    assert callback.monitor_op is keras.ops.less
    assert direction_of("loss", "best") == "min"
