"""The set of Cheng: MATLAB files become scans with masks and patients."""

import zipfile

import h5py
import numpy as np
import pytest
from PIL import Image

from core.data import about, folders
from core.data.intake import figshare
from core.data.scan_set import ScansError
from core.specs.data import FolderScans
from tests.data.intake.mats import scan, write_mat


def write_files(folder, *, per_class=6):
    number = 0
    for label in (1, 2, 3):
        for index in range(per_class):
            number += 1
            image, mask = scan(number)
            # Two slices a patient.
            patient = f"{100000 + label * 100 + index // 2}"
            write_mat(
                folder / f"{number}.mat", image=image, label=label, patient=patient, mask=mask
            )
    return folder


def convert(source, tmp_path):
    return figshare.convert(
        str(source), str(tmp_path / "data"), "cheng", on_progress=lambda *_: None
    )


def load(tmp_path, split):
    spec = FolderScans(folder="cheng", image_size=40, split=split, validation_fraction=0.4)
    return folders.build(spec, data_dir=tmp_path / "data", on_progress=lambda *_: None)


def test_a_file_is_read_upright_with_mask_label_and_patient(tmp_path):
    image, mask = scan(1)
    path = write_mat(tmp_path / "1.mat", image=image, label=2, patient="MR017260F", mask=mask)
    found = figshare.read_mat(path)
    np.testing.assert_array_equal(found.image, image)
    np.testing.assert_array_equal(found.mask, mask.astype(bool))
    assert (found.label, found.patient) == (2, "MR017260F")


def test_negative_values_are_moved_and_none_is_lost(tmp_path):
    image = np.array([[-32768, 32767], [0, -1]], np.int16)
    path = write_mat(tmp_path / "1.mat", image=image, label=1, patient="1")
    np.testing.assert_array_equal(figshare.read_mat(path).image, image.astype(int) + 32768)


def test_the_set_becomes_a_folder_that_trains_by_patient(tmp_path):
    convert(write_files(tmp_path / "mats"), tmp_path)
    scans = load(tmp_path, "patients")
    assert scans.classes == ("glioma", "meningioma", "pituitary")
    assert len(scans.names) == 18
    assert len(set(scans.groups)) == 9
    assert not set(scans.groups[scans.validation]) & set(scans.groups[~scans.validation])
    assert scans.masks.shape == scans.images.shape
    _, mask = scan(1)
    assert scans.masks[0].mean() == pytest.approx(mask.mean(), abs=0.03)
    with Image.open(tmp_path / "data" / "cheng" / "meningioma" / "1.png") as kept:
        np.testing.assert_array_equal(np.asarray(kept), scan(1)[0])
    assert about.read(tmp_path / "data" / "cheng").licence == "CC BY 4.0"


def test_the_sets_four_zips_are_unpacked_and_its_folds_left_out(tmp_path):
    files = sorted(write_files(tmp_path / "mats").iterdir())
    (tmp_path / "zips").mkdir()
    (tmp_path / "zips" / "cvind.mat").write_bytes(b"the folds")
    for number in range(4):
        with zipfile.ZipFile(tmp_path / "zips" / f"part{number}.zip", "w") as archive:
            for file in files[number::4]:
                archive.write(file, file.name)
            archive.writestr("readme.txt", "about")
    convert(tmp_path / "zips", tmp_path)
    assert len(load(tmp_path, "random").names) == 18
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["cheng"]


def rename(path, name):
    with h5py.File(path, "r+") as file:
        del file["cjdata"][name]
    return path


@pytest.mark.parametrize("name", ["image", "label", "PID", "tumorMask"])
def test_a_file_that_lacks_something_is_refused(tmp_path, name):
    image, mask = scan(1)
    path = write_mat(tmp_path / "1.mat", image=image, label=1, patient="1", mask=mask, skip=(name,))
    with pytest.raises(ScansError, match=rf"1\.mat is no file of the set .*{name}"):
        figshare.read_mat(path)


def change(tmp_path, name, **options):
    image, mask = scan(1)
    path = write_mat(tmp_path / "1.mat", image=image, label=1, patient="1", mask=mask)
    with h5py.File(path, "r+") as file:
        del file["cjdata"][name]
        if "link" in options:
            file["cjdata"][name] = options["link"]
        else:
            file["cjdata"].create_dataset(name, **options)
    return path


HOSTILE = {
    "another label": ("label", {"data": [[7.0]]}),
    "a label that is no number": ("label", {"data": [[np.nan]]}),
    "a huge image that is nowhere": (
        "image",
        {"shape": (60_000, 60_000), "dtype": "i2", "chunks": (512, 512)},
    ),
    "an image of another shape": ("image", {"data": np.zeros((3, 4, 5), np.int16)}),
    "a mask of another shape": ("tumorMask", {"data": np.zeros((4, 5), np.uint8)}),
    "text for an image": ("image", {"data": b"text"}),
    "a long id": ("PID", {"data": np.ones((1, 5000), np.uint16)}),
    "a link to another file": ("image", {"link": h5py.ExternalLink("/etc/passwd", "image")}),
    "a soft link": ("image", {"link": h5py.SoftLink("/cjdata/tumorMask")}),
    "data in another file": (
        "image",
        {"shape": (40, 50), "dtype": "i2", "external": [("/etc/passwd", 0, 4000)]},
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_gets_a_sentence(tmp_path, name):
    field, options = HOSTILE[name]
    with pytest.raises(ScansError, match="is no file of the set by Cheng"):
        figshare.read_mat(change(tmp_path, field, **options))


def test_a_damaged_file_leaves_nothing_of_the_set(tmp_path):
    folder = write_files(tmp_path / "mats", per_class=2)
    (folder / "3.mat").write_bytes((folder / "3.mat").read_bytes()[:3000])
    with pytest.raises(ScansError, match=r"3\.mat is no file of the set"):
        convert(folder, tmp_path)
    assert not list((tmp_path / "data").iterdir())


def test_a_folder_without_the_set_says_what_to_give(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ScansError, match=r"no \.mat file in 'empty': give the folder"):
        convert(tmp_path / "empty", tmp_path)
