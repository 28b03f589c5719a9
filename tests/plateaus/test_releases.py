import math

import numpy as np
import pytest

from core.plateaus.arrays import Curves
from core.plateaus.checkpoint import replay_model_checkpoint
from core.plateaus.directions import direction_of
from core.plateaus.early_stopping import EarlyStoppingSettings
from core.plateaus.early_stopping_replay import replay_early_stopping
from core.plateaus.reduce_lr import ReduceLROnPlateauSettings
from core.plateaus.reduce_lr_replay import replay_reduce_lr_on_plateau
from core.plateaus.releases import first_epoch_apart


def replay(curves, semantics, *, mode="min"):
    return replay_reduce_lr_on_plateau(
        ReduceLROnPlateauSettings.of(patience=[1, 3]),
        Curves.of(curves),
        learning_rate=0.1,
        mode=mode,
        semantics=semantics,
    )


def test_keras_and_pytorch_part_at_the_first_reduction():
    flat = [[0.5] * 6]
    apart = first_epoch_apart(replay(flat, "keras-3.15"), replay(flat, "pytorch"))
    assert apart.tolist() == [[1], [3]]


def test_releases_that_act_alike_never_part():
    falling = [list(np.linspace(1, 0, 8))]
    apart = first_epoch_apart(replay(falling, "keras-3.15"), replay(falling, "keras-3.10"))
    assert apart.tolist() == [[-1], [-1]]


def test_a_nan_first_epoch_parts_3_10_from_3_15():
    # 3.10 counts the NaN itself, and a patience of 1 is spent; 3.15 counts all that follows.
    curve = [[math.nan, 0.5, 0.4, 0.3]]
    apart = first_epoch_apart(replay(curve, "keras-3.15"), replay(curve, "keras-3.10"))
    assert apart.tolist() == [[0], [3]]


def test_the_direction_that_auto_takes_parts_them_too():
    recall = [[0.5, 0.6, 0.7, 0.8]]
    new = replay(recall, "keras-3.15", mode=direction_of("val_recall"))
    old_mode = direction_of("val_recall", semantics="keras-3.10")
    old = replay(recall, "keras-3.10", mode=old_mode)
    assert first_epoch_apart(new, old).tolist() == [[1], [3]]


def test_stops_and_saves_are_compared_likewise():
    curves = Curves.of([0.5, 0.4, 0.3])
    stopping = EarlyStoppingSettings.of(patience=2)
    fresh = replay_early_stopping(stopping, curves, mode="min")
    stale = replay_early_stopping(stopping, curves, mode="min", semantics="keras-3.11", best=0.1)
    assert first_epoch_apart(fresh, stale).tolist() == [[1]]
    saving = [
        replay_model_checkpoint(curves, mode="min", initial_value_threshold=threshold)
        for threshold in (None, 0.45)
    ]
    assert first_epoch_apart(*saving).tolist() == [[0]]


def test_replays_of_different_curves_are_refused():
    with pytest.raises(ValueError, match=r"got shapes \(2, 1, 1\) and \(2, 1, 2\)"):
        first_epoch_apart(replay([[0.5]], "pytorch"), replay([[0.5, 0.5]], "pytorch"))
