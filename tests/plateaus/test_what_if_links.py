import pytest

from core.plateaus.what_if_links import (
    WATCHERS,
    defaults_of,
    from_query,
    parameters_of,
    setting_of,
    to_query,
    values_of,
)
from core.specs.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau
from core.specs.problems import InvalidSettings

CALLBACKS = [
    ReduceLROnPlateau(monitor="loss", factor=0.3, patience=2, cooldown=3, mode="max", min_lr=1e-6),
    EarlyStopping(monitor="loss", baseline=0.5, restore_best_weights=True, start_from_epoch=4),
    ModelCheckpoint(monitor="loss", initial_value_threshold=0.25, save_best_only=True),
]


@pytest.mark.parametrize("callback", CALLBACKS)
def test_a_link_reproduces_every_setting(callback):
    settings = [values_of(callback), defaults_of(callback.kind)]
    kind, metric, taken = from_query(to_query(callback.kind, "loss", settings))
    assert (kind, metric, taken) == (callback.kind, "loss", settings)
    assert setting_of("A", kind, metric, taken[0]).callback == callback


def test_a_link_holds_release_and_what_goes_with_it():
    values = defaults_of("ReduceLROnPlateau") | {"release": "pytorch", "threshold_mode": "abs"}
    query = to_query("ReduceLROnPlateau", "loss", [values])
    assert query["A.release"] == "pytorch"
    setting = setting_of("A", "ReduceLROnPlateau", "loss", from_query(query)[2][0])
    assert (setting.semantics, setting.threshold_mode) == ("pytorch", "abs")


def test_a_link_to_a_release_that_the_callback_has_not_takes_the_newest():
    query = {"callback": "ModelCheckpoint", "A.release": "keras-3.11", "A.held_best": "0.5"}
    kind, _, (values,) = from_query(query)
    assert setting_of("A", kind, "loss", values).semantics == "keras-3.15"


def test_a_wrong_value_in_a_link_is_refused_with_its_sentence():
    _, _, (values,) = from_query({"callback": "ReduceLROnPlateau", "A.factor": "1.5"})
    with pytest.raises(InvalidSettings, match=r"must lie strictly between 0 and 1, got 1\.5"):
        setting_of("A", "ReduceLROnPlateau", "loss", values)


@pytest.mark.parametrize(
    "query",
    [
        {"callback": "EarlyStopping", "A.release": "keras-9", "A.eps": "x", "A.held_best": "NaN"},
        {"callback": "EarlyStopping", "settings": "99", "A.unknown": "1", "E.patience": "2"},
    ],
)
def test_what_is_no_setting_is_left_out_of_a_link(query):
    assert from_query(query) == ("EarlyStopping", None, [defaults_of("EarlyStopping")])


def test_a_link_may_name_a_callback_and_leave_its_settings_open():
    assert from_query({"callback": "EarlyStopping", "run": "1"}) == ("EarlyStopping", None, [])


def test_a_link_without_a_callback_holds_no_settings():
    assert from_query({"run": "1"}) is None
    assert from_query({"callback": "History"}) is None


def test_every_parameter_that_matters_has_a_slider():
    for kind, spec in WATCHERS.items():
        left_out = set(spec.model_fields) - set(parameters_of(kind))
        assert left_out <= {
            "kind", "monitor", "verbose", "filepath", "save_best_only", "save_weights_only",
            "save_freq",
        }  # fmt: skip


def test_a_column_of_any_name_can_be_monitored():
    values = defaults_of("EarlyStopping") | {"mode": "max"}
    setting = setting_of("A", "EarlyStopping", "Dice score (fold 1)", values)
    assert setting.callback.monitor == "Dice score (fold 1)"
