import pytest

from core.specs import links
from core.specs.callbacks import EarlyStopping, ReduceLROnPlateau
from core.specs.presets import quick_demo, tutorial
from core.specs.problems import InvalidSettings
from core.specs.run import RunSpec
from core.specs.sweep_draft import LIST, SweepDraft, draft_for, parameters_of

PATIENCE, FACTOR = "ReduceLROnPlateau.patience", "ReduceLROnPlateau.factor"
BASE = links.flatten(
    RunSpec(name="A sweep", callbacks=(EarlyStopping(patience=5), ReduceLROnPlateau()))
)


def problems(draft):
    with pytest.raises(InvalidSettings) as refused:
        draft.check()
    return {problem.key: problem.sentence for problem in refused.value.problems}


def test_a_grid_has_a_setting_for_each_pair_of_values():
    spec = SweepDraft(BASE, {FACTOR: "0.1, 0.5", PATIENCE: "2 to 4"}, seeds=2).check()
    assert (spec.name, spec.setting_count, spec.seeds) == ("A sweep", 6, (0, 1))
    assert spec.run_spec(5, 1).callbacks[1] == ReduceLROnPlateau(factor=0.5, patience=4)


def test_a_list_names_its_parameters_in_short_where_they_are_told_apart():
    spec = SweepDraft(BASE, listed="factor, EarlyStopping.patience\n0.1, 3\n0.5, 8").check()
    assert [spec.axis_name(axis) for axis in spec.axes] == [FACTOR, "EarlyStopping.patience"]
    assert spec.combinations() == ((0.1, 3), (0.5, 8))


@pytest.mark.parametrize(
    ("changed", "key", "words"),
    [
        ({"varied": {PATIENCE: "9 to 2"}}, PATIENCE, "must rise"),
        ({"varied": {"CSVLogger.append": "true"}}, "CSVLogger.append", "add it"),
        ({"listed": "patience\n2"}, LIST, "EarlyStopping.patience or ReduceLROnPlateau.patience"),
        ({"listed": "pateince\n2"}, LIST, "Check its spelling"),
        ({"listed": "factor\n"}, LIST, "a setting in each line below"),
        ({"varied": {FACTOR: "0.1, 2"}}, "", "lie strictly between 0 and 1, got 2"),
    ],
)
def test_a_mistake_is_said_where_it_was_made(changed, key, words):
    found = problems(SweepDraft(BASE, **changed))
    assert words in " ".join(found.values())
    assert not key or key in found


@pytest.mark.parametrize(
    "draft",
    [
        SweepDraft(BASE, {FACTOR: "0.1, 0.5", PATIENCE: "2 to 4"}, seeds=2),
        SweepDraft(BASE, listed="factor\n0.1\n0.2", seeds=10),
        draft_for(quick_demo()),
    ],
)
def test_a_link_and_a_stored_sweep_reproduce_it(draft):
    spec = draft.check()
    assert SweepDraft.from_query(draft.to_query()).check() == spec
    again = SweepDraft.of(spec)
    assert again.check() == spec
    assert SweepDraft.from_query(again.to_query()).check() == spec


def test_a_link_with_nonsense_is_read_as_far_as_it_goes():
    draft = SweepDraft.from_query({"seeds": "x", "vary.A.b": "1"})
    assert (draft.seeds, draft.base["callbacks"]) == (1, [])
    assert "add it" in problems(draft)["A.b"]


def test_what_a_sweep_cannot_have_is_not_offered():
    base = draft_for(tutorial())
    assert base.base["callbacks"] == ["ReduceLROnPlateau"]
    offered = parameters_of(["TensorBoard", "TerminateOnNaN", "ModelCheckpoint"])
    assert "ModelCheckpoint.monitor" in offered
    assert not {"ModelCheckpoint.filepath", "TerminateOnNaN.raise_error"} & set(offered)
    assert not [name for name in offered if name.startswith("TensorBoard")]
