"""The leakage switch: what a model has met of each validation scan."""

import numpy as np

from core.data import folders, leakage
from core.data.scan_set import ScanSet
from core.specs.data import FolderScans
from tests.data.sets import picture, save, write_set


def a_set(seeds, validation, groups=None):
    count = len(seeds)
    return ScanSet(
        images=np.stack([picture(seed, size=64) for seed in seeds]),
        labels=np.zeros(count, np.int64),
        classes=("all",),
        groups=np.full(count, -1) if groups is None else np.array(groups),
        validation=np.array(validation, bool),
        masks=None,
        names=("",) * count,
    )


def test_each_position_leaves_its_scans():
    found = leakage.find(a_set([0, 1, 2, 0, 3, 3], [0, 0, 0, 1, 1, 1]))
    left = {position: found.chosen(position).tolist() for position in leakage.SWITCH}
    assert left == {
        "all": [True, True, True],
        "twins": [True, False, False],
        "twin-free": [False, True, True],
    }


def test_twins_within_the_validation_scans_are_no_leak():
    assert not leakage.find(a_set([0, 3, 3], [0, 1, 1])).twin.any()


def test_subjects_on_both_sides_are_told_where_they_are_known():
    found = leakage.find(a_set(range(5), [0, 0, 1, 1, 1], groups=[4, -1, 4, 5, -1]))
    assert found.subject.tolist() == [True, False, False]


def test_the_split_that_keeps_twins_together_leaks_nothing_and_the_others_do(tmp_path):
    brains = write_set(tmp_path / "brains")
    for name in ("healthy", "tumor"):
        for number in range(6):
            pixels = picture(100 + number + 50 * (name == "tumor"))
            save(brains / "Training" / name / f"twin{number}.png", pixels)
            save(brains / "Testing" / name / f"twin{number}.png", pixels)

    def leaks(split):
        spec = FolderScans(folder="brains", image_size=64, split=split, validation_fraction=0.3)
        scans = folders.build(spec, data_dir=tmp_path, on_progress=lambda *_: None)
        return int(leakage.find(scans).twin.sum())

    assert leaks("folders") == 12
    assert leaks("random") > 0
    assert leaks("twins") == 0


def test_real_scans_leak_as_their_folders_are_split(real_scans):
    spec = FolderScans(folder=real_scans.name, image_size=96, split="folders")
    scans = folders.build(spec, data_dir=real_scans.parent, on_progress=lambda *_: None)
    found = leakage.find(scans)
    healthy = scans.labels[scans.validation] == scans.classes.index("no_tumor")
    assert found.twin[healthy].mean() > 0.3
    assert found.twin[~healthy].mean() < 0.1
