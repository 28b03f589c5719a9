"""Rules that are not those of the installed Keras, beside their source written out longhand.

One Python float at a time, line by line as the source has it, with nothing vectorised.
"""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.plateaus.arrays import Curves
from core.plateaus.checkpoint import replay_model_checkpoint
from core.plateaus.reduce_lr import ReduceLROnPlateauSettings
from core.plateaus.reduce_lr_replay import replay_reduce_lr_on_plateau

many = settings(derandomize=True, deadline=None, max_examples=500)

BELOW = float(np.nextafter(np.float32(0.5), np.float32(0)))
VALUES = [0.5, BELOW, 0.5 - 1e-12, 0.4, 0.6, 0.0, -0.3, 1e-40, math.nan, math.inf, -math.inf]
curves = st.lists(st.sampled_from(VALUES), min_size=1, max_size=20)
curves_with_gaps = st.lists(st.sampled_from([*VALUES, None]), min_size=1, max_size=20)
modes = st.sampled_from(["min", "max"])


def curve_of(values):
    numbers = [0.0 if value is None else value for value in values]
    return Curves.of(numbers, [value is not None for value in values])


def assert_same_epochs(replay, trace):
    """Each trace is a list of wait, best, cooldown and rate after an epoch."""
    for epoch, (wait, best, cooldown, rate) in enumerate(trace):
        assert replay.wait[0, 0, epoch] == wait
        assert replay.best[0, 0, epoch] == best
        assert replay.cooldown_counter[0, 0, epoch] == cooldown
        assert replay.learning_rate_after[0, 0, epoch] == rate


def pytorch(curve, *, mode, factor, patience, threshold, threshold_mode, cooldown, min_lr):
    """Return what PyTorch's scheduler holds after each epoch.

    Source: `step`, `_reduce_lr` and `_is_better` of `torch.optim.lr_scheduler.ReduceLROnPlateau`,
    PyTorch 2, with its `eps` of 1e-8.
    """
    best, bad_epochs, cooling, rate = (math.inf if mode == "min" else -math.inf), 0, 0, 0.1
    trace = []
    for current in curve:
        if mode == "min" and threshold_mode == "rel":
            better = current < best * (1.0 - threshold)
        elif mode == "min":
            better = current < best - threshold
        elif threshold_mode == "rel":
            better = current > best * (threshold + 1.0)
        else:
            better = current > best + threshold
        if better:
            best, bad_epochs = current, 0
        else:
            bad_epochs += 1
        if cooling > 0:
            cooling -= 1
            bad_epochs = 0
        if bad_epochs > patience:
            lower = max(rate * factor, min_lr)
            if rate - lower > 1e-8:
                rate = lower
            cooling, bad_epochs = cooldown, 0
        trace.append((bad_epochs, best, cooling, rate))
    return trace


@many
@given(
    curve=curves,
    mode=modes,
    threshold_mode=st.sampled_from(["rel", "abs"]),
    threshold=st.sampled_from([0.0, 1e-4, 0.2]),
    patience=st.integers(0, 3),
    cooldown=st.integers(0, 3),
    factor=st.sampled_from([0.1, 0.5, 0.0]),
    min_lr=st.sampled_from([0.0, 0.03]),
)
def test_pytorch_equals_its_scheduler_in_every_epoch(
    *, curve, mode, threshold_mode, threshold, patience, cooldown, factor, min_lr
):
    parameters = {"factor": factor, "patience": patience, "cooldown": cooldown, "min_lr": min_lr}
    replay = replay_reduce_lr_on_plateau(
        ReduceLROnPlateauSettings.of(
            min_delta=threshold, threshold_mode=threshold_mode, **parameters
        ),
        curve_of(curve),
        learning_rate=0.1,
        mode=mode,
        semantics="pytorch",
    )
    trace = pytorch(
        curve, mode=mode, threshold=threshold, threshold_mode=threshold_mode, **parameters
    )
    assert_same_epochs(replay, trace)


def keras_3_10(curve, *, mode, factor, patience, min_delta, cooldown, min_lr):
    """Return what ReduceLROnPlateau of Keras 3.10 holds after each epoch.

    Source: `ReduceLROnPlateau._reset` and `on_epoch_end`, Keras 3.10. The rate is the optimizer's
    variable, a float32.
    """
    best, wait, cooling, rate = (math.inf if mode == "min" else -math.inf), 0, 0, np.float32(0.1)
    trace = []
    for current in curve:
        if current is not None:
            if cooling > 0:
                cooling -= 1
                wait = 0
            beaten = current < best - min_delta if mode == "min" else current > best + min_delta
            if beaten:
                best, wait = current, 0
            elif not cooling > 0:
                wait += 1
                if wait >= patience:
                    old_lr = float(rate)
                    if old_lr > np.float32(min_lr):
                        rate = np.float32(max(old_lr * factor, min_lr))
                        cooling, wait = cooldown, 0
        trace.append((wait, best, cooling, rate))
    return trace


@many
@given(
    curve=curves_with_gaps,
    mode=modes,
    min_delta=st.sampled_from([0.0, 1e-4, -1e-4, 0.2]),
    patience=st.integers(0, 3),
    cooldown=st.integers(0, 3),
    factor=st.sampled_from([0.1, 0.3, 0.0]),
    min_lr=st.sampled_from([0.0, 0.03, 0.1]),
)
def test_keras_3_10_equals_its_callback_in_every_epoch(*, curve, mode, **parameters):
    replay = replay_reduce_lr_on_plateau(
        ReduceLROnPlateauSettings.of(**parameters),
        curve_of(curve),
        learning_rate=0.1,
        mode=mode,
        semantics="keras-3.10",
    )
    assert_same_epochs(replay, keras_3_10(curve, mode=mode, **parameters))


def saved_by_keras_3_10(curve, *, mode, threshold):
    """Return which epochs a best-only ModelCheckpoint of Keras 3.10 saves.

    Source: `ModelCheckpoint.__init__` and `_should_save_model`, Keras 3.10.
    """
    best = threshold
    if best is None:
        best = math.inf if mode == "min" else -math.inf
    saved = []
    for current in curve:
        if current is None:
            saved.append(True)
        elif current < best if mode == "min" else current > best:
            best = current
            saved.append(True)
        else:
            saved.append(False)
    return saved


@many
@given(
    curve=curves_with_gaps,
    mode=modes,
    threshold=st.sampled_from([None, None, 0.5, math.nan, math.inf]),
)
def test_keras_3_10_saves_the_epochs_its_checkpoint_saves(*, curve, mode, threshold):
    replay = replay_model_checkpoint(
        curve_of(curve), mode=mode, initial_value_threshold=threshold, semantics="keras-3.10"
    )
    assert replay.saved[0, 0].tolist() == saved_by_keras_3_10(curve, mode=mode, threshold=threshold)
