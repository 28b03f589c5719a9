"""A set of scans comes back from the disk as it was, or not at all."""

import dataclasses
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data import cache
from core.data.scan_set import ScanSet
from core.specs.data import FolderScans, SimulatedScans


def scan_set(count: int = 6, *, masks: bool = False, seed: int = 0) -> ScanSet:
    rng = np.random.default_rng(seed)
    return ScanSet(
        images=rng.integers(0, 256, (count, 5, 4), dtype=np.uint8),
        labels=np.arange(count) % 2,
        classes=("healthy", "tumor"),
        groups=np.arange(count) // 2,
        validation=np.arange(count) % 3 == 0,
        masks=rng.random((count, 5, 4)) > 0.5 if masks else None,
        names=tuple(f"tumör {index}.png" for index in range(count)),
        left_out=("x.png: not a readable image (truncated).",),
    )


def assert_same(one: ScanSet, other: ScanSet) -> None:
    for field in dataclasses.fields(ScanSet):
        expected, found = getattr(one, field.name), getattr(other, field.name)
        if isinstance(expected, np.ndarray):
            assert found.dtype == expected.dtype
            np.testing.assert_array_equal(found, expected)
        else:
            assert found == expected


@pytest.mark.parametrize("masks", [False, True])
def test_set_comes_back_as_it_was(tmp_path, masks):
    scans = scan_set(masks=masks)
    cache.write(scans, tmp_path / "deep" / "set")
    assert_same(scans, cache.read(tmp_path / "deep" / "set"))


def test_images_stay_on_the_disk_until_used(tmp_path):
    cache.write(scan_set(masks=True), tmp_path / "set")
    scans = cache.read(tmp_path / "set")
    assert isinstance(scans.images, np.memmap)
    assert isinstance(scans.masks, np.memmap)
    assert not scans.images.flags.writeable


def test_second_set_replaces_the_first(tmp_path):
    cache.write(scan_set(masks=True, seed=1), tmp_path / "set")
    cache.write(scan_set(4, seed=2), tmp_path / "set")
    assert_same(scan_set(4, seed=2), cache.read(tmp_path / "set"))


def test_set_that_is_being_read_survives_its_replacement(tmp_path):
    cache.write(scan_set(seed=1), tmp_path / "set")
    old = cache.read(tmp_path / "set")
    cache.write(scan_set(seed=2), tmp_path / "set")
    assert_same(scan_set(seed=1), old)


def test_nothing_else_is_left_behind(tmp_path):
    cache.write(scan_set(), tmp_path / "set")
    cache.write(scan_set(), tmp_path / "set")
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


def test_failed_write_leaves_what_was_there(tmp_path):
    cache.write(scan_set(), tmp_path / "set")
    objects = dataclasses.replace(scan_set(), labels=np.array([object()]))
    with pytest.raises(ValueError, match="pickle"):
        cache.write(objects, tmp_path / "set")
    assert_same(scan_set(), cache.read(tmp_path / "set"))
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


def test_many_writers_at_once_leave_one_whole_set(tmp_path):
    scans = scan_set(50, masks=True)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: cache.write(scans, tmp_path / "set"), range(80)))
    assert_same(scans, cache.read(tmp_path / "set"))
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


def test_file_in_place_of_the_directory_above_is_an_error(tmp_path):
    (tmp_path / "taken").write_bytes(b"x")
    with pytest.raises(OSError, match="taken"):
        cache.write(scan_set(), tmp_path / "taken" / "set")


def test_absent_directory_is_unreadable(tmp_path):
    with pytest.raises(cache.UnreadableCache, match="No whole set of scans"):
        cache.read(tmp_path / "set")


FILES = ["about.json", "images.npy", "labels.npy", "groups.npy", "validation.npy", "masks.npy"]


@pytest.mark.parametrize("name", FILES)
def test_missing_file_makes_the_set_unreadable(tmp_path, name):
    cache.write(scan_set(masks=True), tmp_path / "set")
    (tmp_path / "set" / name).unlink()
    with pytest.raises(cache.UnreadableCache):
        cache.read(tmp_path / "set")


@pytest.fixture(scope="module")
def whole_set(tmp_path_factory) -> Path:
    directory = tmp_path_factory.mktemp("cache") / "set"
    cache.write(scan_set(masks=True), directory)
    return directory


@settings(deadline=None)
@given(name=st.sampled_from(FILES), share=st.floats(0, 1, exclude_max=True))
def test_half_written_file_makes_the_set_unreadable(tmp_path_factory, whole_set, name, share):
    directory = tmp_path_factory.mktemp("half") / "set"
    shutil.copytree(whole_set, directory)
    content = (directory / name).read_bytes()
    (directory / name).write_bytes(content[: int(share * len(content))])
    with pytest.raises(cache.UnreadableCache):
        cache.read(directory)


def test_array_of_another_set_makes_the_set_unreadable(tmp_path):
    cache.write(scan_set(6), tmp_path / "set")
    cache.write(scan_set(7), tmp_path / "other")
    shutil.copy(tmp_path / "other" / "labels.npy", tmp_path / "set" / "labels.npy")
    with pytest.raises(cache.UnreadableCache, match=r"labels\.npy"):
        cache.read(tmp_path / "set")


def test_array_that_would_run_code_is_not_loaded(tmp_path):
    cache.write(scan_set(), tmp_path / "set")
    objects = np.array([object()] * 6)
    np.save(tmp_path / "set" / "labels.npy", objects, allow_pickle=True)
    with pytest.raises(cache.UnreadableCache):
        cache.read(tmp_path / "set")


def test_key_is_the_same_for_the_same_settings_and_files():
    files = [("a/1.png", 10, 5)]
    assert cache.key(FolderScans(folder="x"), files) == cache.key(FolderScans(folder="x"), files)
    assert len(cache.key(SimulatedScans())) == 64


def test_key_differs_with_every_setting_and_file():
    spec = FolderScans(folder="x")
    files = [("a/1.png", 10, 5)]
    keys = {
        cache.key(spec, files),
        cache.key(spec),
        cache.key(spec.model_copy(update={"seed": 5}), files),
        cache.key(spec.model_copy(update={"image_size": 64}), files),
        cache.key(spec, [("a/2.png", 10, 5)]),
        cache.key(spec, [("a/1.png", 11, 5)]),
        cache.key(spec, [("a/1.png", 10, 6)]),
        cache.key(SimulatedScans()),
        cache.key(SimulatedScans(seed=5)),
    }
    assert len(keys) == 9


def test_key_differs_with_the_format(monkeypatch):
    before = cache.key(SimulatedScans())
    monkeypatch.setattr(cache, "FORMAT", cache.FORMAT + 1)
    assert cache.key(SimulatedScans()) != before
