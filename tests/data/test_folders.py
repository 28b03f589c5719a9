"""Folders of scans are listed, read, split, or refused with the remedy."""

import os
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data import folders
from core.data.scan_set import ScansError
from core.scans.images import read_gray
from core.specs.data import FolderScans

SPLIT = {
    "Training/glioma": 4,
    "Training/healthy": 3,
    "Testing/glioma": 2,
    "Testing/healthy": 1,
}


def lay_out(folder: Path, counts: dict[str, int], suffix: str = ".png") -> Path:
    """Write so many pictures, each of another gray, into folders inside a folder."""
    for inside, count in counts.items():
        (folder / inside).mkdir(parents=True)
        for index in range(count):
            gray = 10 * len(inside) + index
            Image.new("L", (40, 30), gray).save(folder / inside / f"image{index}{suffix}")
    return folder


def build(data_dir: Path, on_progress=lambda _phase, _share: None, **settings):
    spec = FolderScans(**{"folder": "brains", "image_size": 32} | settings)
    return folders.build(spec, data_dir=data_dir, on_progress=on_progress)


# Listing


def test_layout_with_training_and_testing_is_counted(tmp_path):
    lay_out(tmp_path / "brains", SPLIT)
    assert folders.list_folders(tmp_path) == [
        folders.FolderSummary(
            name="brains",
            layout="split",
            classes=("glioma", "healthy"),
            training=(4, 3),
            testing=(2, 1),
        ),
    ]


def test_layout_with_classes_alone_is_counted(tmp_path):
    lay_out(tmp_path / "brains", {"yes": 2, "no": 3}, suffix=".JPG")
    assert folders.list_folders(tmp_path) == [
        folders.FolderSummary(
            name="brains",
            layout="classes",
            classes=("no", "yes"),
            training=(3, 2),
            testing=(0, 0),
        ),
    ]


@pytest.mark.parametrize(
    ("training", "testing"),
    [("training", "testing"), ("TRAIN", "Test"), ("Train", "TESTING")],
)
def test_training_and_testing_are_found_in_any_case_and_short(tmp_path, training, testing):
    lay_out(tmp_path / "brains", {f"{training}/a": 2, f"{training}/b": 2, f"{testing}/a": 1})
    (summary,) = folders.list_folders(tmp_path)
    assert (summary.layout, summary.training, summary.testing) == ("split", (2, 2), (1, 0))


def test_folder_called_test_may_hold_classes(tmp_path):
    lay_out(tmp_path / "test", {"a": 2, "b": 2})
    (summary,) = folders.list_folders(tmp_path)
    assert (summary.layout, summary.training, summary.testing) == ("classes", (2, 2), (0, 0))


def test_pictures_lying_directly_in_testing_are_no_split(tmp_path):
    lay_out(tmp_path / "brains", {"Training/a": 2, "Training/b": 2, "Testing": 5})
    (summary,) = folders.list_folders(tmp_path)
    assert (summary.classes, summary.training, summary.testing) == (("a", "b"), (2, 2), (0, 0))


def test_hidden_files_and_other_suffixes_are_not_counted(tmp_path):
    brains = lay_out(tmp_path / "brains", {"a": 1, "b": 1, ".cache": 1, "__MACOSX": 1})
    for name in (".image9.png", "._image0.png", "Thumbs.db", "notes.txt", "image9.png.part"):
        (brains / "a" / name).write_bytes(b"x")
    (brains / "a" / "folder.png").mkdir()
    (brains / "README.md").write_text("about")
    (summary,) = folders.list_folders(tmp_path)
    assert (summary.classes, summary.training) == (("a", "b"), (1, 1))


def test_what_is_no_set_of_scans_is_not_listed(tmp_path):
    lay_out(tmp_path / "brains", {"a": 1, "b": 1})
    lay_out(tmp_path / "flat", {".": 3})
    lay_out(tmp_path / ".hidden", {"a": 1, "b": 1})
    (tmp_path / "empty").mkdir()
    (tmp_path / "documents" / "letters").mkdir(parents=True)
    (tmp_path / "documents" / "letters" / "letter.txt").write_text("x")
    (tmp_path / "file.png").write_bytes(b"x")
    assert [summary.name for summary in folders.list_folders(tmp_path)] == ["brains"]


def test_folders_are_listed_by_natural_name(tmp_path):
    for name in ("set10", "Set2", "set1"):
        lay_out(tmp_path / name, {"a": 1, "b": 1})
    assert [summary.name for summary in folders.list_folders(tmp_path)] == ["set1", "Set2", "set10"]


def test_data_directory_that_is_not_there_yet_has_no_folders(tmp_path):
    assert folders.list_folders(tmp_path / "later") == []


def test_link_that_leads_outside_is_followed(tmp_path):
    lay_out(tmp_path / "elsewhere" / "brains", {"a": 2, "b": 2})
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    (data_dir / "brains").symlink_to(tmp_path / "elsewhere" / "brains")
    (data_dir / "broken").symlink_to(tmp_path / "nowhere")
    assert [summary.name for summary in folders.list_folders(data_dir)] == ["brains"]
    assert len(build(data_dir).names) == 4


def test_real_scans_are_listed(real_scans):
    summaries = {summary.name: summary for summary in folders.list_folders(real_scans.parent)}
    scans = summaries[real_scans.name]
    assert scans.layout == "split"
    assert scans.classes == ("glioma_tumor", "meningioma_tumor", "no_tumor", "pituitary_tumor")
    assert min(scans.training) >= 50
    assert min(scans.testing) >= 20


# Reading


def test_scans_are_read_with_labels_names_and_split(tmp_path):
    brains = lay_out(tmp_path / "brains", SPLIT)
    scans = build(tmp_path, split="folders")
    assert scans.classes == ("glioma", "healthy")
    assert scans.names == (
        "Testing/glioma/image0.png",
        "Testing/glioma/image1.png",
        "Testing/healthy/image0.png",
        "Training/glioma/image0.png",
        "Training/glioma/image1.png",
        "Training/glioma/image2.png",
        "Training/glioma/image3.png",
        "Training/healthy/image0.png",
        "Training/healthy/image1.png",
        "Training/healthy/image2.png",
    )
    np.testing.assert_array_equal(scans.labels, [0, 0, 1, 0, 0, 0, 0, 1, 1, 1])
    np.testing.assert_array_equal(scans.validation, [True] * 3 + [False] * 7)
    np.testing.assert_array_equal(scans.groups, [-1] * 10)
    expected = [read_gray(brains / name, size_px=32) for name in scans.names]
    np.testing.assert_array_equal(scans.images, expected)
    assert (scans.masks, scans.left_out) == (None, ())


def test_arrays_have_the_types_that_the_set_promises(tmp_path):
    lay_out(tmp_path / "brains", SPLIT)
    for split in ("folders", "random"):
        scans = build(tmp_path, split=split)
        assert scans.images.dtype == np.uint8
        assert scans.labels.dtype == scans.groups.dtype == np.int64
        assert scans.validation.dtype == np.bool_


def test_image2_comes_before_image10(tmp_path):
    brains = lay_out(tmp_path / "brains", {"a": 12, "b": 2})
    (brains / "b" / "image0.png").rename(brains / "b" / "image7.png")
    (brains / "b" / "image1.png").rename(brains / "b" / "Image07.PNG")
    assert build(tmp_path).names == (
        *(f"a/image{index}.png" for index in range(12)),
        "b/Image07.PNG",
        "b/image7.png",
    )


def test_unreadable_files_are_left_out_and_named(tmp_path):
    brains = lay_out(tmp_path / "brains", SPLIT, suffix=".jpg")
    truncated = brains / "Testing" / "glioma" / "image1.jpg"
    truncated.write_bytes(truncated.read_bytes()[:-40])
    (brains / "Training" / "healthy" / "notes.jpg").write_text("no picture")
    scans = build(tmp_path, split="folders")
    assert scans.left_out == (
        "Testing/glioma/image1.jpg: not a readable image (truncated).",
        "Training/healthy/notes.jpg: not a readable image (neither PNG, JPEG, BMP, GIF nor TIFF).",
    )
    assert len(scans.images) == len(scans.labels) == len(scans.names) == 9
    assert len(scans.groups) == len(scans.validation) == 9
    expected = [read_gray(brains / name, size_px=32) for name in scans.names]
    np.testing.assert_array_equal(scans.images, expected)


def test_progress_rises_to_the_end(tmp_path, monkeypatch):
    monkeypatch.setattr(folders, "BATCH", 3)
    lay_out(tmp_path / "brains", SPLIT)
    reports = []
    build(tmp_path, lambda phase, share: reports.append((phase, share)))
    assert [share for _phase, share in reports] == [0.3, 0.6, 0.9, 1.0]
    assert {phase for phase, _share in reports} == {"Reading the scans of brains"}


def test_progress_that_raises_ends_the_reading(tmp_path, monkeypatch):
    monkeypatch.setattr(folders, "BATCH", 3)
    lay_out(tmp_path / "brains", SPLIT)
    shares = []

    def stop(_phase, share):
        shares.append(share)
        raise InterruptedError

    with pytest.raises(InterruptedError):
        build(tmp_path, stop)
    assert shares == [0.3]


@pytest.mark.skipif(sys.platform != "linux", reason="names of other bytes exist on Linux only")
def test_name_that_is_no_utf8_can_be_shown(tmp_path):
    brains = lay_out(tmp_path / "brains", {"a": 2, "b": 2})
    source = brains / "a" / "image0.png"
    source.rename(Path(os.fsdecode(os.fsencode(source.parent) + b"/caf\xe9.png")))
    scans = build(tmp_path)
    assert "a/caf\\udce9.png" in scans.names
    assert len(scans.images) == 4


# Splitting


def test_random_split_draws_from_training_and_testing_together(tmp_path):
    lay_out(
        tmp_path / "brains", {f"{part}/{name}": 40 for part in ("train", "test") for name in "ab"}
    )
    scans = build(tmp_path, validation_fraction=0.25)
    assert len(scans.names) == 160
    drawn = [
        name.split("/")[0]
        for name, is_drawn in zip(scans.names, scans.validation, strict=True)
        if is_drawn
    ]
    assert len(drawn) == 40
    assert set(drawn) == {"train", "test"}


def test_random_split_draws_the_same_share_of_each_class(tmp_path):
    lay_out(tmp_path / "brains", {"common": 60, "rare": 20, "scarce": 2})
    scans = build(tmp_path, validation_fraction=0.1)
    drawn = Counter(scans.classes[label] for label in scans.labels[scans.validation])
    assert drawn == {"common": 6, "rare": 2, "scarce": 1}


def test_random_split_follows_its_seed(tmp_path):
    lay_out(tmp_path / "brains", {"a": 40, "b": 40})
    first, again, other = (build(tmp_path, seed=seed).validation for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_real_scans_are_read_and_split(real_scans):
    scans = build(real_scans.parent, folder=real_scans.name, split="folders")
    assert scans.images.shape == (len(scans.names), 32, 32)
    assert scans.left_out == ()
    testing = [name.startswith("Testing/") for name in scans.names]
    np.testing.assert_array_equal(scans.validation, testing)
    assert all(
        name.split("/")[1] == scans.classes[label]
        for name, label in zip(scans.names, scans.labels, strict=True)
    )


# Refusals


@pytest.mark.parametrize("name", ["..", ".", "../brains", "brains/a", "/etc", "a\\b", "brains/"])
def test_name_that_leads_elsewhere_is_refused(tmp_path, name):
    lay_out(tmp_path / "brains", {"a": 2, "b": 2})
    with pytest.raises(ScansError, match="`folder` must be the name of a folder"):
        build(tmp_path, folder=name)


def test_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ScansError, match=r"folder 'brains' .* cannot be listed .* choose one"):
        build(tmp_path)


def test_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "brains").write_bytes(b"x")
    with pytest.raises(ScansError, match="cannot be listed"):
        build(tmp_path)


@pytest.mark.parametrize("counts", [{}, {".": 3}, {"a": 3}, {"Training/a": 3, "Testing/a": 2}])
def test_fewer_than_two_classes_are_refused(tmp_path, counts):
    lay_out(tmp_path / "brains", counts)
    (tmp_path / "brains").mkdir(exist_ok=True)
    with pytest.raises(ScansError, match="takes at least two classes: put the scans of each"):
        build(tmp_path)


def test_empty_class_is_refused(tmp_path):
    lay_out(tmp_path / "brains", {"a": 3, "b": 0})
    with pytest.raises(ScansError, match=r"class 'b' .* no readable picture: add PNG or JPEG"):
        build(tmp_path)


def test_class_of_unreadable_files_is_refused(tmp_path):
    brains = lay_out(tmp_path / "brains", {"a": 3, "b": 2})
    for path in (brains / "b").iterdir():
        path.write_bytes(b"x")
    with pytest.raises(ScansError, match=r"class 'b' .* no readable picture: add PNG or JPEG"):
        build(tmp_path)


def test_class_with_one_scan_cannot_be_drawn_from(tmp_path):
    lay_out(tmp_path / "brains", {"a": 3, "b": 1})
    with pytest.raises(ScansError, match=r"class 'b' .* one readable picture"):
        build(tmp_path)


def test_split_by_folders_takes_a_testing_folder(tmp_path):
    lay_out(tmp_path / "brains", {"a": 3, "b": 3})
    with pytest.raises(ScansError, match=r"no readable picture in Testing/.* random split"):
        build(tmp_path, split="folders")


def test_split_by_folders_takes_a_training_folder(tmp_path):
    lay_out(tmp_path / "brains", {"Testing/a": 3, "Testing/b": 3})
    with pytest.raises(ScansError, match=r"no readable picture in Training/.* random split"):
        build(tmp_path, split="folders")


@pytest.mark.parametrize(
    ("counts", "missing"),
    [
        ({"Training/a": 3, "Training/b": 3, "Testing/a": 2}, "Testing"),
        ({"Training/a": 3, "Testing/b": 3, "Testing/a": 2}, "Training"),
    ],
)
def test_class_on_one_side_only_is_refused_by_folders_and_drawn_at_random(
    tmp_path, counts, missing
):
    lay_out(tmp_path / "brains", counts)
    with pytest.raises(ScansError, match=f"class 'b' .* no readable picture in {missing}/"):
        build(tmp_path, split="folders")
    assert len(build(tmp_path, split="random").names) == sum(counts.values())


# Fingerprint


def test_fingerprint_tells_a_changed_added_or_removed_file(tmp_path):
    brains = lay_out(tmp_path / "brains", SPLIT)
    spec = FolderScans(folder="brains")
    prints = [folders.fingerprint(spec, data_dir=tmp_path)]

    changed = brains / "Training" / "glioma" / "image0.png"
    before = changed.stat()
    os.utime(changed, ns=(before.st_atime_ns, before.st_mtime_ns + 1_000))
    prints.append(folders.fingerprint(spec, data_dir=tmp_path))

    (brains / "Training" / "glioma" / "image99.png").write_bytes(changed.read_bytes())
    prints.append(folders.fingerprint(spec, data_dir=tmp_path))

    changed.unlink()
    prints.append(folders.fingerprint(spec, data_dir=tmp_path))

    (brains / "Training" / "notes.txt").write_text("of no matter")
    assert folders.fingerprint(spec, data_dir=tmp_path) == prints[-1]
    assert [len(files) for files in prints] == [10, 10, 11, 10]
    assert prints[0] != prints[1]
    assert set(prints[1]) - set(prints[0]) == {
        ("Training/glioma/image0.png", before.st_size, before.st_mtime_ns + 1_000),
    }
