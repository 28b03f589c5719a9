from dataclasses import replace

import numpy as np
import pytest

from core.curves import RecordedCurves, UnreadableCurves
from core.curves.seeds import side_by_side, trainings_beside


def recording(values, *, first=1, rates=None):
    """One metric from an epoch on; None where it has no value."""
    columns = {"loss": np.array([np.nan if value is None else value for value in values])}
    present = {"loss": np.array([value is not None for value in values])}
    if rates is not None:
        columns["lr"], present["lr"] = np.array(rates), np.ones(len(values), dtype=bool)
    return RecordedCurves(
        epochs=np.arange(first, first + len(values)),
        columns=columns,
        present=present,
        learning_rate=None if rates is None else "lr",
        source="csv_logger",
    )


def test_the_epochs_that_all_have_are_laid_side_by_side():
    seeds = side_by_side([recording([4.0, 3.0, 2.0, 1.0]), recording([9.0, 8.0], first=2)], "loss")
    assert seeds.numbers.tolist() == [2, 3]
    assert seeds.curves.values.tolist() == [[3.0, 2.0], [9.0, 8.0]]
    assert seeds.left_out == 2


def test_an_epoch_without_the_metric_stays_absent():
    seeds = side_by_side([recording([1.0, None, 2.0])], "loss")
    assert seeds.curves.present.tolist() == [[True, False, True]]
    assert seeds.left_out == 0


def test_rates_are_unknown_where_a_recording_has_none():
    assert side_by_side([recording([1.0])], "loss").rates is None
    seeds = side_by_side([recording([1.0], rates=[0.1]), recording([2.0])], "loss")
    np.testing.assert_array_equal(seeds.rates, [[0.1], [np.nan]])


def test_a_part_is_one_recording_by_itself():
    part = side_by_side([recording([1.0], rates=[0.1]), recording([2.0])], "loss").part(1)
    assert part.curves.values.tolist() == [[2.0]]
    assert np.isnan(part.rates).all()


def test_a_fingerprint_tells_curves_apart():
    given = [[1.0, 2.0], [1.0, 3.0], [1.0, None], [1.0]]
    prints = {side_by_side([recording(values)], "loss").fingerprint for values in given}
    prints.add(side_by_side([recording([1.0, 2.0], rates=[0.1, 0.1])], "loss").fingerprint)
    assert len(prints) == 5
    assert side_by_side([recording([1.0, 2.0])], "loss").fingerprint in prints


def both(training, validation):
    recordings = {"loss": recording(training), "val_loss": recording(validation)}
    present = {name: one.present["loss"] for name, one in recordings.items()}
    columns = {name: one.columns["loss"] for name, one in recordings.items()}
    return replace(recordings["loss"], columns=columns, present=present)


def test_a_metric_of_validation_brings_what_it_was_in_training():
    seeds = side_by_side([both([2.0, 1.0], [5.0, 4.0]), both([3.0, 2.0], [7.0, 6.0])], "val_loss")
    assert seeds.curves.values.tolist() == [[5.0, 4.0], [7.0, 6.0]]
    assert seeds.training.values.tolist() == [[2.0, 1.0], [3.0, 2.0]]
    assert seeds.part(1).training.values.tolist() == [[3.0, 2.0]]
    other = side_by_side([both([9.0, 1.0], [5.0, 4.0])], "val_loss")
    assert other.fingerprint != side_by_side([both([2.0, 1.0], [5.0, 4.0])], "val_loss").fingerprint


def test_a_metric_of_training_brings_none():
    assert side_by_side([both([2.0, 1.0], [5.0, 4.0])], "loss").training is None
    assert side_by_side([recording([2.0, 1.0])], "loss").training is None


def test_the_recording_with_the_fewest_digits_says_what_is_lost():
    seeds = side_by_side([recording([0.25, 0.5]), recording([0.1234, 0.5])], "loss")
    assert seeds.resolution == seeds.part(1).resolution == 0.005
    in_full = side_by_side([replace(recording([0.25, 0.5]), source="run")], "loss")
    assert in_full.resolution == 0
    assert in_full.fingerprint != side_by_side([recording([0.25, 0.5])], "loss").fingerprint


def test_a_metric_that_one_lacks_is_refused():
    with pytest.raises(UnreadableCurves, match=r"must have the metric 'acc', and number 1 has not"):
        side_by_side([recording([1.0])], "acc")


@pytest.mark.parametrize(
    "recordings", [[recording([1.0]), recording([1.0], first=2)], [recording([])]]
)
def test_curves_without_a_common_epoch_are_refused(recordings):
    with pytest.raises(UnreadableCurves, match="must have an epoch in common"):
        side_by_side(recordings, "loss")


def test_trainings_with_the_metric_and_the_same_epochs_are_judged_together():
    chosen, seed = recording([3.0, 2.0, 1.0, 1.0]), recording([4.0, 3.0, 2.0])
    broken_off, went_on = recording([9.0]), recording([1.0, 0.5, 0.4], first=5)
    trainings = [broken_off, seed, chosen, went_on]
    assert trainings_beside(chosen, trainings, "loss") == (seed, chosen)
    assert trainings_beside(chosen, trainings, "acc") == ()
    assert trainings_beside(broken_off, trainings, "loss") == (broken_off, seed, chosen)
