"""Folders that name their patients are split by them."""

import pytest

from core.data import folders, patients
from core.data.scan_set import ScansError
from core.specs.data import FolderScans
from tests.data.sets import write_set


def build(tmp_path, **settings):
    spec = FolderScans(folder="brains", image_size=32, split="patients", **settings)
    return folders.build(spec, data_dir=tmp_path, on_progress=lambda *_: None)


def name_patients(folder, *, each=3):
    names = sorted(str(path.relative_to(folder).as_posix()) for path in folder.rglob("*.png"))
    patients.write(folder, {name: f"p{number // each}" for number, name in enumerate(names)})


def test_no_patient_is_on_both_sides(tmp_path):
    name_patients(write_set(tmp_path / "brains"))
    scans = build(tmp_path, validation_fraction=0.3)
    assert set(scans.groups) == set(range(12))
    assert not set(scans.groups[scans.validation]) & set(scans.groups[~scans.validation])
    for label in (0, 1):
        assert 0 < scans.validation[scans.labels == label].mean() < 0.5


def test_patients_are_known_whatever_the_split(tmp_path):
    name_patients(write_set(tmp_path / "brains"))
    spec = FolderScans(folder="brains", image_size=32, split="random")
    scans = folders.build(spec, data_dir=tmp_path, on_progress=lambda *_: None)
    assert len(set(scans.groups)) == 12


def test_without_patients_the_split_says_what_to_do(tmp_path):
    write_set(tmp_path / "brains")
    with pytest.raises(
        ScansError, match=r"names no patients.* add patients\.csv .* twins together"
    ):
        build(tmp_path)


def test_one_patient_a_class_cannot_be_split(tmp_path):
    name_patients(write_set(tmp_path / "brains"), each=100)
    with pytest.raises(ScansError, match=r"'healthy' .* belong together.* both sides"):
        build(tmp_path)


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", b"name,who\na,b\n", b"file,patient\na\n", b"x" * (17 * 2**20)]
)
def test_a_list_that_cannot_be_read_is_refused_with_its_rule(tmp_path, content):
    (write_set(tmp_path / "brains", training=2, testing=1) / patients.FILE).write_bytes(content)
    with pytest.raises(ScansError, match=r"patients\.csv .* UTF-8 text .* `file` and `patient`"):
        build(tmp_path)


def test_a_changed_list_of_patients_is_another_set(tmp_path):
    brains = write_set(tmp_path / "brains", training=2, testing=1)
    spec = FolderScans(folder="brains")
    before = folders.fingerprint(spec, data_dir=tmp_path)
    name_patients(brains)
    after = folders.fingerprint(spec, data_dir=tmp_path)
    assert after[:-1] == before
    assert after[-1][0] == patients.FILE
