"""Uploads through the real processes that decode them: what comes back, and what never does."""

import os
import signal
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from benchmarks import hostile, scan_files
from core.scans import decoders, formats, limits, uploads
from core.scans.decoders import Decoders
from core.scans.upload import Choice, UnreadableScan
from tests.waiting import until

RAMP = np.arange(0, 256, 4, dtype=np.uint8).reshape(8, 8)
PNG = scan_files.picture(RAMP)
CANARY = "Canary^Zebulon"
LINUX = sys.platform.startswith("linux")


@pytest.fixture
def pool():
    pool = Decoders()
    yield pool
    pool.close()


# What comes back


def test_picture_comes_back_pixel_for_pixel():
    upload, scan = uploads.first_look(PNG)
    assert (upload.kind, upload.frames, upload.volumes, upload.notes) == ("picture", 1, 1, ())
    np.testing.assert_array_equal(scan.pixels, RAMP)
    scan.pixels[0, 0] = 7  # it can be written to


def test_dicom_and_nifti_come_back_as_their_reader_makes_them():
    frames = np.stack([RAMP, RAMP.T]).astype(np.uint16)
    dicom = scan_files.dicom(frames, WindowCenter=100, WindowWidth=150)
    nifti = scan_files.nifti(np.stack([RAMP] * 3, axis=-1), packed=True)
    for data, choice in (
        (dicom, Choice(frame=1, window="Window 1")),
        (nifti, Choice(plane="sagittal", slice=4)),
    ):
        assert uploads.inspect(data) == formats.inspect(data)
        scan, expected = uploads.decode(data, choice), formats.decode(data, choice)
        np.testing.assert_array_equal(scan.pixels, expected.pixels)
        assert scan.notes == expected.notes


def test_many_files_share_a_process_and_a_bad_one_costs_only_itself():
    other = scan_files.picture(RAMP.T.copy())
    first, bad, last = uploads.decode_all([PNG, b"no scan", other])
    np.testing.assert_array_equal(first.pixels, RAMP)
    assert isinstance(bad, UnreadableScan)
    np.testing.assert_array_equal(last.pixels, RAMP.T)


def test_memory_that_a_decoder_never_gives_back_is_no_burden_to_the_next_file():
    large = scan_files.picture(np.random.default_rng(0).integers(0, 256, (3000, 3000), np.uint8))
    assert len(large) > 8 * 10**6
    bomb = hostile.BOMBS["jpeg of 65,500 x 65,500 in dicom"]()
    _, second, third = uploads.decode_all([bomb, large, PNG])
    assert second.pixels.shape == (3000, 3000)
    np.testing.assert_array_equal(third.pixels, RAMP)


def test_file_that_is_none_of_the_formats_is_told_so():
    with pytest.raises(UnreadableScan, match="no PNG, JPEG, DICOM or NIfTI"):
        uploads.inspect(b"a text")


def test_file_above_the_limit_is_refused_unread():
    with pytest.raises(UnreadableScan, match="At most 20 MB are read, and the file has 21"):
        uploads.decode(bytes(21 * 2**20))


# What never comes back


def canary_files():
    """Return files of every kind with a name wherever one fits, whole and broken."""
    item = Dataset()
    item.PatientName = CANARY
    told = {
        "PatientName": CANARY,
        "PatientID": CANARY,
        "PatientComments": CANARY,
        "StudyDescription": CANARY,
        "WindowCenter": [100, 50],
        "WindowWidth": [150, 20],
        "WindowCenterWidthExplanation": [CANARY, "BRAIN"],
        "ReferencedPatientSequence": Sequence([item]),
    }
    gray = RAMP.astype(np.uint16)
    dicom = scan_files.dicom(gray, **told)
    yield dicom
    yield dicom[:-20]
    yield scan_files.dicom(gray, **told | {"PhotometricInterpretation": CANARY})
    yield dicom.replace(b"\x28\x00\x51\x10DS", b"\x28\x00\x51\x10PN")
    rescaled = scan_files.dicom(gray, **told, RescaleSlope="11111111111111", RescaleIntercept=0)
    yield rescaled.replace(b"11111111111111", CANARY.encode())
    yield dicom.replace(b"1.2.840.10008.1.2.1\0", CANARY.ljust(20).encode())
    yield scan_files.nifti(np.zeros((4, 4, 4), np.int16), descrip=CANARY, aux_file=CANARY)
    said = PngInfo()
    said.add_text("Author", CANARY)
    png = scan_files.picture(RAMP, pnginfo=said)
    yield png
    yield png[:-30]
    yield scan_files.picture(RAMP, "JPEG", comment=CANARY.encode())


@pytest.mark.filterwarnings("ignore")  # writing such files is complained about too
def test_name_in_a_header_appears_nowhere(caplog, capfd):
    files = list(canary_files())
    caplog.set_level("DEBUG")
    caplog.clear()
    capfd.readouterr()
    read = 0
    for data in files:
        assert CANARY.encode() in data
        try:
            upload, scan = uploads.first_look(data)
        except UnreadableScan as refusal:
            context = refusal.__context__
            assert CANARY not in f"{refusal!r} {context!r}"  # noqa: PT017
        else:
            read += 1
            assert CANARY not in f"{upload} {scan.notes}"
    captured = capfd.readouterr()
    assert CANARY not in caplog.text + captured.out + captured.err
    assert read >= 4


def test_decoder_is_told_no_secrets(monkeypatch, pool):
    monkeypatch.setenv("DATABASE_URL", "postgresql://user:password@host/runs")
    with pool.one() as decoder:
        assert "DATABASE_URL" not in psutil.Process(decoder.pid).environ()


# Limits


@pytest.mark.skipif(not LINUX, reason="other systems limit no addresses")
def test_process_is_limited_before_it_reads(pool):
    with pool.one() as decoder:
        decoder.ask({"ask": "inspect"}, PNG)
        lines = Path(f"/proc/{decoder.pid}/limits").read_text().splitlines()
    said = {line[:25].strip(): line[25:].split()[0] for line in lines}
    assert int(said["Max address space"]) == limits.MEMORY_BYTES <= 600 * 10**6
    assert int(said["Max core file size"]) == int(said["Max file size"]) == 0
    assert int(said["Max cpu time"]) <= 10 + 10


def test_reading_that_takes_too_long_is_ended(monkeypatch, pool):
    monkeypatch.setattr(decoders, "LIMIT_S", 1.0)
    with pool.one() as decoder:
        process = psutil.Process(decoder.pid)
        with pytest.raises(UnreadableScan, match="took more than 1 s"):
            decoder.ask({"ask": "decode", "choice": {}}, hostile.jpeg_of_many_scans())
        assert decoder.broken
        assert not process.is_running()


def test_process_that_hangs_without_computing_is_ended(monkeypatch, pool):
    monkeypatch.setattr(decoders, "LIMIT_S", 1.0)
    with pool.one() as decoder:
        os.kill(decoder.pid, signal.SIGSTOP)
        with pytest.raises(UnreadableScan, match="took more than 1 s"):
            decoder.ask({"ask": "inspect"}, bytes(10**7))


def test_process_that_dies_costs_one_sentence(pool):
    with pool.one() as decoder:
        os.kill(decoder.pid, signal.SIGKILL)
        with pytest.raises(UnreadableScan, match="broke the program that reads it"):
            decoder.ask({"ask": "inspect"}, PNG)


def test_two_are_read_at_once_and_the_third_waits_or_is_told(monkeypatch, pool):
    monkeypatch.setattr(decoders, "_PATIENCE_S", 0.05)
    busy = pytest.raises(UnreadableScan, match="Many scans are being read just now")
    with pool.one(), pool.one(), busy:
        pool.one().__enter__()
    monkeypatch.setattr(decoders, "_PATIENCE_S", 60)
    told = []

    def inspect():
        with pool.one() as decoder:
            told.append(decoder.ask({"ask": "inspect"}, PNG)[0]["kind"])

    threads = [threading.Thread(target=inspect) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == ["picture"] * 5


def test_one_scan_is_read_between_the_files_of_other_peoples_batches():
    told = []

    def read_one():
        told.append(uploads.decode(PNG).pixels.shape)

    # Both places are taken by people who bring many files.
    batches = [uploads.decode_all([PNG] * 4) for _ in range(2)]
    for batch in batches:
        next(batch)
    visitor = threading.Thread(target=read_one)
    visitor.start()
    until(lambda: uploads._decoders().awaited, within_s=90, what="a visitor in the queue")
    rest = [next(batches[0])]
    visitor.join(90)
    assert told == [RAMP.shape]
    rest += [*batches[0], *batches[1]]
    assert [scan.pixels.shape for scan in rest] == [RAMP.shape] * 6


def test_decoder_ends_after_its_upload_and_another_waits(pool):
    with pool.one() as decoder:
        decoder.ask({"ask": "inspect"}, PNG)
        first = decoder.pid
    assert not psutil.pid_exists(first)
    with pool.one() as decoder:
        assert decoder.pid != first


APP = """
import sys
from core.scans.decoders import Decoders
pool = Decoders()
with pool.one() as decoder:
    pool.prepare()
    print(decoder.pid, pool._spare.pid, flush=True)
    sys.stdin.read()
"""


def test_app_that_is_killed_leaves_no_decoder_behind():
    app = subprocess.Popen(
        [sys.executable, "-c", APP], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    children = [psutil.Process(int(pid)) for pid in app.stdout.readline().split()]
    assert len(children) == 2
    app.kill()
    app.wait()
    app.stdin.close()
    app.stdout.close()
    _, alive = psutil.wait_procs(children, timeout=90)
    assert not alive


def test_app_imports_no_decoder_of_dicom_or_nifti():
    program = "import core.scans.uploads, sys; print({'pydicom', 'nibabel'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", program]).strip() == b"set()"


# Hostile files


COSTLY = {"jpeg of 3,000 scans"}  # ten seconds of it, in the benchmark


def held_bytes(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


@pytest.fixture(scope="module")
def shared():
    """Lend a function that asks one process again and again, as long as nothing breaks it."""
    pool, lent = Decoders(), ExitStack()
    alive = []

    def decoder():
        if not alive or alive[-1].broken:
            lent.close()
            alive.append(lent.enter_context(pool.one()))
        return alive[-1]

    yield decoder
    lent.close()
    pool.close()


@pytest.mark.parametrize("name", [name for name in hostile.BOMBS if name not in COSTLY])
@pytest.mark.skipif(not LINUX, reason="what a process held most is read from /proc")
def test_bomb_is_a_scan_or_a_sentence_within_the_limits(name, shared, monkeypatch):
    monkeypatch.setattr(decoders, "LIMIT_S", 60.0)  # on a busy machine; the benchmark has 10 s
    data, decoder = hostile.BOMBS[name](), shared()
    assert len(data) <= uploads.MAX_BYTES
    header, body = decoder.ask({"ask": "look"}, data)
    assert held_bytes(decoder.pid) <= 600 * 10**6
    assert header["answer"] in {"scan", "problem"}
    if header["answer"] == "problem":
        assert header["problem"].endswith(".")
        assert not body


WHOLE = hostile.whole()
NATIVE = ["png", "jpeg", "dicom", "rle dicom", "nii", "nii.gz"]


@pytest.mark.filterwarnings("ignore")
@settings(deadline=None, max_examples=200)
@given(
    name=st.sampled_from(NATIVE),
    flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 7)), max_size=6),
    share=st.floats(0.2, 1),
)
def test_any_flipped_bits_and_any_beginning_are_a_scan_or_a_refusal(name, flips, share):
    content = bytearray(WHOLE[name])
    for place, bit in flips:
        content[int(place * len(content))] ^= 1 << bit
    scan_or_refusal(bytes(content[: round(share * len(content))]))


def scan_or_refusal(data):
    try:
        scan = formats.decode(data, Choice())
    except UnreadableScan as refusal:
        assert str(refusal).endswith(".")  # noqa: PT017
    else:
        assert scan.pixels.dtype == np.uint8
        assert scan.pixels.ndim == 2


def test_flipped_bits_in_compiled_decoders_cost_a_process_at_most():
    # Through the processes: these run C, which could take the tests along.
    files = [
        hostile.flipped(WHOLE[name], seed)
        for name in ("jpeg dicom", "j2k dicom", "rle dicom")
        for seed in range(25)
    ]
    results = list(uploads.decode_all(files))
    assert len(results) == len(files)
    assert any(isinstance(result, UnreadableScan) for result in results)
    np.testing.assert_array_equal(uploads.decode(PNG).pixels, RAMP)


# Pictures: what is said of them


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("data", "note"),
    [
        (scan_files.picture(RAMP.astype(np.uint16) * 100), "more than 8 bits"),
        (scan_files.picture(Image.new("RGB", (8, 8), "red")), "colours became grays"),
        (scan_files.picture(Image.new("CMYK", (8, 8)), "JPEG"), "colours became grays"),
        (hostile.gif_of_many_frames(3), "several frames: the first is shown"),
    ],
)
def test_what_is_done_to_a_picture_is_said(data, note):
    assert any(note in sentence for sentence in formats.inspect(data).notes)
    assert formats.decode(data, Choice()).notes == formats.inspect(data).notes


def test_picture_on_its_side_is_turned_and_says_so():
    exif = Image.Exif()
    exif[0x0112] = 6
    data = scan_files.picture(RAMP, exif=exif)
    scan = formats.decode(data, Choice())
    np.testing.assert_array_equal(scan.pixels, np.rot90(RAMP, -1))
    assert scan.notes == ("It was turned upright, as its file says.",)


def test_spare_that_is_stale_is_replaced(monkeypatch, pool):
    pool.prepare()
    old = pool._spare
    monkeypatch.setattr(decoders, "IDLE_S", 0)
    with pool.one() as decoder:
        assert decoder is not old
    until(lambda: not psutil.pid_exists(old.pid), within_s=90, what="the end of the old one")


# What it leaves behind

HELD = """
import gc, sys
import numpy as np
import psutil
from benchmarks import scan_files
from core.scans import freed, uploads

def read(side):
    data = scan_files.picture(np.random.default_rng(0).integers(0, 256, (side, side), np.uint8))
    scan = uploads.decode(data)
    # Small things that stay, as on a page, lie behind the large ones that go.
    kept.append(bytes(20_000))

def held():
    read(64)
    gc.collect()
    return psutil.Process().memory_info().rss / 2**20

kept = []
if "keep" in sys.argv:
    freed.give_back = lambda: None
before = held()
for side in (1000, 2000, 3000, 3500, 3000, 2000):
    read(side)
print(held() - before)
"""


def growth_mb(*arguments):
    command = [sys.executable, "-c", HELD, *arguments]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(not LINUX, reason="where glibc keeps what was freed")
def test_memory_of_the_app_comes_back_after_large_uploads():
    assert growth_mb() < 0.5 * growth_mb("keep")
