import math

import numpy as np
import pytest

from core.plateaus.arrays import Curves
from core.plateaus.early_stopping import EarlyStoppingSettings
from core.plateaus.early_stopping_replay import replay_early_stopping
from core.plateaus.regret import map_regret


def brute_force(curve, *, mode, patience, min_delta, restore_best_weights, start_from_epoch):
    """One cell: replay one setting, look what it keeps, compare it with the whole curve."""
    replay = replay_early_stopping(
        EarlyStoppingSettings.of(
            patience=patience,
            min_delta=min_delta,
            restore_best_weights=restore_best_weights,
            start_from_epoch=start_from_epoch,
        ),
        Curves.of(curve),
        mode=mode,
    )
    run = int(replay.epochs_run[0, 0])
    kept = int(replay.restored_epoch[0, 0]) if restore_best_weights else run - 1
    kept = run - 1 if kept < 0 else kept
    numbers = [value for value in curve if not math.isnan(value)]
    best = min(numbers) if mode == "min" else max(numbers)
    missed = 0.0 if curve[kept] == best else abs(curve[kept] - best)
    return len(curve) - run, kept, missed


@pytest.mark.parametrize("mode", ["min", "max"])
@pytest.mark.parametrize("restore_best_weights", [True, False])
@pytest.mark.parametrize("start_from_epoch", [0, 3, 99])
def test_every_cell_equals_its_own_replay(mode, restore_best_weights, start_from_epoch):
    generator = np.random.default_rng(7)
    curves = np.exp(-np.arange(30) / 8) + 0.05 * generator.random((3, 30))
    curves[1, 4], curves[2, 0] = np.nan, np.nan
    patience, min_delta = [-1, 0, 1, 2, 5, 40], [0.0, 1e-3, 0.02, -0.02]
    regret = map_regret(
        Curves.of(curves),
        patience=patience,
        min_delta=min_delta,
        mode=mode,
        restore_best_weights=restore_best_weights,
        start_from_epoch=start_from_epoch,
    )
    assert regret.missed.shape == (6, 4, 3)
    for cell in np.ndindex(regret.missed.shape):
        p, m, c = cell
        saved, kept, missed = brute_force(
            curves[c].tolist(),
            mode=mode,
            patience=patience[p],
            min_delta=min_delta[m],
            restore_best_weights=restore_best_weights,
            start_from_epoch=start_from_epoch,
        )
        assert regret.epochs_saved[cell] == saved
        assert regret.kept_epoch[cell] == kept
        np.testing.assert_equal(regret.missed[cell], missed)


def test_an_epoch_without_the_metric_neither_stops_nor_is_best():
    curves = Curves.of([0.5, -9.0, 0.6, 0.4], [True, False, True, True])
    regret = map_regret(curves, patience=[1, 2], min_delta=0.0, mode="min")
    assert regret.epochs_saved[:, 0, 0].tolist() == [1, 0]
    assert regret.missed[:, 0, 0].tolist() == [pytest.approx(0.1), 0.0]


def test_patience_that_never_runs_out_misses_nothing():
    curves = Curves.of(np.random.default_rng(3).random((4, 50)))
    regret = map_regret(curves, patience=50, min_delta=0.0, mode="max")
    assert not regret.missed.any()
    assert not regret.epochs_saved.any()
