from core.charts.sweep.labels import SettingNames
from core.charts.sweep.partings import partings_of, same_trainings, what_differed
from tests.swept import RATE, read_results, store_sweep, sweep_spec


def flat_from(epoch):
    """Return a curve that rises until an epoch, and more slowly at a lower rate."""
    return lambda _, rates: 0.5 + 0.03 * min(len(rates), epoch) + 0.01 * (rates[-1] < RATE)


def always_rising(_, rates):
    return 0.5 + 0.01 * len(rates)


def swept(db, accuracy, **spec):
    return read_results(db, store_sweep(db, sweep_spec(**spec), accuracy=accuracy).id)


def test_settings_are_named_by_what_they_have_in_common():
    names = SettingNames(sweep_spec(factors=(0.1, 0.3, 0.5), patiences=(2, 3, 4)))
    assert names.each[4] == "factor 0.3, patience 3"
    assert names.together(range(9)) == "all settings"
    assert names.together([1, 2, 4, 5, 7, 8]) == "patience 3, 4"
    assert names.together([0]) == "factor 0.1, patience 2"
    assert names.together([0, 4]) == "2 settings"


def test_a_parameter_with_one_value_is_not_named():
    names = SettingNames(sweep_spec(factors=(0.3,), patiences=(2, 4)))
    assert names.each == ("patience 2", "patience 4")
    assert SettingNames(sweep_spec(factors=(0.3,), patiences=(2,))).each == (
        "factor 0.3, patience 2",
    )


def test_parameters_of_one_name_are_told_apart_in_short():
    names = SettingNames(sweep_spec(stopping=(4, 5)))
    assert names.each[0] == "factor 0.1, reduce patience 1, stop patience 4"


def test_a_parting_says_after_which_epoch_and_who_goes_with_whom(db):
    results = swept(db, flat_from(3), factors=(0.1,), patiences=(2, 3), seeds=(4,), epochs=6)
    (parting,) = partings_of(results)
    # Epoch 3 is the best, and the patience of 2 is over with epoch 5.
    assert (parting.seed, parting.after) == (4, 5)
    assert parting.groups == ("patience 2", "patience 3")
    assert what_differed(results) == [
        "All 2 settings gave different trainings.",
        "Every parting came after epoch 5.",
    ]


def test_settings_that_never_parted_are_named(db):
    results = swept(db, flat_from(3), factors=(0.1, 0.5), patiences=(2, 8, 9), epochs=8)
    assert same_trainings(results) == [(0,), (1, 2, 4, 5), (3,)]
    said = " ".join(what_differed(results))
    assert "6 settings gave 3 different trainings." in said
    assert "“factor 0.1, patience 8”, “factor 0.1, patience 9”" in said
    assert "the same to the last bit, with every seed" in said


def test_when_nothing_ever_acted_all_settings_are_one_training(db):
    results = swept(db, always_rising)
    assert partings_of(results) == []
    assert what_differed(results) == [
        "All 4 settings gave one and the same training: none ever parted."
    ]


def test_an_earlier_stop_tells_settings_apart_though_they_share_a_branch(db):
    results = swept(
        db, flat_from(2), factors=(0.1,), patiences=(9,), stopping=(2, 4), seeds=(0, 1), epochs=9
    )
    assert partings_of(results) == []
    assert same_trainings(results) == [(0,), (1,)]
    (branch,) = results.branches_of(0)
    assert results.stops(branch) == {3: [0], 5: [1]}


def test_an_unfinished_sweep_says_so_far_and_calls_nothing_the_same(db):
    spec = sweep_spec(patiences=(1, 7, 8), seeds=(0, 1))
    results = read_results(db, store_sweep(db, spec, most_epochs=9).id)
    said = " ".join(what_differed(results))
    assert "so far" in said
    assert "the same to the last bit" not in said
