import math

import pytest

from core.specs.playground import (
    CALLBACK_MODELS,
    DIALS,
    OWN,
    defaults,
    from_query,
    shown_letters,
    to_query,
)
from core.specs.playground_presets import FIRST_PRESET, PLAYGROUND_PRESETS


def test_every_parameter_of_both_callbacks_has_a_dial():
    for callback, model in CALLBACK_MODELS.items():
        fixed = {"kind", "monitor", "mode", "verbose"}
        dials = {name.partition(".")[2] for name in OWN if name.startswith(f"{callback}.")}
        assert dials == set(model.model_fields) - fixed


@pytest.mark.parametrize("name", DIALS)
def test_a_dial_takes_its_default_and_its_choices_and_says_what_it_does(name):
    dial = DIALS[name]
    assert dial.default in dial.choices
    assert all(dial.takes(choice) for choice in dial.choices)
    assert dial.about


@pytest.mark.parametrize("name", OWN)
def test_what_a_dial_takes_the_callback_takes_too(name):
    callback, _, parameter = name.partition(".")
    if parameter:
        for choice in OWN[name].choices:
            CALLBACK_MODELS[callback](**{parameter: choice})


@pytest.mark.parametrize("preset", PLAYGROUND_PRESETS)
def test_a_link_brings_back_every_preset(preset):
    dials = PLAYGROUND_PRESETS[preset].dials()
    assert from_query(to_query(dials)) == (dials, ())


def test_a_link_brings_back_any_value_between_the_stops():
    dials = PLAYGROUND_PRESETS[FIRST_PRESET].dials() | {
        "optimizer": "adam",
        "condition_number": 77.5,
        "B.ReduceLROnPlateau.factor": 0.33,
        "D": True,
        "D.EarlyStopping": True,
        "D.EarlyStopping.baseline": 0.07,
        "D.EarlyStopping.restore_best_weights": True,
    }
    assert from_query(to_query(dials)) == (dials, ())


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        ("A.ReduceLROnPlateau.factor", "1.5", "a number from 0.05 to 0.95"),
        ("A.ReduceLROnPlateau.patience", "2.5", "a whole number from 0 to 40"),
        ("A.ReduceLROnPlateau.patience", "true", "a whole number from 0 to 40"),
        ("A.learning_rate", "NaN", "a number from 0.001 to 2.5"),
        ("A.learning_rate", "[" * 5000, "a number from 0.001 to 2.5"),
        ("A.learning_rate", "9" * 5000, "a number from 0.001 to 2.5"),
        ("A.learning_rate", "9" * 400, "a number from 0.001 to 2.5"),
        ("gradient_noise", "Infinity", "a number from 0 to 3"),
        ("optimizer", "lion", 'one of "sgd", "momentum", "adam"'),
        ("B.EarlyStopping", "1", "one of false, true"),
    ],
)
def test_a_value_that_cannot_be_set_gets_a_sentence_and_nothing_else_is_lost(name, text, rule):
    values, (sentence,) = from_query({"settings": "AB", name: text, "dimensions": "12"})
    assert values == defaults() | {"A": True, "B": True, "dimensions": 12}
    assert f"{name} must be {rule}, got " in sentence
    assert len(sentence) < 250


def test_names_that_are_no_dials_are_left_out():
    assert from_query({"settings": "A", "run": "1", "B": "true"}) == (defaults(), ())


@pytest.mark.parametrize("settings", ["", "XYZ", "Q"])
def test_a_link_that_draws_nothing_draws_the_first_setting(settings):
    assert shown_letters(from_query({"settings": settings})[0]) == ("A",)


def test_a_whole_number_in_a_link_is_a_number_like_any_other():
    values, problems = from_query({"settings": "A", "condition_number": "32"})
    assert not problems
    assert isinstance(values["condition_number"], float)
    assert not math.isnan(values["condition_number"])
