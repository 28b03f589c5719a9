"""The file of an evaluation."""

import dataclasses
import io

import numpy as np
import pytest

from core.data import evaluated
from core.data.evaluated import Evaluated, UnreadableEvaluation
from core.data.scan_set import ScanSet


def an_evaluation(count=6, **changed):
    """Return an evaluation whose even scans have a twin and the first no heat map."""
    draw = np.random.default_rng(3)
    values = {
        "key": "k" * 64,
        "classes": ("healthy", "tumor"),
        "names": tuple(f"scan {i}" for i in range(count)),
        "labels": np.arange(count) % 2,
        "logits": draw.normal(size=(count, 2)).astype(np.float32),
        "features": draw.normal(size=(count, 5)).astype(np.float32),
        "positions": np.arange(count) + 10,
        "groups": np.arange(count) // 2,
        "twin": np.arange(count) % 2 == 0,
        "subject": np.zeros(count, bool),
        "maps": draw.random((count, 4, 4)).astype(np.float16),
        "peaks": np.where(np.arange(count)[:, None] == 0, -1, 7) * np.ones((1, 2), np.int64),
        "hit": np.arange(count) % 3 == 1,
        "lesion_share": np.full(count, 0.1, np.float32),
    }
    return Evaluated(**values | changed)


def test_what_is_written_is_read(tmp_path):
    before = an_evaluation()
    file = evaluated.file_of(tmp_path, "best")
    evaluated.write(evaluated.to_bytes(before), file)
    after = evaluated.read(file)
    for field in dataclasses.fields(Evaluated):
        one, other = getattr(before, field.name), getattr(after, field.name)
        np.testing.assert_array_equal(one, other)
        assert type(one) is type(other)
    assert after.blank.tolist() == [True, False, False, False, False, False]
    assert after.leakage.chosen("twin-free").sum() == 3
    assert list(tmp_path.iterdir()) == [file]


def test_no_file_or_half_a_file_is_no_evaluation(tmp_path):
    file = tmp_path / "evaluation-final.npz"
    assert evaluated.read(file) is None
    whole = evaluated.to_bytes(an_evaluation())
    file.write_bytes(whole[: len(whole) // 2])
    assert evaluated.read(file) is None


@pytest.mark.parametrize("changed", [{"format": 99}, {"labels": np.zeros(3, np.int64)}])
def test_another_layout_is_refused(changed):
    with np.load(io.BytesIO(evaluated.to_bytes(an_evaluation()))) as arrays:
        values = dict(arrays) | changed
    file = io.BytesIO()
    np.savez(file, **values)
    with pytest.raises(UnreadableEvaluation, match="Evaluate again"):
        evaluated.from_bytes(file.getvalue())


def test_pickled_objects_are_never_loaded():
    with np.load(io.BytesIO(evaluated.to_bytes(an_evaluation()))) as arrays:
        values = dict(arrays) | {"names": np.array([object()] * 6, dtype=object)}
    file = io.BytesIO()
    np.savez(file, **values)
    with pytest.raises(UnreadableEvaluation):
        evaluated.from_bytes(file.getvalue())


@pytest.fixture
def model(tmp_path):
    file = tmp_path / "final.keras"
    file.write_bytes(b"weights")
    return file


def four_scans():
    return ScanSet(
        images=np.zeros((4, 8, 8), np.uint8),
        labels=np.arange(4),
        classes=("a", "b"),
        groups=np.arange(4),
        validation=np.array([True, False, True, False]),
        masks=np.zeros((4, 8, 8), bool),
        names=tuple("abcd"),
    )


def test_the_key_is_the_same_for_the_same_model_and_scans(model):
    assert evaluated.key_of(model, four_scans()) == evaluated.key_of(model, four_scans())


def test_the_key_follows_the_model(model):
    before = evaluated.key_of(model, four_scans())
    model.write_bytes(b"others")
    assert evaluated.key_of(model, four_scans()) != before


@pytest.mark.parametrize("trained_on", [False, True])
def test_the_key_follows_each_pixel_and_each_mask_of_all_scans(model, trained_on):
    scans = four_scans()
    place = int(np.flatnonzero(scans.validation != trained_on)[0])
    keys = {evaluated.key_of(model, scans)}
    scans.images[place, 7, 7] += 1
    keys.add(evaluated.key_of(model, scans))
    scans.masks[place, 7, 7] = True
    keys.add(evaluated.key_of(model, scans))
    assert len(keys) == 3


@pytest.mark.parametrize(
    "changed",
    [
        {"validation": np.array([False, True, False, True])},
        {"labels": np.array([0, 1, 3, 2])},
        {"groups": np.array([0, 1, 2, 2])},
        {"groups": np.full(4, -1)},
        {"masks": None},
        {"classes": ("a", "c")},
        {"names": tuple("abce")},
        {"images": np.zeros((4, 4, 16), np.uint8)},
    ],
)
def test_the_key_follows_split_labels_subjects_masks_and_names(model, changed):
    scans = four_scans()
    other = dataclasses.replace(scans, **changed)
    assert evaluated.key_of(model, scans) != evaluated.key_of(model, other)


def a_set(asked=6, **changed):
    """Return the scans that `an_evaluation` is of, after ten to train on."""
    count = 10 + asked
    values = {
        "images": np.zeros((count, 4, 4), np.uint8),
        "labels": np.concatenate([np.zeros(10, np.int64), np.arange(asked) % 2]),
        "classes": ("healthy", "tumor"),
        "groups": np.full(count, -1),
        "validation": np.arange(count) >= 10,
        "masks": None,
        "names": (*(f"training {i}" for i in range(10)), *(f"scan {i}" for i in range(asked))),
    }
    return ScanSet(**values | changed)


def test_an_evaluation_knows_the_scans_that_it_is_of():
    found, same = an_evaluation(), a_set()
    assert found.are_of(same)
    assert found.are_of(a_set(images=np.ones((16, 4, 4), np.uint8)))
    assert not found.are_of(a_set(asked=5))
    assert not found.are_of(a_set(asked=7))
    assert not found.are_of(a_set(labels=1 - same.labels))
    assert not found.are_of(a_set(classes=("healthy", "sick")))
    assert not found.are_of(a_set(validation=np.arange(16) < 6))
    renamed = (*same.names[:-1], "another")
    assert not found.are_of(dataclasses.replace(same, names=renamed))
