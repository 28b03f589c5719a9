"""Scans are made once, kept, and made again when what is kept does not fit."""

import logging
import multiprocessing
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core import data
from core.data import masks
from core.data.scan_set import ScansError
from core.specs.data import FolderScans, SimulatedScans

SPEC = FolderScans(folder="brains", image_size=32)


@pytest.fixture
def data_dir(tmp_path) -> Path:
    rng = np.random.default_rng(0)
    for name in ("healthy", "tumor"):
        folder = tmp_path / "data" / "brains" / name
        folder.mkdir(parents=True)
        for index in range(10):
            pixels = rng.integers(0, 256, (48, 48), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / f"image{index}.png")
    return tmp_path / "data"


class Reports(list):
    """The shares that were reported."""

    def __call__(self, _phase: str, share: float) -> None:
        self.append(share)


def load(spec, data_dir: Path, reports: Reports):
    cache_dir = data_dir.parent / "cache"
    return data.load(spec, data_dir=data_dir, cache_dir=cache_dir, on_progress=reports)


def is_cached(spec, data_dir: Path) -> bool:
    cache_dir = data_dir.parent / "cache"
    return data.read_cached(spec, data_dir=data_dir, cache_dir=cache_dir) is not None


def kept(data_dir: Path) -> list[Path]:
    return list((data_dir.parent / "cache" / "scan_sets").iterdir())


def test_second_load_comes_from_the_cache(data_dir):
    reports = Reports()
    built = load(SPEC, data_dir, reports)
    assert reports[-1] == 1.0
    reports.clear()
    cached = load(SPEC, data_dir, reports)
    assert reports == []
    np.testing.assert_array_equal(cached.images, built.images)
    np.testing.assert_array_equal(cached.validation, built.validation)
    assert cached.names == built.names


def test_scans_are_cached_once_they_were_loaded(data_dir):
    assert not is_cached(SPEC, data_dir)
    load(SPEC, data_dir, Reports())
    assert is_cached(SPEC, data_dir)
    assert not is_cached(SPEC.model_copy(update={"seed": 1}), data_dir)


def test_folder_that_is_not_there_is_not_cached(tmp_path):
    assert not is_cached(SPEC, tmp_path / "data")


def test_changed_folder_is_read_anew(data_dir):
    load(SPEC, data_dir, Reports())
    added = data_dir / "brains" / "tumor" / "image10.png"
    added.write_bytes((data_dir / "brains" / "tumor" / "image0.png").read_bytes())
    assert not is_cached(SPEC, data_dir)
    assert "tumor/image10.png" in load(SPEC, data_dir, Reports()).names


@pytest.mark.parametrize("name", ["images.npy", "about.json"])
def test_damaged_cache_is_built_again(data_dir, name):
    built = load(SPEC, data_dir, Reports())
    (directory,) = kept(data_dir)
    (directory / name).write_bytes((directory / name).read_bytes()[:-9])
    assert not is_cached(SPEC, data_dir)
    reports = Reports()
    np.testing.assert_array_equal(load(SPEC, data_dir, reports).images, built.images)
    assert reports[-1] == 1.0
    assert is_cached(SPEC, data_dir)


def test_disk_that_cannot_be_written_to_costs_the_cache_only(data_dir, caplog):
    (data_dir.parent / "cache").write_bytes(b"a file where the directory would be")
    with caplog.at_level(logging.WARNING, logger="core.data"):
        scans = load(SPEC, data_dir, Reports())
    assert len(scans.names) == 20
    assert "could not be kept" in caplog.text


def test_scans_that_cannot_be_used_are_not_kept(data_dir):
    with pytest.raises(ScansError, match="random split"):
        load(SPEC.model_copy(update={"split": "folders"}), data_dir, Reports())
    assert not (data_dir.parent / "cache").exists()


def test_masks_that_are_added_later_are_read(data_dir):
    scans = load(SPEC, data_dir, Reports())
    assert scans.masks is None
    for name in scans.names:
        masks.write(data_dir / "brains", name, np.eye(48, dtype=bool))
    again = load(SPEC, data_dir, Reports())
    assert again.masks.any(axis=(1, 2)).all()
    assert again.digest == scans.digest


def test_processes_that_build_at_once_agree(data_dir):
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(3, mp_context=spawn) as pool:
        loads = [pool.submit(load, SPEC, data_dir, Reports()) for _ in range(6)]
        results = [pending.result() for pending in loads]
    for scans in results[1:]:
        np.testing.assert_array_equal(scans.images, results[0].images)
        assert scans.names == results[0].names
    assert is_cached(SPEC, data_dir)
    assert len(kept(data_dir)) == 1


def test_simulated_scans_are_loaded_and_kept(tmp_path):
    spec = SimulatedScans(subjects=40, image_size=32)
    reports = Reports()
    built = load(spec, tmp_path / "data", reports)
    assert built.images.shape == (80, 32, 32)
    assert reports
    assert is_cached(spec, tmp_path / "data")
    np.testing.assert_array_equal(load(spec, tmp_path / "data", Reports()).images, built.images)


def test_importing_the_entry_leaves_heavy_libraries_alone():
    program = (
        "import sys, core.data; "
        "print({'scipy', 'sklearn', 'nibabel', 'nilearn', 'tensorflow', 'keras'} "
        "& set(sys.modules))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.strip() == "set()"
