"""A configuration survives its link."""

import pytest
from hypothesis import given

from core.specs import links, presets
from core.specs.callbacks import CALLBACKS, ReduceLROnPlateau, TensorBoard
from core.specs.problems import check_run
from core.specs.run import RunSpec
from tests.specs import run_specs


def test_the_property_below_meets_every_callback():
    assert set(run_specs.CALLBACKS) == set(CALLBACKS)


@given(run_specs.any_run)
def test_a_link_reproduces_its_configuration(spec):
    assert check_run(links.nest(links.from_query(links.to_query(spec)))) == spec


def test_a_link_holds_only_what_differs_from_the_defaults():
    spec = RunSpec(callbacks=(ReduceLROnPlateau(patience=3),))
    assert links.to_query(spec) == {
        "callbacks": "ReduceLROnPlateau",
        "ReduceLROnPlateau.patience": "3",
    }


def test_presets_survive_their_links():
    for preset in presets.PRESETS.values():
        assert check_run(links.nest(links.from_query(links.to_query(preset())))) == preset()


def test_strange_parameters_of_a_link_are_left_out():
    flat = links.from_query({"callbacks": "Nope,EarlyStopping", "run": "1", "training.x": "2"})
    assert flat == {"scans": "simulated", "callbacks": ["EarlyStopping"]}


def test_a_wrong_value_stays_in_the_form_to_be_mended():
    flat = links.from_query({"callbacks": "ReduceLROnPlateau", "ReduceLROnPlateau.factor": "1.5"})
    assert flat["ReduceLROnPlateau.factor"] == 1.5
    assert links.flat_to_query(flat)["ReduceLROnPlateau.factor"] == "1.5"


@pytest.mark.parametrize("text", ["9" * 5000, "[" * 100_000])
def test_what_python_cannot_read_stands_for_itself(text):
    flat = links.from_query({"callbacks": "EarlyStopping", "EarlyStopping.patience": text})
    assert flat["EarlyStopping.patience"] == text


def test_the_tutorial_preset_is_the_chapters_experiment():
    spec = presets.tutorial()
    assert spec.training.epochs == 20
    assert spec.training.batch_size == 32
    assert spec.training.optimizer == "adam"
    assert spec.training.model == "tutorial_cnn"
    assert spec.scans.image_size == 150
    tensorboard, reduce_lr = spec.callbacks
    assert tensorboard == TensorBoard(log_dir="logs")
    assert reduce_lr == ReduceLROnPlateau(
        monitor="val_accuracy", factor=0.3, patience=2, min_delta=0.001, mode="auto", verbose=1
    )


def test_a_callback_that_a_link_names_twice_counts_once():
    flat = links.from_query({"callbacks": "EarlyStopping,CSVLogger,EarlyStopping"})
    assert flat["callbacks"] == ["EarlyStopping", "CSVLogger"]
