"""A DICOM frame becomes the right grays, and nothing of whom it shows."""

import io
from pathlib import Path

import numpy as np
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.uid import JPEG2000Lossless, RLELossless

from core.scans import dicom as reader
from core.scans.reading import read_scan
from core.scans.readings import SPREAD, Choice, UnreadableScan
from tests.scans.made import CANARY, RAMP, dicom, outcome_of

SHIPPED = Path(pydicom.__file__).parent / "data" / "test_files"
WORDS = (RAMP.astype(np.int16) - 100) * 10
# One file that pydicom ships for each transfer syntax; all of them show the same slice.
SYNTAXES = {
    "explicit little endian": "MR_small.dcm",
    "implicit little endian": "MR_small_implicit.dcm",
    "explicit big endian": "MR_small_bigendian.dcm",
    "RLE": "MR_small_RLE.dcm",
    "JPEG 2000 lossless": "MR_small_jp2klossless.dcm",
    "JPEG-LS lossless": "MR_small_jpeg_ls_lossless.dcm",
}
OTHERS = ["JPGExtended.dcm", "JPEG2000.dcm", "SC_rgb_jpeg_gdcm.dcm", "JPEGLSNearLossless_16.dcm"]


def windowed(values, centre, width):
    low, high = centre - 0.5 - (width - 1) / 2, centre - 0.5 + (width - 1) / 2
    return np.rint(np.clip((values - low) / (high - low), 0, 1) * 255)


@pytest.mark.parametrize("name", SYNTAXES.values(), ids=SYNTAXES)
def test_every_lossless_transfer_syntax_gives_the_same_slice(name):
    first, other = ((SHIPPED / file).read_bytes() for file in ("MR_small.dcm", name))
    expected, found = read_scan(first, Choice()), read_scan(other, Choice())
    np.testing.assert_array_equal(found.pixels, expected.pixels)


@pytest.mark.parametrize("name", OTHERS)
def test_lossy_and_lossless_jpeg_are_decoded(name):
    scan = read_scan((SHIPPED / name).read_bytes(), Choice())
    assert scan.pixels.std() > 5


@pytest.mark.parametrize("syntax", [RLELossless, JPEG2000Lossless])
def test_what_is_compressed_here_comes_back(syntax):
    values = np.kron(WORDS, np.ones((8, 8), np.int16))
    found = pydicom.dcmread(io.BytesIO(dicom(values)))
    plain = read_scan(dicom(values), Choice())
    found.compress(syntax)
    stream = io.BytesIO()
    found.save_as(stream)
    np.testing.assert_array_equal(read_scan(stream.getvalue(), Choice()).pixels, plain.pixels)


def test_rescale_and_window_are_applied():
    data = dicom(
        WORDS, RescaleSlope="2", RescaleIntercept="-50", WindowCenter="-700", WindowWidth="900"
    )
    scan = read_scan(data, Choice())
    np.testing.assert_array_equal(scan.pixels, windowed(WORDS * 2.0 - 50, -700, 900))
    assert scan.upload.windows == ("-700 / 900", SPREAD)


def test_a_window_is_chosen_by_its_numbers():
    data = dicom(WORDS, WindowCenter=["-700", "0"], WindowWidth=["900", "50"])
    second = read_scan(data, Choice(window="0 / 50"))
    own = read_scan(data, Choice(window="-300/400"))
    np.testing.assert_array_equal(second.pixels, windowed(WORDS, 0, 50))
    np.testing.assert_array_equal(own.pixels, windowed(WORDS, -300, 400))
    with pytest.raises(UnreadableScan, match="two numbers, CENTRE / WIDTH"):
        read_scan(data, Choice(window="wide"))


def test_low_values_that_are_bright_are_inverted():
    plain = read_scan(dicom(WORDS), Choice())
    bright = read_scan(dicom(WORDS, PhotometricInterpretation="MONOCHROME1"), Choice())
    np.testing.assert_array_equal(bright.pixels, 255 - plain.pixels)
    assert any("MONOCHROME1" in note for note in bright.notes)


def test_each_frame_can_be_picked():
    frames = np.stack([RAMP, RAMP[::-1], RAMP.T])
    data = dicom(frames, WindowCenter="128", WindowWidth="256")
    for number, frame in enumerate(frames):
        scan = read_scan(data, Choice(frame=number))
        np.testing.assert_array_equal(scan.pixels, windowed(frame, 128, 256))
    assert scan.upload.frames == 3
    with pytest.raises(UnreadableScan, match="no frame 4: the file has 3"):
        read_scan(data, Choice(frame=3))


def test_colours_become_luma():
    for name in ("examples_rgb_color.dcm", "examples_palette.dcm", "examples_ybr_color.dcm"):
        scan = read_scan((SHIPPED / name).read_bytes(), Choice())
        assert scan.pixels.ndim == 2
        assert any("colours" in note for note in scan.notes)


def test_a_deflated_file_is_refused_before_it_is_inflated(monkeypatch):
    def inflate(*_):
        pytest.fail("it was inflated")

    monkeypatch.setattr("zlib.decompress", inflate)
    with pytest.raises(UnreadableScan, match="is deflated"):
        read_scan((SHIPPED / "image_dfl.dcm").read_bytes(), Choice())


def test_writing_burned_into_the_picture_is_refused():
    with pytest.raises(UnreadableScan, match="burned into its picture"):
        read_scan(dicom(WORDS, BurnedInAnnotation="YES"), Choice())


def test_a_file_without_a_picture_is_refused():
    with pytest.raises(UnreadableScan, match="holds no picture"):
        read_scan((SHIPPED / "rtplan.dcm").read_bytes(), Choice())


def test_a_claim_of_too_many_pixels_is_refused_before_they_are_decoded():
    with pytest.raises(UnreadableScan, match="up to 16 megapixels"):
        read_scan(dicom(WORDS, Rows=60_000, Columns=60_000), Choice())


def test_a_missing_decoder_is_named(monkeypatch):
    def undecodable(*_, **__):
        raise RuntimeError("Unable to decompress: missing dependencies: gdcm, pylibjpeg")

    monkeypatch.setattr(reader, "pixel_array", undecodable)
    with pytest.raises(UnreadableScan, match="No decoder for JPEG-LS Lossless"):
        read_scan((SHIPPED / SYNTAXES["JPEG-LS lossless"]).read_bytes(), Choice())


def test_nothing_but_pixel_tags_is_read():
    kept = pydicom.dcmread(io.BytesIO(dicom(WORDS)), specific_tags=list(reader._KEPT))
    assert CANARY not in str(kept)
    scan = read_scan(dicom(WORDS), Choice())
    assert CANARY not in repr((scan.upload, scan.notes))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_file_is_a_picture_or_a_plain_sentence(data):
    whole = bytearray(dicom(WORDS, WindowCenter="0", WindowWidth="100"))
    for place in data.draw(st.lists(st.integers(132, len(whole) - 1), max_size=4)):
        whole[place] ^= 1 << data.draw(st.integers(0, 7))
    cut = data.draw(st.integers(0, len(whole)))
    outcome = outcome_of(bytes(whole[:cut]))
    assert CANARY not in outcome
    assert outcome == "uint8" or outcome.endswith(".")
