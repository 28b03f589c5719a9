"""The head is built from the template once, kept, and built again when damaged."""

import gzip
import logging
import shutil
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import pytest
from scipy import ndimage

from core.data.scan_set import ScansError
from core.data.simulated import head_cache
from core.data.simulated.anatomy import template
from core.data.simulated.anatomy.grid import interpolated
from core.data.simulated.noise import noise_at, periodic_noise
from core.data.simulated.parameters import HeadParameters
from core.data.simulated.tissues import Tissue

COARSE = HeadParameters(voxel_mm=2.5)


class Shares(list):
    """The shares that were reported."""

    def __call__(self, share: float) -> None:
        self.append(share)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Gives the directory of a coarse head, the head, and the shares reported."""
    directory, shares = tmp_path_factory.mktemp("heads"), Shares()
    return directory, head_cache.load_head(directory, parameters=COARSE, on_share=shares), shares


@pytest.fixture
def damaged(kept, tmp_path) -> Path:
    """Gives a copy of the head's file, to be damaged."""
    return Path(shutil.copy(head_cache.head_file(kept[0], COARSE), tmp_path))


def tissues_at(head, *place: float) -> np.ndarray:
    points = np.array(place, np.float32)[:, np.newaxis, np.newaxis]
    return head.tissues_at(points)[0, 0]


# Anatomy


@pytest.mark.parametrize(
    ("place", "tissue"),
    [
        ((25, -20, 28), Tissue.WHITE_MATTER),
        ((8, 0, 18), Tissue.FLUID),  # a ventricle
        ((32, 58, -37), Tissue.FLUID),  # an eye
        ((0, 2, -33), Tissue.ENHANCING),  # the pituitary gland
        ((0, -12, -58), Tissue.MARROW),  # the clivus
        ((44, 12, -95), Tissue.MARROW),  # the jaw
    ],
)
def test_tissue_is_where_anatomy_has_it(kept, place, tissue):
    for side in (-1, 1):
        shares = tissues_at(kept[1], side * place[0], *place[1:])
        assert shares.argmax() == tissue


def test_skull_and_skin_surround_the_brain(kept):
    head = kept[1]
    upwards = [tissues_at(head, 20, -20, z) for z in np.arange(30, 110, 1.25)]
    order = [int(shares.argmax()) for shares in upwards if shares.any()]
    first = {tissue: order.index(tissue) for tissue in set(order)}
    assert first[Tissue.WHITE_MATTER] < first[Tissue.BONE] < first[Tissue.FAT]
    assert not upwards[-1].any()


@pytest.mark.parametrize("place", [(0, 0, 104), (150, 0, 0), (0, -400, 0), (0, 0, -5000)])
def test_outside_the_head_is_air(kept, place):
    assert not tissues_at(kept[1], *place).any()


def test_depth_counts_millimetres_from_the_dura(kept):
    points = np.array([[20, 20], [-20, -20], [40, 45]], np.float32)[..., np.newaxis]
    deep, less_deep = kept[1].depths_at(points)[:, 0]
    assert deep - less_deep == pytest.approx(5, abs=1)
    assert less_deep > 0


# The cache


def test_building_reports_its_share(kept):
    shares = kept[2]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_head_is_built_once(kept):
    directory, head, _shares = kept
    shares = Shares()
    again = head_cache.load_head(directory, parameters=COARSE, on_share=shares)
    assert shares == []
    np.testing.assert_array_equal(again.tissues, head.tissues)
    np.testing.assert_array_equal(again.depths, head.depths)
    np.testing.assert_array_equal(again.noise, head.noise)
    np.testing.assert_array_equal(again.origin, head.origin)
    assert again.voxel_mm == head.voxel_mm
    assert [file.suffix for file in directory.iterdir()] == [".npz"]


def test_other_parameters_have_another_file(tmp_path):
    files = {
        head_cache.head_file(tmp_path, parameters)
        for parameters in (HeadParameters(), COARSE, HeadParameters(seed=1))
    }
    assert len(files) == 3


def test_damaged_head_is_built_again(kept, damaged, caplog):
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 0xFF
    damaged.write_bytes(content)
    shares = Shares()
    with caplog.at_level(logging.WARNING):
        again = head_cache.load_head(damaged.parent, parameters=COARSE, on_share=shares)
    assert "is damaged" in caplog.text
    assert shares[-1] == 1.0
    np.testing.assert_array_equal(again.tissues, kept[1].tissues)
    assert damaged.read_bytes() == head_cache.head_file(kept[0], COARSE).read_bytes()


def pickled(_content: bytes) -> bytes:
    return np.array([print], dtype=object).dumps()


@pytest.mark.parametrize(
    "damage",
    [lambda _content: b"", lambda content: content[:-100], lambda _content: b"PK\3\4", pickled],
    ids=["empty", "truncated", "no archive", "pickle"],
)
def test_damage_of_any_kind_is_noticed(damaged, damage):
    damaged.write_bytes(damage(damaged.read_bytes()))
    with pytest.raises((ValueError, OSError, EOFError, BadZipFile)):
        head_cache._read(damaged)


def test_head_that_cannot_be_kept_is_used(tmp_path, caplog):
    blocked = tmp_path / "a file, not a directory"
    blocked.touch()
    coarser = HeadParameters(voxel_mm=5)
    with caplog.at_level(logging.WARNING):
        head = head_cache.load_head(blocked, parameters=coarser, on_share=Shares())
    assert head.tissues.any()
    assert "could not be kept" in caplog.text


# The template


def test_missing_template_is_refused_with_the_remedy(tmp_path):
    with pytest.raises(ScansError, match=r"_t1_.*cannot be read.*pip install"):
        template.read_template(tmp_path)


@pytest.mark.parametrize("content", [b"", b"no gzip", gzip.compress(b"no volume", mtime=0)])
def test_damaged_template_is_refused_with_the_remedy(tmp_path, content):
    (tmp_path / template.FILE.format("t1")).write_bytes(content)
    with pytest.raises(ScansError, match="pip install"):
        template.read_template(tmp_path)


def test_truncated_template_is_refused_with_the_remedy(tmp_path):
    for file in template.template_directory().glob("mni_icbm152_*"):
        (tmp_path / file.name).write_bytes(file.read_bytes()[:-5000])
    with pytest.raises(ScansError, match="pip install"):
        template.read_template(tmp_path)


def test_absent_nilearn_is_named_with_the_remedy(monkeypatch):
    monkeypatch.setattr(template, "find_spec", lambda _name: None)
    with pytest.raises(ScansError, match="pip install nilearn"):
        template.template_directory()


# Noise and interpolation


def test_noise_repeats_without_a_seam():
    noise = periodic_noise(np.random.default_rng(0), 16, [(2.0, 1.0), (4.0, 0.5)])
    assert noise.std() == pytest.approx(1, abs=1e-3)
    points = np.random.default_rng(1).uniform(-80, 80, (3, 20, 20)).astype(np.float32)
    here = noise_at(noise, points, cell_mm=2.0, offset=np.zeros(3))
    beyond = noise_at(noise, points + 64, cell_mm=2.0, offset=np.array([-16.0, 0.0, 16.0]))
    np.testing.assert_array_equal(here, beyond)
    steps = np.abs(np.diff(noise, axis=0)).mean()
    across_the_seam = np.abs(noise[0] - noise[-1]).mean()
    assert across_the_seam == pytest.approx(steps, rel=0.2)


@pytest.mark.parametrize(("beyond", "mode"), [("clip", "nearest"), ("wrap", "grid-wrap")])
def test_interpolation_agrees_with_scipy(beyond, mode):
    rng = np.random.default_rng(0)
    volume = rng.random((5, 6, 7)).astype(np.float32)
    positions = tuple(np.sort(rng.uniform(-4, 11, count)) for count in (8, 9, 10))
    places = np.meshgrid(*positions, indexing="ij")
    expected = ndimage.map_coordinates(volume, places, order=1, mode=mode)
    ours = interpolated(volume, positions, beyond=beyond)
    np.testing.assert_allclose(ours, expected, atol=1e-5)
