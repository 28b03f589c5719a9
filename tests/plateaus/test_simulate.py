import math

import numpy as np
import pytest

from core.plateaus.arrays import Curves
from core.plateaus.early_stopping import EarlyStoppingSettings
from core.plateaus.early_stopping_replay import replay_early_stopping
from core.plateaus.reduce_lr import ReduceLROnPlateauSettings
from core.plateaus.reduce_lr_replay import replay_reduce_lr_on_plateau
from core.plateaus.simulate import Landscape, simulate

CONSTANT = ReduceLROnPlateauSettings.of(patience=10_000)


def final_loss(simulation):
    """The median over the seeds of the last loss, shape (settings,)."""
    return np.median(simulation.val_loss[..., -1], axis=1)


def test_the_floor_of_a_constant_rate_is_the_one_theory_gives():
    # Each parameter settles at a variance of rate / (curvature * (2 - rate * curvature)).
    landscape, rate = Landscape(), 0.3
    expected = (0.5 * rate / (2 - rate * landscape.curvature)).sum()
    late = simulate(CONSTANT, learning_rate=rate, seeds=64, epochs=80).val_loss[0, :, 40:]
    assert late.mean() == pytest.approx(expected, rel=0.1)


def test_a_lower_constant_rate_has_a_lower_floor():
    both = ReduceLROnPlateauSettings.of(patience=[10_000] * 3)
    losses = final_loss(simulate(both, learning_rate=[0.3, 0.1, 0.03], epochs=200))
    assert losses[0] > 2 * losses[1] > 4 * losses[2]


def test_reducing_beats_a_constant_rate_and_a_factor_too_small_kills_the_rate_early():
    factors = ReduceLROnPlateauSettings.of(factor=[0.5, 0.5, 0.3, 0.1], patience=[10_000, 5, 5, 5])
    constant, half, third, tenth = final_loss(simulate(factors, learning_rate=0.3))
    assert half < third < tenth < constant / 2


def test_patience_has_a_best_value_between_too_little_and_too_much():
    patience = ReduceLROnPlateauSettings.of(factor=0.3, patience=[1, 2, 5, 10, 20])
    losses = final_loss(simulate(patience, learning_rate=0.3))
    assert losses.argmin() == 3
    assert (np.diff(losses[:4]) < 0).all()


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_the_simulated_curve_replays_to_the_simulated_rates(optimizer):
    parameters = ReduceLROnPlateauSettings.of(
        factor=[0.5, 0.3, 0.1], patience=[2, 3, 5], cooldown=[3, 0, 2], min_lr=[0.0, 0.05, 0.0]
    )
    run = simulate(parameters, learning_rate=0.2, optimizer=optimizer, seeds=4, epochs=60)
    for setting in range(3):
        replay = replay_reduce_lr_on_plateau(
            parameters.part(slice(setting, setting + 1)),
            Curves.of(run.val_loss[setting]),
            learning_rate=0.2,
            mode="min",
        )
        np.testing.assert_array_equal(run.learning_rate[setting], replay.learning_rate[0])
        np.testing.assert_array_equal(run.wait[setting], replay.wait[0])
        np.testing.assert_array_equal(run.reduced[setting], replay.reduced[0])
        assert run.reduced[setting].any()


def test_early_stopping_ends_the_curve():
    stopping = EarlyStoppingSettings.of(patience=[3, 8])
    both = ReduceLROnPlateauSettings.of(patience=[10_000, 4])
    stopped = simulate(both, learning_rate=0.3, early_stopping=stopping, seeds=6)
    endless = simulate(both, learning_rate=0.3, seeds=6)
    for setting in range(2):
        replay = replay_early_stopping(
            stopping.part(slice(setting, setting + 1)),
            Curves.of(endless.val_loss[setting]),
            mode="min",
        )
        np.testing.assert_array_equal(stopped.stopped_epoch[setting], replay.stopped_epoch[0])
        np.testing.assert_array_equal(stopped.ran[setting], replay.ran[0])
    assert (stopped.stopped_epoch > 0).all()
    np.testing.assert_array_equal(np.isnan(stopped.val_loss), ~stopped.ran)
    np.testing.assert_array_equal(stopped.val_loss[stopped.ran], endless.val_loss[stopped.ran])
    assert not stopped.reduced[~stopped.ran].any()


def test_the_model_that_is_left_is_the_last_or_the_restored_one():
    stopping = EarlyStoppingSettings.of(patience=[4, 4], restore_best_weights=[False, True])
    alike = ReduceLROnPlateauSettings.of(patience=[10_000] * 2)
    run = simulate(alike, learning_rate=0.3, early_stopping=stopping, seeds=6)
    np.testing.assert_array_equal(run.kept_epoch[0], run.stopped_epoch[0])
    np.testing.assert_array_equal(run.kept_epoch[1], run.stopped_epoch[1] - 4)
    np.testing.assert_array_equal(run.final_loss[1], np.nanmin(run.val_loss[1], axis=1))
    endless = simulate(CONSTANT, learning_rate=0.3, seeds=2, epochs=7)
    np.testing.assert_array_equal(endless.final_loss, endless.val_loss[..., -1])


def test_a_seed_is_the_same_whatever_stands_beside_it():
    alone = simulate(CONSTANT, learning_rate=0.1, seeds=1, epochs=5, first_seed=3)
    many = simulate(
        ReduceLROnPlateauSettings.of(patience=[1, 10_000]), learning_rate=0.1, seeds=5, epochs=5
    )
    np.testing.assert_array_equal(many.val_loss[1, 3], alone.val_loss[0, 0])


def test_losses_are_float32_numbers_as_keras_logs_them():
    losses = simulate(CONSTANT, learning_rate=0.1, seeds=2, epochs=3).val_loss
    np.testing.assert_array_equal(losses, losses.astype(np.float32).astype(np.float64))


def test_a_rate_too_high_diverges_and_the_loss_says_so():
    losses = simulate(CONSTANT, learning_rate=4.0, seeds=2, epochs=60).val_loss
    assert not np.isfinite(losses[..., -1]).any()
    assert math.isfinite(losses[0, 0, 0])


def test_settings_of_different_numbers_are_refused():
    with pytest.raises(ValueError, match="as many settings as `reduce_lr`, 1, got 2"):
        simulate(
            CONSTANT, learning_rate=0.1, early_stopping=EarlyStoppingSettings.of(patience=[1, 2])
        )


@pytest.mark.parametrize(("seeds", "epochs"), [(0, 5), (5, 0)])
def test_a_simulation_needs_a_seed_and_an_epoch(seeds, epochs):
    with pytest.raises(ValueError, match="at least one seed and one epoch"):
        simulate(CONSTANT, learning_rate=0.1, seeds=seeds, epochs=epochs)
