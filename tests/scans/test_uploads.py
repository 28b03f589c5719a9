"""An upload is read in a process of its own, within limits, and leaves nothing behind."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from core.scans import child, uploads
from core.scans.uploads import Choice, UnreadableScan, decode
from tests.scans.made import CANARY, RAMP, dicom, nifti, outcome_of, png


def test_each_kind_is_told_by_its_bytes():
    kinds = {"picture": png(RAMP), "dicom": dicom(RAMP), "nifti": nifti(np.stack([RAMP] * 3, 2))}
    for kind, data in kinds.items():
        assert decode(data).upload.kind == kind


def test_a_picture_comes_back_as_it_is():
    scan = decode(png(RAMP))
    np.testing.assert_array_equal(scan.pixels, RAMP)
    assert not scan.notes


def test_a_choice_reaches_the_child():
    data = dicom(np.stack([RAMP, RAMP[::-1]]))
    first, second = (decode(data, Choice(frame=frame)).pixels for frame in (0, 1))
    np.testing.assert_array_equal(second, first[::-1])


def test_sixteen_bits_are_spread_and_said():
    scan = decode(png(RAMP.astype(np.uint16) * 20))
    assert scan.pixels.max() == 255
    assert any("more than 8 bits" in note for note in scan.notes)


def test_several_frames_are_said(tmp_path):
    frames = [Image.fromarray(RAMP), Image.fromarray(RAMP[::-1])]
    frames[0].save(tmp_path / "two.gif", save_all=True, append_images=frames[1:])
    scan = decode((tmp_path / "two.gif").read_bytes())
    assert any("the first is shown" in note for note in scan.notes)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty"),
        (b"MZ and so on", "neither a picture"),
        (png(RAMP)[:50], "Not a readable image"),
        (bytes(uploads.MAX_BYTES + 1), "up to 20 MB"),
    ],
    ids=["empty", "foreign", "truncated", "large"],
)
def test_what_is_no_scan_gets_one_sentence(data, sentence):
    with pytest.raises(UnreadableScan, match=sentence):
        decode(data)


def test_a_child_that_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(uploads, "SECONDS", 0.01)
    with pytest.raises(UnreadableScan, match="seconds to read"):
        decode(png(RAMP))


def test_a_child_may_not_take_more_memory_than_its_limit():
    code = (
        "from core.scans import child; child.limit(); import sys\n"
        f"try: bytearray({child.MEMORY_BYTES})\nexcept MemoryError: sys.exit(7)"
    )
    ended = subprocess.run([sys.executable, "-c", code], check=False)
    assert ended.returncode == 7 or sys.platform != "linux"


def test_several_at_once_are_each_read():
    pictures = [np.full((5, 5), shade, np.uint8) for shade in range(0, 60, 10)]
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(decode, map(png, pictures)))
    for scan, picture in zip(found, pictures, strict=True):
        np.testing.assert_array_equal(scan.pixels, picture)


def test_the_name_in_a_header_appears_nowhere(capfd):
    broken = dicom(RAMP).replace(b"MONOCHROME2 ", b"MONSTROUS 2 ")
    for data in (dicom(RAMP), broken, dicom(RAMP)[:-30]):
        assert CANARY not in outcome_of(data, decode)
    out, err = capfd.readouterr()
    assert CANARY not in out + err
