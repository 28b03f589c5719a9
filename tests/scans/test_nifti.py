"""NIfTI volumes become slices as radiologists look at them, in the process that decodes them."""

import gzip
from pathlib import Path

import nibabel
import numpy as np
import pytest

from benchmarks import hostile, scan_files
from core.scans import formats
from core.scans.images import windowed
from core.scans.nifti_volume import MAX_STREAM_BYTES, MAX_VOLUME_BYTES
from core.scans.upload import Choice, UnreadableScan

EXAMPLES = Path(nibabel.__file__).parent / "tests" / "data"
# Axes towards right, anterior and superior; each value occurs once.
VALUES = np.random.default_rng(0).permutation(5 * 6 * 7).reshape(5, 6, 7).astype(np.int16)
GRAYS = windowed(VALUES)
AXIAL, CORONAL, SAGITTAL = GRAYS[:, :, 3], GRAYS[:, 2, :], GRAYS[1]


def decode(data, **choice):
    return formats.decode(data, Choice(**choice))


def seen(cut):
    """Lay a cut as it is looked at: its second axis up, its first towards the left."""
    return cut.T[::-1, ::-1]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("kind", [nibabel.Nifti1Image, nibabel.Nifti2Image])
def test_slices_of_every_plane_lie_as_radiologists_look(kind, packed):
    data = scan_files.nifti(VALUES, kind=kind, packed=packed)
    upload = formats.inspect(data)
    assert (upload.kind, upload.volumes) == ("nifti", 1)
    assert upload.planes == ("axial", "coronal", "sagittal")
    assert dict(upload.slices) == {"axial": 7, "coronal": 6, "sagittal": 5}
    np.testing.assert_array_equal(decode(data).pixels, seen(AXIAL))
    np.testing.assert_array_equal(decode(data, plane="coronal", slice=2).pixels, seen(CORONAL))
    np.testing.assert_array_equal(decode(data, plane="sagittal", slice=1).pixels, seen(SAGITTAL))


@pytest.mark.parametrize("towards", ["RAS", "LAS", "LPS", "RPI", "PIR", "SAL", "ILP"])
def test_volume_is_turned_from_however_it_is_stored(towards):
    turned = nibabel.Nifti1Image(VALUES, np.eye(4)).as_reoriented(
        nibabel.orientations.axcodes2ornt(towards)
    )
    data = scan_files.nifti(np.asarray(turned.dataobj), turned.affine)
    np.testing.assert_array_equal(decode(data, plane="axial", slice=3).pixels, seen(AXIAL))
    np.testing.assert_array_equal(decode(data, plane="coronal", slice=2).pixels, seen(CORONAL))


def test_tilted_volume_says_so_and_shows_its_own_planes():
    angle = np.radians(20)
    affine = np.eye(4)
    affine[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    data = scan_files.nifti(VALUES, affine)
    assert "tilted by 20°" in formats.inspect(data).notes[0]
    np.testing.assert_array_equal(decode(data).pixels, seen(AXIAL))


@pytest.mark.parametrize("bad", [np.zeros((4, 4)), np.diag([1.0, 1, 0, 1])])
def test_volume_that_does_not_say_how_it_lies_is_shown_as_it_is_stored(bad):
    data = bytearray(scan_files.nifti(VALUES))
    data[280:328] = bad[:3].astype("<f4").tobytes()  # srow_x, srow_y and srow_z
    scan = decode(bytes(data))
    assert "does not say how the head lies" in scan.notes[0]
    np.testing.assert_array_equal(scan.pixels, seen(AXIAL))


def test_volumes_of_a_series_are_chosen_and_have_windows_of_their_own():
    series = np.stack([VALUES, 3 * VALUES[::-1], VALUES], axis=-1)
    for packed in (False, True):
        data = scan_files.nifti(series, packed=packed)
        assert formats.inspect(data).volumes == 3
        np.testing.assert_array_equal(decode(data, volume=1).pixels, seen(AXIAL[::-1]))
        with pytest.raises(UnreadableScan, match="has 3 volumes, and volume 4 was asked for"):
            decode(data, volume=3)


def test_missing_values_are_black_and_widen_no_window():
    values = VALUES.astype(np.float32)
    values[0] = np.nan
    scan = decode(scan_files.nifti(values))
    expected = windowed(values)[:, :, 3]
    assert (expected[0] == 0).all()
    np.testing.assert_array_equal(scan.pixels, seen(expected))
    assert "20.0% of the slice has no value (NaN) and is black." in scan.notes


def test_volume_without_a_finite_value_is_refused():
    with pytest.raises(UnreadableScan, match="no finite value"):
        decode(scan_files.nifti(np.full((4, 4, 4), np.nan, np.float32)))


def test_negative_slope_turns_black_into_white():
    data = scan_files.nifti(VALUES, scl_slope=-2.0, scl_inter=10.0)
    np.testing.assert_array_equal(decode(data).pixels, seen(windowed(-VALUES)[:, :, 3]))


@pytest.mark.parametrize("kind", [">i2", "<f8", ">f4", "<u2", "i1", "u1", "<i8"])
def test_values_of_every_type_are_read(kind):
    small = VALUES // 2
    header = nibabel.Nifti1Header(endianness="<" if kind[0] != ">" else ">")
    header.set_data_dtype(kind)
    image = nibabel.Nifti1Image(small.astype(kind), np.eye(4), header)
    expected = windowed(small.astype(kind).astype(float))[:, :, 3]
    np.testing.assert_array_equal(decode(image.to_bytes()).pixels, seen(expected))


def test_colours_become_their_luma():
    colours = np.zeros((4, 4, 4), [("R", "u1"), ("G", "u1"), ("B", "u1")])
    colours["R"] = 255
    assert (decode(scan_files.nifti(colours)).pixels == 76).all()


def test_complex_values_are_shown_by_their_size():
    turned = (VALUES * np.exp(1j)).astype(np.complex64)
    scan = decode(scan_files.nifti(turned))
    assert np.abs(scan.pixels.astype(int) - seen(AXIAL)).max() <= 1


def test_thick_slices_are_stretched_to_the_shape_of_the_head():
    data = scan_files.nifti(VALUES, np.diag([1.0, 1, 3, 1]))
    assert decode(data).pixels.shape == (6, 5)
    coronal = decode(data, plane="coronal")
    assert coronal.pixels.shape == (21, 5)
    assert any("stretched" in note for note in coronal.notes)


def test_single_slice_offers_the_plane_that_it_is():
    data = scan_files.nifti(VALUES[:, :, 3:4])
    assert formats.inspect(data).planes == ("axial",)
    with pytest.raises(UnreadableScan, match="no such plane in the file: choose axial"):
        decode(data, plane="coronal")


@pytest.mark.parametrize("number", [-1, 7])
def test_slice_that_is_not_there_is_refused(number):
    with pytest.raises(UnreadableScan, match=f"7 axial slices, and slice {number + 1} was asked"):
        decode(scan_files.nifti(VALUES), slice=number)


def test_whole_size_is_checked_before_anything_is_unpacked():
    limits = {(32_767,) * 7, (513, 512, 512), (512, 512, 65, 8)}
    assert MAX_VOLUME_BYTES < 4 * 513 * 512 * 512
    assert MAX_STREAM_BYTES < 4 * 512 * 512 * 65 * 8
    for shape in limits:
        with pytest.raises(UnreadableScan, match="at most 256 MB out of at most 512 MB"):
            formats.inspect(hostile.nifti_that_claims(shape, packed=True))


@pytest.mark.parametrize("packed", [False, True])
def test_volume_that_ends_early_is_refused(packed):
    whole = scan_files.nifti(VALUES)
    part = gzip.compress(whole[:-1]) if packed else whole[:-1]
    with pytest.raises(UnreadableScan, match="ends before its last voxel"):
        decode(part)


def test_voxels_in_a_second_file_are_refused():
    data = bytearray(scan_files.nifti(VALUES))
    data[344:348] = b"ni1\0"
    with pytest.raises(UnreadableScan, match="second file"):
        formats.inspect(bytes(data))


def test_packed_file_of_another_kind_is_told_so():
    with pytest.raises(UnreadableScan, match="holds no NIfTI volume"):
        formats.inspect(gzip.compress(b"a text, not a volume" * 50))


def test_every_example_is_a_slice_or_a_refusal():
    shapes = {}
    for path in EXAMPLES.glob("*.nii*"):
        try:
            shapes[path.name] = decode(path.read_bytes()).pixels.shape
        except UnreadableScan as refusal:
            assert path.name == "row_major.dconn.nii"
            assert "no more than a line" in str(refusal)  # noqa: PT017
    assert shapes["anatomical.nii"] == (41, 33)
    assert shapes["example4d.nii.gz"] == (96, 128)
    assert shapes["example_nifti2.nii.gz"] == (20, 32)


def test_example_is_what_nibabel_makes_of_it():
    path = EXAMPLES / "example4d.nii.gz"
    volume = nibabel.as_closest_canonical(nibabel.load(path)).get_fdata()[..., 1]
    expected = seen(windowed(volume)[:, :, 12])
    shown = decode(path.read_bytes(), plane="axial", slice=12, volume=1).pixels
    np.testing.assert_array_equal(shown, expected)
