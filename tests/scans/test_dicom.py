"""DICOM files become the grays that their headers ask for, in the process that decodes them."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.pixels.decoders.base import Decoder
from pydicom.sequence import Sequence
from pydicom.uid import (
    HTJ2K,
    JPEG2000,
    MPEG2MPML,
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

from benchmarks import hostile, scan_files
from core.scans import formats
from core.scans.upload import AUTOMATIC, Choice, UnreadableScan
from tests.scans.compressed_ramp import HTJ2K as HTJ2K_RAMP
from tests.scans.compressed_ramp import LOSSLESS_JPEG, RAMP

# The process of a decoder ignores them too: they quote headers.
pytestmark = pytest.mark.filterwarnings("ignore")

EXAMPLES = Path(pydicom.__file__).parent / "data" / "test_files"
VALUES = np.arange(0, 4096, 16, dtype=np.uint16).reshape(16, 16)
# They make 0 black and 4095 white. Source: DICOM PS3.3, C.11.2.1.2.1.
FULL = {"WindowCenter": 2048, "WindowWidth": 4096}
FULL_GRAYS = np.rint(VALUES / 4095 * 255)


def decode(data, **choice):
    return formats.decode(data, Choice(**choice))


def grays(data, **choice):
    return decode(data, **choice).pixels.astype(int)


def example(name):
    return (EXAMPLES / name).read_bytes()


# Grays


@pytest.mark.parametrize(
    "syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian]
)
def test_values_without_compression_are_windowed_as_the_file_says(syntax):
    data = scan_files.dicom(VALUES, syntax=syntax, **FULL)
    np.testing.assert_array_equal(grays(data), FULL_GRAYS)


def test_window_cuts_what_lies_outside_of_it():
    data = scan_files.dicom(VALUES, WindowCenter=1000, WindowWidth=104)
    expected = np.clip(np.rint((VALUES - 948.0) / 103 * 255), 0, 255)
    np.testing.assert_array_equal(grays(data), expected)


def test_exact_window_and_sigmoid_follow_their_formulas():
    window = {"WindowCenter": 2000, "WindowWidth": 1000}
    exact = scan_files.dicom(VALUES, VOILUTFunction="LINEAR_EXACT", **window)
    expected = np.clip(np.rint(((VALUES - 2000.0) / 1000 + 0.5) * 255), 0, 255)
    np.testing.assert_array_equal(grays(exact), expected)
    sigmoid = scan_files.dicom(VALUES, VOILUTFunction="SIGMOID", **window)
    expected = np.rint(255 / (1 + np.exp(-4 * (VALUES - 2000.0) / 1000)))
    np.testing.assert_array_equal(grays(sigmoid), expected)


def test_both_photometrics_of_one_scan_are_equal():
    inverted = scan_files.dicom(4095 - VALUES, PhotometricInterpretation="MONOCHROME1", **FULL)
    assert np.abs(grays(inverted) - FULL_GRAYS).max() <= 1  # one of them rounds a half up
    without = (
        scan_files.dicom(VALUES),
        scan_files.dicom(4095 - VALUES, PhotometricInterpretation="MONOCHROME1"),
    )
    np.testing.assert_array_equal(grays(without[0]), grays(without[1]))


def test_inverted_scan_says_so():
    data = scan_files.dicom(VALUES, PhotometricInterpretation="MONOCHROME1")
    assert "MONOCHROME1" in formats.inspect(data).notes[0]


def test_rescale_is_applied_before_the_window():
    stored = ((VALUES + 1024) // 2).astype(np.int16)
    data = scan_files.dicom(stored, RescaleSlope=2, RescaleIntercept=-1024, **FULL)
    np.testing.assert_array_equal(grays(data), FULL_GRAYS)


def test_signed_values_are_read_as_such():
    shifted = VALUES.astype(np.int16) - 2000
    data = scan_files.dicom(shifted, WindowCenter=48, WindowWidth=4096)
    np.testing.assert_array_equal(grays(data), FULL_GRAYS)


def test_scan_without_a_window_is_spread_by_its_percentiles():
    scan = grays(scan_files.dicom(VALUES))
    assert (scan.min(), scan.max()) == (0, 255)
    low, high = np.percentile(VALUES, (1, 99.9), method="nearest")
    np.testing.assert_array_equal(
        scan, np.rint(np.clip((VALUES - float(low)) / (float(high) - low), 0, 1) * 255)
    )


def test_padding_is_black_and_widens_no_window():
    padded = VALUES.astype(np.int16)
    padded[:, :4] = -2000
    scan = grays(scan_files.dicom(padded, PixelPaddingValue=-2000))
    assert (scan[:, :4] == 0).all()
    low, high = np.percentile(VALUES[:, 4:], (1, 99.9), method="nearest")
    np.testing.assert_allclose(
        scan[:, 4:], np.clip((VALUES[:, 4:] - low * 1.0) / (high - low * 1.0), 0, 1) * 255, atol=1
    )


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize("window", ["Window 1", AUTOMATIC, "2000 / 4000"])
@pytest.mark.filterwarnings("error:invalid value encountered in cast")
def test_floats_that_are_no_number_are_black_in_every_window(photometric, window):
    values = VALUES.astype(np.float32)
    values[:4] = np.nan
    data = scan_files.float_dicom(values, PhotometricInterpretation=photometric, **FULL)
    scan = decode(data, window=window)
    assert (scan.pixels[:4] == 0).all()
    assert "25.0% of the scan has no value (NaN) and is black." in scan.notes
    values[:4] = values[4]
    whole = scan_files.float_dicom(values, PhotometricInterpretation=photometric, **FULL)
    if window != AUTOMATIC:  # whose ends come from the values there are
        np.testing.assert_array_equal(scan.pixels[4:], decode(whole, window=window).pixels[4:])


@pytest.mark.parametrize("window", ["Window 1", AUTOMATIC])
def test_floats_of_which_none_is_a_number_are_refused(window):
    data = scan_files.float_dicom(np.full((8, 8), np.nan, np.float32), **FULL)
    with pytest.raises(UnreadableScan, match="None of its pixels has a value"):
        decode(data, window=window)


def test_tables_of_the_file_are_looked_up():
    table = Dataset()
    table.LUTDescriptor = [256, 0, 8]
    table.LUTData = list(range(255, -1, -1))
    table["LUTData"].VR = "US"
    pixels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    data = scan_files.dicom(pixels, VOILUTSequence=Sequence([table]))
    assert formats.inspect(data).windows == ("Table 1", AUTOMATIC)
    np.testing.assert_array_equal(grays(data), 255 - pixels)


def test_pixels_that_are_not_square_are_stretched():
    scan = decode(scan_files.dicom(VALUES, PixelSpacing=[2.0, 1.0], **FULL))
    assert scan.pixels.shape == (32, 16)
    assert any("stretched" in note for note in scan.notes)


# Colours


def test_colours_become_their_luma():
    colours = np.zeros((4, 4, 3), np.uint8)
    colours[..., 0] = 255
    assert (grays(scan_files.dicom(colours)) == 76).all()


def test_palette_is_looked_up():
    palette = {"PhotometricInterpretation": "PALETTE COLOR"}
    for colour, value in (("Red", 200), ("Green", 0), ("Blue", 0)):
        palette[f"{colour}PaletteColorLookupTableDescriptor"] = [2, 0, 8]
        palette[f"{colour}PaletteColorLookupTableData"] = bytes([0, value])
    pixels = np.eye(4, dtype=np.uint8)
    np.testing.assert_allclose(grays(scan_files.dicom(pixels, **palette)), np.eye(4) * 60, atol=1)


# Choices


def test_frames_are_chosen():
    frames = np.stack([VALUES, VALUES[::-1], VALUES.T])
    data = scan_files.dicom(frames, **FULL)
    assert formats.inspect(data).frames == 3
    np.testing.assert_array_equal(grays(data, frame=1), FULL_GRAYS[::-1])
    np.testing.assert_array_equal(grays(data, frame=2), FULL_GRAYS.T)
    with pytest.raises(UnreadableScan, match="has 3 frames, and frame 4 was asked for"):
        decode(data, frame=3)


def test_windows_are_offered_by_the_names_that_are_known():
    data = scan_files.dicom(
        VALUES,
        WindowCenter=[2048, 40, 600],
        WindowWidth=[4096, 80, 2000],
        WindowCenterWidthExplanation=["BRAIN", "Jane Roe", "BONE"],
    )
    assert formats.inspect(data).windows == ("Brain", "Window 2", "Bone", AUTOMATIC)
    np.testing.assert_array_equal(grays(data), FULL_GRAYS)
    assert decode(data, window="Bone").notes == ("The window's center is 600 and its width 2000.",)
    np.testing.assert_array_equal(grays(data, window=AUTOMATIC), grays(scan_files.dicom(VALUES)))
    with pytest.raises(UnreadableScan, match="choose one of Brain, Window 2, Bone, Automatic"):
        decode(data, window="Lung")


def test_frames_of_an_enhanced_file_have_windows_and_scales_of_their_own():
    shared, own = Dataset(), [Dataset(), Dataset()]
    scale = Dataset()
    scale.RescaleSlope, scale.RescaleIntercept, scale.RescaleType = 2, 0, "US"
    shared.PixelValueTransformationSequence = Sequence([scale])
    for frame, center in zip(own, (2048, 1024), strict=True):
        window = Dataset()
        window.WindowCenter, window.WindowWidth = center, 2 * center
        frame.FrameVOILUTSequence = Sequence([window])
    data = scan_files.dicom(
        np.stack([VALUES // 2, VALUES // 4]),
        SharedFunctionalGroupsSequence=Sequence([shared]),
        PerFrameFunctionalGroupsSequence=Sequence(own),
    )
    np.testing.assert_array_equal(grays(data, frame=0), FULL_GRAYS)
    np.testing.assert_array_equal(
        grays(data, frame=1), np.rint(np.clip(VALUES // 4 * 2.0 / 2047, 0, 1) * 255)
    )


# Transfer syntaxes


SYNTAXES = {
    ImplicitVRLittleEndian: "MR_small_implicit.dcm",
    ExplicitVRLittleEndian: "MR_small.dcm",
    ExplicitVRBigEndian: "MR_small_bigendian.dcm",
    RLELossless: "MR_small_RLE.dcm",
    JPEGLSLossless: "MR_small_jpeg_ls_lossless.dcm",
    JPEG2000Lossless: "MR_small_jp2klossless.dcm",
}
ALONE = {
    JPEGBaseline8Bit: ("SC_rgb_jpeg_dcmtk.dcm", (100, 100)),
    JPEGExtended12Bit: ("JPGExtended.dcm", (1024, 256)),
    JPEGLosslessSV1: ("SC_rgb_jpeg_gdcm.dcm", (100, 100)),
    JPEGLSNearLossless: ("JPEGLSNearLossless_16.dcm", (50, 10)),
    JPEG2000: ("JPEG2000.dcm", (1024, 256)),
}


@pytest.mark.parametrize(("syntax", "name"), SYNTAXES.items())
def test_one_scan_is_the_same_in_every_lossless_syntax(syntax, name):
    data = example(name)
    assert str(syntax).encode() in data
    reference = pydicom.dcmread(EXAMPLES / "MR_small.dcm")
    exact = ((reference.pixel_array - 599.5) / 1599 + 0.5) * 255
    np.testing.assert_array_equal(grays(data), np.rint(np.clip(exact, 0, 255)))


@pytest.mark.parametrize(("syntax", "named"), ALONE.items())
def test_example_of_every_other_syntax_is_decoded(syntax, named):
    name, shape = named
    data = example(name)
    assert str(syntax).encode() in data
    scan = grays(data)
    assert scan.shape == shape
    assert scan.std() > 10


def test_colour_bars_are_alike_in_every_compression():
    plain = grays(example("SC_ybr_full_422_uncompressed.dcm"))
    for name in ("SC_rgb_rle.dcm", "SC_rgb_rle_16bit.dcm", "SC_rgb_gdcm_KY.dcm",
                 "SC_rgb_jpeg_gdcm.dcm", "SC_rgb_dcmtk_+eb+cy+np.dcm"):  # fmt: skip
        assert np.abs(grays(example(name)) - plain).mean() < 2, name


@pytest.mark.parametrize(
    ("syntax", "frame"),
    [
        (HTJ2KLossless, HTJ2K_RAMP),
        (HTJ2K, HTJ2K_RAMP),
        (UID("1.2.840.10008.1.2.4.202"), HTJ2K_RAMP),
        (JPEGLossless, LOSSLESS_JPEG),
    ],
)
def test_syntaxes_without_an_example_are_decoded_to_the_last_bit(syntax, frame):
    described = scan_files.header(RAMP, BitsStored=12, HighBit=11, **FULL)
    data = scan_files.compressed_dicom(described, syntax, frame)
    np.testing.assert_array_equal(grays(data), np.rint(RAMP / 4095 * 255))


def test_syntax_without_its_decoder_is_named(monkeypatch):
    monkeypatch.setattr(Decoder, "is_available", property(lambda _: False))
    with pytest.raises(
        UnreadableScan, match=r"JPEG-LS Lossless.*decoder for that is not installed"
    ):
        decode(example("MR_small_jpeg_ls_lossless.dcm"))


def test_film_is_refused_by_name():
    described = scan_files.header(VALUES.astype(np.uint8))
    with pytest.raises(UnreadableScan, match=r"MPEG2 Main Profile.*which is not read"):
        decode(scan_files.compressed_dicom(described, MPEG2MPML, b"film"))


def test_pixels_that_no_decoder_understands_are_refused_with_their_syntax():
    data = hostile.dicom_around(b"\xff\xd8 no JPEG", JPEGBaseline8Bit)
    with pytest.raises(UnreadableScan, match=r"stored as JPEG Baseline.*cannot be decoded"):
        decode(data)


# Refusals


def test_deflated_file_is_refused_before_it_is_inflated():
    for data in (hostile.deflated_dicom(megabytes=2), example("image_dfl.dcm")):
        for read in (formats.inspect, decode):
            with pytest.raises(UnreadableScan, match="A deflated DICOM file"):
                read(data)


@pytest.mark.parametrize("said", ["YES", "yes "])
def test_scan_with_burned_in_text_is_refused(said):
    data = scan_files.dicom(VALUES, BurnedInAnnotation=said)
    for read in (formats.inspect, decode):
        with pytest.raises(UnreadableScan, match="burned into its picture"):
            read(data)


def test_scan_without_burned_in_text_is_read():
    np.testing.assert_array_equal(
        grays(scan_files.dicom(VALUES, BurnedInAnnotation="NO", **FULL)), FULL_GRAYS
    )


@pytest.mark.parametrize("name", ["reportsi.dcm", "rtplan.dcm", "waveform_ecg.dcm"])
def test_file_without_a_picture_is_told_so(name):
    with pytest.raises(UnreadableScan, match="holds no picture"):
        formats.inspect(example(name))


def test_frame_of_more_than_16_megapixels_is_refused_by_its_header():
    with pytest.raises(UnreadableScan, match=r"this one has 65535 x 65535 pixels"):
        formats.inspect(hostile.dicom_that_claims(Rows=65_535, Columns=65_535))


def test_every_example_is_a_scan_or_a_refusal():
    read = 0
    for path in EXAMPLES.glob("*.dcm"):
        try:
            scan = decode(path.read_bytes())
        except UnreadableScan as refusal:
            assert str(refusal).endswith((".", "PNG."))  # noqa: PT017
        else:
            read += 1
            assert scan.pixels.dtype == np.uint8
    assert read > 50
