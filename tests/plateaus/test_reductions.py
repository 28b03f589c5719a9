import numpy as np
import pytest

from core.plateaus.arrays import Curves
from core.plateaus.reduce_lr import ReduceLROnPlateauSettings
from core.plateaus.reduce_lr_replay import replay_reduce_lr_on_plateau
from core.plateaus.reductions import map_reductions

CURVES = Curves.of(
    np.exp(-np.arange(40) / 8) + 0.05 * np.random.default_rng(5).normal(size=(3, 40))
)


@pytest.mark.parametrize("mode", ["min", "max"])
@pytest.mark.parametrize("semantics", ["keras-3.15", "pytorch"])
def test_every_cell_equals_its_own_replay(mode, semantics):
    patience, cooldown = [0, 1, 2, 5, 50], [0, 1, 2, 7]
    fired = map_reductions(
        CURVES,
        patience=patience,
        cooldown=cooldown,
        mode=mode,
        min_delta=0.01,
        factor=0.5,
        min_lr=1e-4,
        semantics=semantics,
    )
    assert fired.reductions.shape == (5, 4, 3)
    for row, column, curve in np.ndindex(fired.reductions.shape):
        replay = replay_reduce_lr_on_plateau(
            ReduceLROnPlateauSettings.of(
                patience=patience[row],
                cooldown=cooldown[column],
                min_delta=0.01,
                factor=0.5,
                min_lr=1e-4,
            ),
            CURVES,
            learning_rate=1e-3,
            mode=mode,
            semantics=semantics,
        )
        epochs = np.flatnonzero(replay.reduced[0, curve])
        assert fired.reductions[row, column, curve] == len(epochs)
        assert fired.first_reduced_epoch[row, column, curve] == (epochs[0] if len(epochs) else -1)


def test_first_reduction_is_the_same_for_every_cooldown():
    fired = map_reductions(CURVES, patience=range(1, 10), cooldown=range(10), mode="min")
    assert (fired.first_reduced_epoch == fired.first_reduced_epoch[:, :1]).all()
    assert (np.diff(fired.reductions, axis=1) <= 0).all()
    assert fired.reductions[0, 0].min() > fired.reductions[0, -1].max()


def test_halves_of_epochs_are_refused():
    with pytest.raises(ValueError, match="`cooldown` counts epochs"):
        map_reductions(CURVES, patience=2, cooldown=0.5, mode="min")
