"""A slice of a NIfTI volume stands upright, whatever way the volume was stored."""

import gzip
import struct
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nibabel.orientations import axcodes2ornt, ornt_transform

from core.scans import nifti as reader
from core.scans.reading import read_scan
from core.scans.readings import Choice, UnreadableScan
from tests.scans.made import nifti, outcome_of

SHIPPED = Path(nib.__file__).parent / "tests" / "data"
# Right, anterior and superior are where the values rise.
X, Y, Z = np.meshgrid(np.arange(6), np.arange(7), np.arange(8), indexing="ij")
HEAD = (X + 10 * Y + 100 * Z).astype(np.int16)


def stored_as(codes):
    """The same head with its axes stored in another order and direction."""
    plain = nib.Nifti1Image(HEAD, np.eye(4))
    turn = ornt_transform(axcodes2ornt("RAS"), axcodes2ornt(codes))
    return plain.as_reoriented(turn).to_bytes()


def test_the_patients_right_is_left_and_the_front_above():
    axial = read_scan(nifti(HEAD), Choice(plane="axial")).pixels.astype(int)
    assert axial.shape == (7, 6)
    assert (np.diff(axial, axis=1) <= 0).all()
    assert (np.diff(axial, axis=0) <= 0).all()
    assert axial[0, 0] == axial.max()


def test_the_top_of_the_head_is_above_in_the_other_planes():
    for plane, shape in (("coronal", (8, 6)), ("sagittal", (8, 7))):
        pixels = read_scan(nifti(HEAD), Choice(plane=plane)).pixels.astype(int)
        assert pixels.shape == shape
        assert pixels[0].min() > pixels[-1].max()


@pytest.mark.parametrize("codes", ["LPS", "PIR", "ASL", "RSA"])
@pytest.mark.parametrize("plane", ["axial", "coronal", "sagittal"])
def test_the_way_of_storing_changes_nothing(codes, plane):
    expected = read_scan(nifti(HEAD), Choice(plane=plane, slice=2))
    found = read_scan(stored_as(codes), Choice(plane=plane, slice=2))
    np.testing.assert_array_equal(found.pixels, expected.pixels)
    assert found.upload.slices == {"axial": 8, "coronal": 7, "sagittal": 6}


def test_a_gzipped_file_is_the_same_file():
    plain, zipped = (read_scan(nifti(HEAD, zipped=zipped), Choice()) for zipped in (False, True))
    np.testing.assert_array_equal(zipped.pixels, plain.pixels)


def test_volumes_of_a_series_are_picked():
    series = np.stack([HEAD, HEAD[::-1]], axis=3)
    first, second = (read_scan(nifti(series), Choice(volume=v)) for v in (0, 1))
    np.testing.assert_array_equal(second.pixels, first.pixels[:, ::-1])
    assert first.upload.volumes == 2
    with pytest.raises(UnreadableScan, match="no volume 3: the file has 2"):
        read_scan(nifti(series), Choice(volume=2))


def test_nan_is_black():
    values = HEAD.astype(np.float32)
    values[:, :, 4] = np.nan
    pixels = read_scan(nifti(values), Choice(plane="axial", slice=4)).pixels
    assert not pixels.any()
    assert read_scan(nifti(values), Choice(plane="axial", slice=6)).pixels.any()


def test_long_voxels_become_square_pixels():
    pixels = read_scan(nifti(HEAD, np.diag([1, 1, 3, 1])), Choice(plane="coronal")).pixels
    assert pixels.shape == (24, 6)


def test_an_oblique_volume_is_said_to_be_one():
    c, s = np.cos(0.5), np.sin(0.5)
    affine = np.array([[c, -s, 0, 0], [s, c, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    scan = read_scan(nifti(HEAD, affine), Choice())
    assert any("oblique" in note for note in scan.notes)


@pytest.mark.parametrize("name", ["anatomical.nii", "example4d.nii.gz", "example_nifti2.nii.gz"])
def test_files_that_nibabel_ships_are_read(name):
    scan = read_scan((SHIPPED / name).read_bytes(), Choice())
    assert scan.pixels.std() > 10


def test_a_bomb_is_refused_before_it_has_gone_off(monkeypatch):
    monkeypatch.setattr(reader, "MAX_BYTES", 1 << 22)
    bomb = gzip.compress(bytes(1 << 24))
    with pytest.raises(UnreadableScan, match="once decompressed"):
        read_scan(bomb, Choice())


def test_a_claim_of_too_many_voxels_is_refused_before_they_are_read():
    header = bytearray(nifti(HEAD))
    struct.pack_into("<8h", header, 40, 7, *[32_767] * 7)
    with pytest.raises(UnreadableScan, match="this one claims"):
        read_scan(bytes(header), Choice())


def test_a_slice_that_is_not_there_is_refused():
    with pytest.raises(UnreadableScan, match="no slice 99: the file has 8"):
        read_scan(nifti(HEAD), Choice(slice=98))
    with pytest.raises(UnreadableScan, match="A plane must be one of axial"):
        read_scan(nifti(HEAD), Choice(plane="tilted"))


def test_colours_and_flat_pictures_are_refused():
    colours = np.zeros((4, 4, 4), dtype=[("R", "u1"), ("G", "u1"), ("B", "u1")])
    with pytest.raises(UnreadableScan, match="holds colours"):
        read_scan(nifti(colours), Choice())
    with pytest.raises(UnreadableScan, match="three dimensions, got 2"):
        read_scan(nifti(HEAD[..., 0]), Choice())


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_file_is_a_picture_or_a_plain_sentence(data):
    whole = bytearray(nifti(HEAD, zipped=data.draw(st.booleans())))
    for place in data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=4)):
        whole[place] ^= 1 << data.draw(st.integers(0, 7))
    outcome = outcome_of(bytes(whole[: data.draw(st.integers(0, len(whole)))]))
    assert outcome == "uint8" or outcome.endswith(".")
