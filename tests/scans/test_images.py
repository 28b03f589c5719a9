"""Pictures of every kind become the right grays, or one plain sentence."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.scans.images import MAX_PIXELS, UnreadableImage, read_gray

RAMP = np.arange(0, 256, 4, dtype=np.uint8).reshape(8, 8)


def encoded(image: Image.Image, suffix: str = "PNG", **options: object) -> io.BytesIO:
    stream = io.BytesIO()
    image.save(stream, suffix, **options)
    return stream


def noise(height: int, width: int, channels: int = 0) -> np.ndarray:
    shape = (height, width, channels) if channels else (height, width)
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


# Modes of 8 bits and fewer


@pytest.mark.parametrize("suffix", ["PNG", "BMP", "GIF", "TIFF"])
def test_gray_picture_comes_back_pixel_for_pixel(suffix):
    np.testing.assert_array_equal(read_gray(encoded(Image.fromarray(RAMP), suffix)), RAMP)


def test_result_is_a_writable_array_of_bytes():
    gray = read_gray(encoded(Image.fromarray(RAMP)))
    assert (gray.dtype, gray.shape) == (np.uint8, (8, 8))
    gray[0, 0] = 7


def test_gray_jpeg_is_close_to_what_was_saved():
    gray = read_gray(encoded(Image.fromarray(RAMP), "JPEG", quality=95))
    assert np.abs(gray.astype(int) - RAMP).max() <= 4


@pytest.mark.parametrize(
    ("colour", "luma"),
    [((255, 0, 0), 76), ((0, 255, 0), 150), ((0, 0, 255), 29), ((10, 20, 30), 18)],
)
@pytest.mark.parametrize("suffix", ["PNG", "JPEG"])
def test_colours_become_their_luma(colour, luma, suffix):
    gray = read_gray(encoded(Image.new("RGB", (16, 16), colour), suffix))
    np.testing.assert_allclose(gray, luma, atol=0 if suffix == "PNG" else 1)


def test_jpeg_that_stores_rgb_becomes_its_luma():
    picture = encoded(Image.new("RGB", (16, 16), (255, 0, 0)), "JPEG", keep_rgb=True)
    np.testing.assert_allclose(read_gray(picture), 76, atol=1)


def test_two_colours_of_one_bit_are_black_and_white():
    bits = Image.fromarray(RAMP >= 128)
    assert bits.mode == "1"
    np.testing.assert_array_equal(read_gray(encoded(bits)), np.where(RAMP >= 128, 255, 0))


def test_palette_is_looked_up():
    image = Image.fromarray(np.array([[0, 1, 2]], np.uint8), "P")
    image.putpalette([200, 200, 200, 0, 0, 0, 255, 0, 0])
    np.testing.assert_array_equal(read_gray(encoded(image)), [[200, 0, 76]])


@pytest.mark.parametrize("suffix", ["PNG", "GIF"])
def test_transparent_colour_of_a_palette_is_black(suffix):
    image = Image.fromarray(np.array([[0, 1]], np.uint8), "P")
    image.putpalette([200, 200, 200, 90, 90, 90])
    np.testing.assert_array_equal(read_gray(encoded(image, suffix, transparency=0)), [[0, 90]])


def test_palette_with_an_opacity_for_each_colour_is_laid_over_black():
    image = Image.fromarray(np.array([[0, 1]], np.uint8), "P")
    image.putpalette([200, 200, 200, 90, 90, 90])
    picture = encoded(image, transparency=bytes([128, 255]))
    np.testing.assert_array_equal(read_gray(picture), [[100, 90]])


def test_gray_with_alpha_is_laid_over_black():
    values = np.array([[[200, 255], [200, 128], [200, 0]]], np.uint8)
    np.testing.assert_array_equal(
        read_gray(encoded(Image.fromarray(values, "LA"))), [[200, 100, 0]]
    )


def test_colour_with_alpha_is_laid_over_black():
    values = np.array([[[255, 255, 255, 255], [255, 255, 255, 51], [255, 255, 255, 0]]], np.uint8)
    np.testing.assert_array_equal(read_gray(encoded(Image.fromarray(values))), [[255, 51, 0]])


def test_one_transparent_colour_of_rgb_is_black():
    values = np.array([[[255, 0, 0], [9, 9, 9]]], np.uint8)
    picture = encoded(Image.fromarray(values), transparency=(255, 0, 0))
    np.testing.assert_array_equal(read_gray(picture), [[0, 9]])


@pytest.mark.parametrize("suffix", ["JPEG", "TIFF"])
def test_inks_of_cmyk_become_luma(suffix):
    inks = Image.new("CMYK", (16, 16), (0, 0, 0, 55))
    np.testing.assert_allclose(read_gray(encoded(inks, suffix)), 200, atol=1)


# Modes of more than 8 bits


RAMP_12_BITS = np.arange(4096).reshape(64, 64)
# Its 1st percentile is 41 and its 99.9th 4091: black and white.
RAMP_WINDOWED = np.clip((RAMP_12_BITS - 41) / (4091 - 41) * 255, 0, 255)


def assert_rounded(gray, exact):
    np.testing.assert_allclose(gray, exact, rtol=0, atol=0.5 + 1e-9)


@pytest.mark.parametrize("suffix", ["PNG", "TIFF"])
def test_16_bits_are_spread_over_all_grays(suffix):
    image = Image.fromarray(RAMP_12_BITS.astype(np.uint16))
    assert image.mode == "I;16"
    assert_rounded(read_gray(encoded(image, suffix)), RAMP_WINDOWED)


def test_32_bit_integers_are_spread_over_all_grays():
    image = Image.fromarray((RAMP_12_BITS - 1000).astype(np.int32))
    assert image.mode == "I"
    assert_rounded(read_gray(encoded(image, "TIFF")), RAMP_WINDOWED)


def test_floats_are_spread_over_all_grays():
    image = Image.fromarray((RAMP_12_BITS * 0.25).astype(np.float32))
    assert image.mode == "F"
    assert_rounded(read_gray(encoded(image, "TIFF")), RAMP_WINDOWED)


def test_one_hot_pixel_does_not_darken_the_rest():
    values = RAMP_12_BITS.astype(np.uint16)
    values[0, 0] = 65535
    gray = read_gray(encoded(Image.fromarray(values)))
    assert gray[0, 0] == 255
    assert gray.std() > 70


def test_spot_smaller_than_the_window_stays_visible():
    values = np.full((64, 64), 1000, np.uint16)
    values[3, 5] = 1400
    gray = read_gray(encoded(Image.fromarray(values)))
    assert (gray[3, 5], gray.sum()) == (255, 255)


def test_constant_of_16_bits_is_black():
    image = Image.fromarray(np.full((8, 8), 30000, np.uint16))
    assert not read_gray(encoded(image)).any()


def test_nan_and_infinity_do_not_spoil_the_window():
    values = RAMP_12_BITS.astype(np.float32)
    values[32, :3] = np.nan, np.inf, -np.inf
    gray = read_gray(encoded(Image.fromarray(values), "TIFF"))
    np.testing.assert_array_equal(gray[32, :3], [0, 255, 0])
    assert np.abs(gray[:32] - RAMP_WINDOWED[:32]).max() < 1


def test_largest_floats_do_not_overflow():
    limit = np.finfo(np.float32).max
    values = np.array([[-limit, 0, limit]], np.float32)
    gray = read_gray(encoded(Image.fromarray(values), "TIFF"))
    np.testing.assert_array_equal(gray, [[0, 128, 255]])


def test_floats_without_a_number_are_unreadable():
    values = np.full((4, 4), np.nan, np.float32)
    with pytest.raises(UnreadableImage, match="no finite value"):
        read_gray(encoded(Image.fromarray(values), "TIFF"))


# Frames, orientation, size


def test_first_frame_of_an_animation_is_read():
    first, second = (Image.new("L", (5, 4), gray) for gray in (40, 200))
    for suffix in ("GIF", "PNG", "TIFF"):
        animation = encoded(first, suffix, save_all=True, append_images=[second])
        np.testing.assert_array_equal(read_gray(animation), np.full((4, 5), 40))


@pytest.mark.parametrize("size_px", [None, 32])
def test_photograph_taken_sideways_is_turned_upright(size_px):
    pixels = np.zeros((32, 64), np.uint8)
    pixels[:, 32:] = 255  # white on the right, which orientation 6 has at the bottom
    exif = Image.Exif()
    exif[0x0112] = 6
    gray = read_gray(encoded(Image.fromarray(pixels), "JPEG", exif=exif), size_px=size_px)
    assert gray.shape == ((64, 32) if size_px is None else (32, 32))
    middle = len(gray) // 2
    assert gray[: middle - 2].max() < 20
    assert gray[middle + 2 :].min() > 235


def test_picture_is_squeezed_into_a_square():
    pixels = np.repeat(np.array([[0, 255]], np.uint8), 20, axis=1).repeat(10, axis=0)
    gray = read_gray(encoded(Image.fromarray(pixels)), size_px=10)
    assert gray.shape == (10, 10)
    assert (gray[:, 0] == 0).all()
    assert (gray[:, -1] == 255).all()


def test_small_picture_is_enlarged():
    assert read_gray(encoded(Image.fromarray(RAMP)), size_px=40).shape == (40, 40)


@pytest.mark.parametrize("suffix", ["PNG", "JPEG"])
def test_fine_stripes_become_their_mean_when_reduced(suffix):
    stripes = np.zeros((512, 512), np.uint8)
    stripes[:, ::2] = 255
    gray = read_gray(encoded(Image.fromarray(stripes), suffix), size_px=64)
    assert np.abs(gray[4:-4, 4:-4].astype(int) - 127).max() <= 3


def test_reducing_neither_darkens_nor_brightens_beside_an_edge():
    edge = np.full((300, 300), 60, np.uint8)
    edge[:, 150:] = 200
    gray = read_gray(encoded(Image.fromarray(edge)), size_px=96)
    assert (gray.min(), gray.max()) == (60, 200)


def test_jpeg_reduced_while_decoded_looks_like_one_reduced_afterwards(real_scans):
    path = next((real_scans / "Training" / "glioma_tumor").iterdir())
    full = Image.fromarray(read_gray(path))
    expected = np.array(full.resize((96, 96), Image.Resampling.BILINEAR))
    difference = np.abs(read_gray(path, size_px=96).astype(int) - expected)
    assert difference.mean() < 1


def test_size_below_one_pixel_is_refused():
    with pytest.raises(ValueError, match="`size_px` must be at least 1 pixel, got 0"):
        read_gray(encoded(Image.fromarray(RAMP)), size_px=0)


# Sources


def test_path_reads_like_the_bytes_in_it(tmp_path):
    picture = encoded(Image.fromarray(RAMP))
    path = tmp_path / "ramp.jpg"  # the suffix is not believed
    path.write_bytes(picture.getvalue())
    np.testing.assert_array_equal(read_gray(path), RAMP)


def test_stream_is_read_from_its_start_and_left_open():
    picture = encoded(Image.fromarray(RAMP))
    picture.seek(0, io.SEEK_END)
    read_gray(picture)
    np.testing.assert_array_equal(read_gray(picture), RAMP)


def test_every_real_scan_is_readable(real_scans):
    scans = [read_gray(path, size_px=32) for path in real_scans.glob("*/*/*.jpg")]
    assert len(scans) > 300
    assert all(scan.std() > 5 for scan in scans)


# What cannot be read


def png_that_claims(width: int, height: int) -> io.BytesIO:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + chunk + b"\x00\x00\x00\x00IDAT")


@pytest.mark.parametrize(
    ("width", "height", "reason"),
    [
        (4096, 4097, "4096 x 4097 pixels"),
        (10_000, 10_000, "more than 16 megapixels"),  # from here on Pillow minds, too
        (30_000, 30_000, "more than 16 megapixels"),
    ],
)
def test_picture_too_large_is_refused_by_its_header(width, height, reason):
    assert width * height > MAX_PIXELS
    with pytest.raises(UnreadableImage) as refusal:
        read_gray(png_that_claims(width, height))
    assert refusal.value.reason == reason


def test_header_alone_within_the_limit_is_refused_for_what_lacks():
    with pytest.raises(UnreadableImage) as refusal:
        read_gray(png_that_claims(4096, 4096))
    assert refusal.value.reason in {"truncated", "damaged"}


def test_largest_picture_allowed_is_read():
    largest = Image.new("L", (4096, 4096), 33)
    assert (read_gray(encoded(largest), size_px=8) == 33).all()


@pytest.mark.parametrize("suffix", ["JPEG", "GIF", "TIFF"])
def test_truncated_picture_is_refused_and_not_half_gray(suffix):
    whole = encoded(Image.fromarray(noise(64, 64)), suffix).getvalue()
    with pytest.raises(UnreadableImage) as refusal:
        read_gray(io.BytesIO(whole[: len(whole) // 2]))
    assert refusal.value.reason in {"truncated", "damaged"}


def test_truncated_jpeg_is_called_so():
    whole = encoded(Image.fromarray(noise(64, 64)), "JPEG").getvalue()
    with pytest.raises(UnreadableImage, match=r"^Not a readable image \(truncated\): export it"):
        read_gray(io.BytesIO(whole[: len(whole) // 2]))


def test_empty_file_is_called_so():
    with pytest.raises(UnreadableImage, match="empty file"):
        read_gray(io.BytesIO())


def test_text_named_like_a_picture_is_refused(tmp_path):
    path = tmp_path / "scan.jpg"
    path.write_text("no picture")
    with pytest.raises(UnreadableImage, match="neither PNG, JPEG, BMP, GIF nor TIFF"):
        read_gray(path)


def test_format_that_is_not_supported_is_refused():
    with pytest.raises(UnreadableImage, match="neither PNG, JPEG, BMP, GIF nor TIFF"):
        read_gray(encoded(Image.fromarray(RAMP), "WEBP"))


def test_missing_file_is_called_so(tmp_path):
    with pytest.raises(UnreadableImage, match="no such file or directory"):
        read_gray(tmp_path / "gone.png")


def test_folder_is_not_a_picture(tmp_path):
    with pytest.raises(UnreadableImage):
        read_gray(tmp_path)


WHOLE = [
    encoded(Image.fromarray(noise(24, 16)), "PNG").getvalue(),
    encoded(Image.fromarray(noise(24, 16, 4)), "PNG").getvalue(),
    encoded(Image.fromarray(RAMP_12_BITS.astype(np.uint16)), "PNG").getvalue(),
    encoded(Image.fromarray(noise(24, 16)), "JPEG").getvalue(),
    encoded(Image.fromarray(noise(24, 16, 3)), "JPEG", progressive=True).getvalue(),
    encoded(Image.fromarray(noise(24, 16)), "GIF").getvalue(),
    encoded(Image.fromarray(noise(24, 16, 3)), "TIFF", compression="tiff_lzw").getvalue(),
]


def array_or_refusal(content: bytes) -> None:
    try:
        gray = read_gray(io.BytesIO(content), size_px=8)
    except UnreadableImage as refusal:
        assert str(refusal).startswith("Not a readable image (")  # noqa: PT017
    else:
        assert (gray.dtype, gray.shape) == (np.uint8, (8, 8))


@settings(deadline=None)  # the first of them loads Pillow's plugins
@given(whole=st.sampled_from(WHOLE), share=st.floats(0, 1, exclude_max=True))
def test_any_beginning_of_a_picture_is_an_array_or_a_refusal(whole, share):
    array_or_refusal(whole[: int(share * len(whole))])


@settings(deadline=None, max_examples=300)
@given(
    whole=st.sampled_from(WHOLE),
    flips=st.lists(st.tuples(st.integers(0, 2**16), st.integers(0, 7)), min_size=1, max_size=8),
)
def test_any_flipped_bits_of_a_picture_are_an_array_or_a_refusal(whole, flips):
    content = bytearray(whole)
    for position, bit in flips:
        content[position % len(content)] ^= 1 << bit
    array_or_refusal(bytes(content))


def test_every_single_byte_of_a_header_may_be_wrong():
    for whole in WHOLE:
        for position in range(min(40, len(whole))):
            content = bytearray(whole)
            content[position] ^= 0xFF
            array_or_refusal(bytes(content))


def test_refusal_tells_what_to_do(tmp_path: Path):
    with pytest.raises(UnreadableImage) as refusal:
        read_gray(tmp_path / "gone.png")
    assert str(refusal.value).endswith("export it again as a PNG or JPEG of at most 16 megapixels.")
