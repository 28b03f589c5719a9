import numpy as np
import pytest

from core.plateaus.arrays import BLOCK, Curves, blocks, side_by_side, whole_numbers


def test_one_curve_becomes_one_row():
    curves = Curves.of([0.3, 0.2])
    assert curves.shape == (1, 2)
    assert curves.present.all()


def test_a_flag_an_epoch_serves_all_curves():
    curves = Curves.of(np.zeros((3, 2)), [True, False])
    np.testing.assert_array_equal(curves.present, [[True, False]] * 3)


def test_nan_is_a_value_that_is_present():
    value, present = Curves.of([np.nan]).at(0)
    assert np.isnan(value).all()
    assert present is None


@pytest.mark.parametrize("values", [[], np.zeros((2, 0)), np.zeros((1, 1, 1))])
def test_curves_without_epochs_or_with_more_dimensions_are_refused(values):
    with pytest.raises(ValueError, match="`curves` must have the shape"):
        Curves.of(values)


def test_flags_of_another_length_are_refused():
    with pytest.raises(ValueError, match=r"`present` must broadcast to .* \(1, 3\), got \(2,\)"):
        Curves.of([1, 2, 3], [True, False])


def test_single_values_are_repeated_beside_lists():
    fields = side_by_side(patience=[1, 2, 3], factor=0.5)
    assert fields["factor"].tolist() == [0.5, 0.5, 0.5]


def test_lists_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="lists of one length"):
        side_by_side(patience=[1, 2, 3], factor=[0.5, 0.1])


def test_a_grid_is_refused_until_it_is_crossed():
    with pytest.raises(ValueError, match="Cross a grid first"):
        side_by_side(patience=[[1, 2], [3, 4]])


def test_half_an_epoch_is_refused():
    with pytest.raises(ValueError, match="`patience` counts epochs"):
        whole_numbers("patience", np.array([1.5]))


@pytest.mark.parametrize(("settings", "curves"), [(1, 1), (BLOCK, 1), (BLOCK + 1, 1), (7, BLOCK)])
def test_blocks_cover_every_setting_once(settings, curves):
    covered = np.concatenate([np.arange(settings)[block] for block in blocks(settings, curves)])
    np.testing.assert_array_equal(covered, np.arange(settings))
