"""Which settings differ, and what keeps runs from being compared."""

from core.charts.compare.differences import (
    differing_settings,
    reasons_not_to_compare,
    short_names,
    value_text,
    watched_differently,
)
from core.specs.callbacks import EarlyStopping
from core.specs.data import FolderScans, SimulatedScans
from core.specs.run import RunSpec


def differences(histories):
    found = differing_settings([history.run.spec for history in histories])
    return {difference.setting: difference.counted for difference in found}


def reason(*scans, validated=(400, 400)):
    return reasons_not_to_compare([RunSpec(scans=each) for each in scans], validated)


def test_only_what_differs_is_named_and_never_the_name(stored):
    histories = stored(
        {"name": "x", "patience": 10}, {"name": "y", "patience": 2}, {"patience": 10, "seed": 1}
    )
    assert differences(histories) == {
        "training.seed": "0 (2 runs) · 1 (1 run)",
        "ReduceLROnPlateau.patience": "2 (1 run) · 10 (2 runs)",
    }


def test_equal_settings_do_not_differ(stored):
    assert differences(stored({}, {})) == {}


def test_a_callback_that_one_run_lacks_is_named_once(stored):
    histories = stored({}, {"stopping": EarlyStopping(patience=7)})
    assert differences(histories) == {
        "callbacks": "ReduceLROnPlateau (1 run) · ReduceLROnPlateau, EarlyStopping (1 run)"
    }


def test_a_setting_that_a_run_lacks_has_no_value_there(stored):
    histories = stored(
        {},
        {"stopping": EarlyStopping(patience=7)},
        {"stopping": EarlyStopping(patience=9)},
    )
    (patience,) = [
        found
        for found in differing_settings([history.run.spec for history in histories])
        if found.setting == "EarlyStopping.patience"
    ]
    assert [patience.value(index) for index in range(3)] == [None, 7, 9]
    assert patience.counted == "7 (1 run) · 9 (1 run)"


def test_a_last_part_that_two_settings_share_is_not_enough():
    settings = ["EarlyStopping.patience", "ReduceLROnPlateau.patience", "training.seed"]
    assert short_names(settings) == [*settings[:2], "seed"]


def test_values_read_as_people_write_them():
    assert value_text(0.00027) == "0.00027"
    assert value_text([]) == "none"
    assert value_text(True) == "True"


def test_other_scans_are_said_to_be_other_scans():
    assert "saw different scans" in reason(SimulatedScans(), FolderScans(folder="x"))
    assert "saw different scans" in reason(SimulatedScans(seed=0), SimulatedScans(seed=1))


def test_another_split_of_the_same_scans_is_said():
    one, other = FolderScans(folder="x", seed=1), FolderScans(folder="x", seed=2)
    assert "validated on different scans of the same set" in reason(one, other)


def test_a_folder_that_changed_between_two_runs_is_another_validation():
    scans = FolderScans(folder="x", split="folders")
    assert "validated on different scans" in reason(scans, scans, validated=(400, 380))
    assert reason(scans, scans, validated=(400, None)) == ""


def test_the_seed_of_a_split_by_folders_draws_nothing():
    one, other = (FolderScans(folder="x", split="folders", seed=seed) for seed in (1, 2))
    assert reason(one, other) == ""


def test_callbacks_that_watch_other_metrics_are_named():
    said = watched_differently(["val_loss", "val_accuracy", "val_loss"])
    assert "val_loss in 2 runs and val_accuracy in 1 run" in said
    assert watched_differently(["val_loss", "val_loss"]) == ""
