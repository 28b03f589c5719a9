"""A window of one's own: a center and a width, in the units that the scan's values stand for."""

import numpy as np
import pytest

from benchmarks import scan_files
from core.scans import formats, uploads
from core.scans.upload import Choice, UnreadableScan

VALUES = np.arange(0, 4096, 16, dtype=np.uint16).reshape(16, 16)
FILE = scan_files.dicom(VALUES, WindowCenter=2048, WindowWidth=4096)


def grays(data, window):
    return formats.decode(data, Choice(window=window)).pixels


def windowed(values, center, width):
    # Source: DICOM PS3.3, C.11.2.1.2.1.
    return np.rint(np.clip((values - (center - 0.5)) / (width - 1) + 0.5, 0, 1) * 255)


@pytest.mark.parametrize("window", ["1000 / 500", "1000/500", " 1e3 / 500.0 "])
def test_values_are_spread_over_the_window_that_was_written(window):
    np.testing.assert_array_equal(grays(FILE, window), windowed(VALUES, 1000.0, 500))


def test_window_that_was_written_is_said():
    scan = uploads.decode(FILE, Choice(window="1000/500"))
    assert scan.notes == ("The window's center is 1000 and its width 500.",)
    np.testing.assert_array_equal(scan.pixels, windowed(VALUES, 1000.0, 500))


def test_its_units_are_those_of_the_rescaled_values():
    data = scan_files.dicom(VALUES, RescaleSlope=2, RescaleIntercept=-1024)
    np.testing.assert_array_equal(
        grays(data, "-500 / 1500"), windowed(VALUES * 2.0 - 1024, -500, 1500)
    )


def test_scan_stored_with_white_lowest_is_inverted_after_it():
    data = scan_files.dicom(VALUES, PhotometricInterpretation="MONOCHROME1")
    expected = np.rint(255 * (1 - np.clip((VALUES - 999.5) / 499 + 0.5, 0, 1)))
    np.testing.assert_array_equal(grays(data, "1000 / 500"), expected)


def test_narrowest_window_parts_values_in_black_and_white():
    np.testing.assert_array_equal(grays(FILE, "1000 / 1"), np.where(VALUES > 999.5, 255, 0))


@pytest.mark.parametrize(
    "window",
    ["wide", "40", "40 /", "/", "40 / 80 / 1", "40 / 0", "40 / -80", "nan / 80", "1 / inf"],
)
def test_what_is_no_window_gets_one_sentence_with_an_example(window):
    with pytest.raises(UnreadableScan, match=r"one of Window 1, Automatic, or write .* 40 / 80\.$"):
        grays(FILE, window)
