"""What a sweep may be, and the runs it is made of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.specs.callbacks import (
    EarlyStopping,
    ModelCheckpoint,
    ReduceLROnPlateau,
    SwapEMAWeights,
    TensorBoard,
    TerminateOnNaN,
)
from core.specs.lineage import trunk_digest
from core.specs.problems import InvalidSettings
from core.specs.run import RunSpec, TrainingSpec
from core.specs.sweep import (
    MOST_RUNS,
    REFUSED_CALLBACKS,
    Axis,
    SweepSpec,
    check_sweep,
    without_refused,
)

BASE = RunSpec(
    training=TrainingSpec(epochs=20, seed=7), callbacks=(ReduceLROnPlateau(), EarlyStopping())
)
FACTORS = Axis(callback=0, parameter="factor", values=(0.1, 0.5))
PATIENCE = Axis(callback=1, parameter="patience", values=(1, 2, 3))


def refused(**changed):
    """Return the sentence with which a sweep is refused."""
    values = {"base": BASE, "axes": (FACTORS,)} | changed
    plain = SweepSpec.model_construct(**values).model_dump()
    with pytest.raises(InvalidSettings) as error:
        check_sweep(plain)
    return str(error.value)


def test_a_grid_has_every_combination_and_the_last_axis_moves_fastest():
    spec = SweepSpec(base=BASE, axes=(FACTORS, PATIENCE), seeds=(0, 1))
    assert spec.combinations() == ((0.1, 1), (0.1, 2), (0.1, 3), (0.5, 1), (0.5, 2), (0.5, 3))
    assert (spec.setting_count, spec.run_count) == (6, 12)
    assert spec.values_of(4) == (0.5, 2)
    assert [spec.axis_name(axis) for axis in spec.axes] == [
        "ReduceLROnPlateau.factor",
        "EarlyStopping.patience",
    ]


def test_a_run_differs_from_the_base_in_its_values_seed_and_name_only():
    run = SweepSpec(base=BASE, axes=(FACTORS, PATIENCE), seeds=(3,)).run_spec(5, 3)
    reducing, stopping = run.callbacks
    assert (reducing.factor, stopping.patience, run.training.seed) == (0.5, 3, 3)
    assert run.name == "Sweep 6 s3"
    back = run.model_dump()
    back["name"], back["training"]["seed"] = BASE.name, 7
    back["callbacks"][0]["factor"], back["callbacks"][1]["patience"] = 0.1, 0
    assert RunSpec.model_validate(back) == BASE


def test_a_list_takes_the_place_of_the_grid():
    axes = (Axis(callback=0, parameter="factor"), Axis(callback=1, parameter="patience"))
    spec = SweepSpec(base=BASE, axes=axes, listed=((0.2, 9), (0.3, 1)))
    assert spec.run_count == 2
    assert [run.callbacks[0].factor for run in spec.settings()] == [0.2, 0.3]


@given(
    factors=st.lists(st.floats(0.01, 0.99), min_size=1, max_size=4, unique=True),
    seeds=st.lists(st.integers(0, 99), min_size=1, max_size=10, unique=True),
    name=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9 ,.:+=()_-]{0,63}", fullmatch=True),
)
def test_a_sweep_survives_json_and_its_runs_have_one_trunk_for_each_seed(factors, seeds, name):
    axis = Axis(callback=0, parameter="factor", values=tuple(factors))
    spec = SweepSpec(name=name, base=BASE, axes=(axis,), seeds=tuple(seeds))
    assert SweepSpec.model_validate_json(spec.model_dump_json()) == spec
    assert SweepSpec.model_validate(spec.model_dump(mode="json")) == spec
    trunks = {trunk_digest(spec.run_spec(each, seeds[0])) for each in range(spec.setting_count)}
    assert len(trunks) == 1


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"axes": ()}, "at least one parameter"),
        ({"axes": (Axis(callback=2, parameter="factor", values=(0.1,)),)}, "has 2 callbacks"),
        ({"axes": (Axis(callback=0, parameter="speed", values=(1,)),)}, "got 'speed'. It has"),
        ({"axes": (Axis(callback=0, parameter="factor"),)}, "at least one value"),
        ({"axes": (FACTORS, FACTORS)}, "`ReduceLROnPlateau.factor` twice"),
        (
            {"axes": (Axis(callback=0, parameter="factor", values=(0.1, 2)),)},
            "`factor` must lie strictly between 0 and 1, got 2.",
        ),
        (
            {"axes": (Axis(callback=1, parameter="patience", values=(1, 1.0)),)},
            "which are the same",
        ),
        ({"listed": ((0.1, 3),)}, "1 values, one for every parameter, got 2"),
        ({"listed": ()}, f"1 to {MOST_RUNS} runs"),
        ({"seeds": ()}, "`seeds` must be 1 to 10 different whole numbers, got none."),
        ({"seeds": (1, 1)}, "got 1, 1"),
        ({"seeds": (-1,)}, "`seed` must be a whole number from 0"),
        ({"name": "a/b"}, "`name` must begin with a letter or digit"),
        (
            {"axes": (Axis(callback=1, parameter="patience", values=tuple(range(501))),)},
            "501 settings with 1 seeds, which makes 501",
        ),
        (
            {"base": BASE.model_copy(update={"callbacks": (SwapEMAWeights(),)})},
            "cannot have SwapEMAWeights",
        ),
        (
            {
                "base": BASE.model_copy(update={"callbacks": (TerminateOnNaN(),)}),
                "axes": (Axis(callback=0, parameter="raise_error", values=(True, False)),),
            },
            "cannot differ in a sweep",
        ),
    ],
)
def test_a_sweep_that_cannot_be_run_is_refused_with_a_sentence(changed, words):
    sentence = refused(**changed)
    assert words in sentence
    assert sentence.endswith(".")


def test_a_setting_of_the_base_is_refused_in_its_own_words():
    values = SweepSpec(base=BASE, axes=(FACTORS,)).model_dump()
    values["base"]["training"]["epochs"] = 0
    with pytest.raises(InvalidSettings, match="`epochs` must be a whole number from 1 to 500"):
        check_sweep(values)


def test_the_callbacks_that_a_sweep_cannot_have_can_be_taken_out():
    base = RunSpec(callbacks=(TensorBoard(), ReduceLROnPlateau(), SwapEMAWeights()))
    assert without_refused(base).callbacks == (ReduceLROnPlateau(),)
    assert all(reason for reason in REFUSED_CALLBACKS.values())


def test_a_name_that_keras_cannot_fill_in_is_refused_before_the_start_and_read_afterwards():
    saving = ModelCheckpoint(filepath="{val_loss:.2f}.keras")
    base = BASE.model_copy(update={"callbacks": (saving,)})
    every = Axis(callback=0, parameter="save_freq", values=("epoch", 50))
    assert "got {val_loss} in" in refused(base=base, axes=(every,))
    stored = SweepSpec.model_validate_json(SweepSpec(base=base, axes=(every,)).model_dump_json())
    assert stored.run_spec(1, 0).callbacks[0].save_freq == 50
