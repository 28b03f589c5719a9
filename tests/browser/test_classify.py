"""Scans brought to the Classify page, as a person does it in a browser."""

import csv
import io
import urllib.request

import nibabel
import numpy as np
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage, generate_uid

from core import store
from tests.browser.test_runs import SLOW_MS, squares, start
from tests.waiting import until, until_drawn

CANARY = "Canary^Yellow"
LARGE = 2 * 10**6
"""More bytes than all other files of these tests together."""

MAPS = "[data-testid=stImage] img"


def trained(page, server):
    """Train a model, and return its name in links."""
    run_id = start(page, squares(epochs=2))
    until(
        lambda: not store.read_run(server.db, run_id).is_active,
        within_s=SLOW_MS / 1000,
        what="the run's end",
    )
    return f"{run_id}-final"


def oval(seed):
    """What could be a slice of a head: a bright oval in dark air."""
    rows, columns = np.mgrid[:96, :96] - 47.5
    gray = (np.hypot(rows / 1.1, columns) < 38) * (150 + 20 * np.cos(rows / 9 + seed))
    return gray.astype(np.uint8)


def head(path, seed):
    Image.fromarray(oval(seed)).save(path)
    return path


def noise(path):
    draw = np.random.default_rng(0)
    Image.fromarray(draw.integers(0, 256, (1500, 1500), np.uint8)).save(path)
    assert path.stat().st_size > LARGE
    return path


def dicom(path):
    """Save a file of one frame, with a name that must not be seen."""
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID = MRImageStorage
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID = generate_uid()
    data.PatientName = CANARY
    data.set_pixel_data(oval(1).astype(np.uint16) * 8, "MONOCHROME2", 12)
    data.save_as(path, enforce_file_format=True)
    return path


def volume(path):
    """Save twenty slices."""
    slices = np.stack([oval(seed).T[:, ::-1] for seed in range(20)], axis=2)
    nibabel.save(nibabel.Nifti1Image(slices.astype(np.int16), np.eye(4)), path)
    return path


def seen(page, count):
    """Wait until that many pictures are really drawn."""
    page.wait_for_function(
        f"n => [...document.querySelectorAll('{MAPS}')]"
        ".filter(i => i.complete && i.naturalWidth > 0).length === n",
        arg=count,
        timeout=SLOW_MS,
    )


def held_bytes(server):
    """Return the size of the uploads that Streamlit holds of all visitors."""
    with urllib.request.urlopen(f"{server.url}/_stcore/metrics") as reply:
        lines = reply.read().decode().splitlines()
    held = [line for line in lines if "UploadedFileManager" in line and "bytes{" in line]
    return sum(int(line.rsplit(" ", 1)[1]) for line in held)  # No line: it holds none.


def bring(page, *paths):
    # There are two of these fields, and this one may come late.
    until_drawn(page)
    page.locator("input[type=file]").last.set_input_files(list(paths))


def take_away(page, name):
    until_drawn(page)
    page.get_by_role("button", name=f"Remove {name}").click()
    page.get_by_role("button", name=f"Remove {name}").wait_for(state="detached")


def choose_files(page):
    until_drawn(page)
    page.get_by_text("Files", exact=True).click()
    page.get_by_text("PNG, JPEG, DICOM or NIfTI").wait_for()


def test_an_upload_is_read_its_heat_map_seen_and_many_give_a_table(page, server, tmp_path):
    page.goto(f"/classify?model={trained(page, server)}")
    page.get_by_text("In truth it is").wait_for(timeout=SLOW_MS)
    seen(page, 2)
    choose_files(page)
    seen(page, 0)
    bring(page, head(tmp_path / "one.png", 0))
    seen(page, 2)
    page.locator(".js-plotly-plot .barlayer path").first.wait_for()
    until_drawn(page)
    before = page.locator(MAPS).first.get_attribute("src")
    page.get_by_role("slider", name="Opacity of the heat maps").press("ArrowLeft")
    page.wait_for_function(
        f"before => document.querySelector('{MAPS}')?.src !== new URL(before, location).href",
        arg=before,
    )
    bring(page, head(tmp_path / "two.png", 2), head(tmp_path / "=three.png", 3))
    page.get_by_test_id("stDataFrame").wait_for(timeout=SLOW_MS)
    until_drawn(page)
    with page.expect_download() as waiting:
        page.get_by_test_id("stDownloadButton").get_by_role("button").click()
    rows = list(csv.DictReader(io.StringIO(waiting.value.path().read_text())))
    assert sorted(row["name"] for row in rows) == ["'=three.png", "one.png", "two.png"]
    assert all(row["class"] in {"bright", "dark"} for row in rows)


def test_a_dicom_file_and_a_volume_are_read_and_their_heat_maps_seen(page, server, tmp_path):
    page.goto(f"/classify?model={trained(page, server)}")
    page.get_by_text("In truth it is").wait_for(timeout=SLOW_MS)
    choose_files(page)
    bring(page, dicom(tmp_path / "one.dcm"))
    seen(page, 2)
    take_away(page, "one.dcm")
    seen(page, 0)
    bring(page, volume(tmp_path / "many.nii.gz"))
    page.get_by_role("slider", name="Slice").wait_for(timeout=SLOW_MS)
    seen(page, 2)
    take_away(page, "many.nii.gz")
    seen(page, 0)
    (tmp_path / "broken.dcm").write_bytes((tmp_path / "one.dcm").read_bytes()[:900])
    bring(page, tmp_path / "broken.dcm")
    page.get_by_role("alert").get_by_text("broken.dcm: ").first.wait_for(timeout=SLOW_MS)
    take_away(page, "broken.dcm")
    bring(page, noise(tmp_path / "noise.png"))
    page.get_by_text("This does not look like a slice of a head").first.wait_for(timeout=SLOW_MS)
    until_drawn(page)
    assert CANARY not in page.content()
    assert held_bytes(server) > LARGE
    page.get_by_role("link", name="Runs").click()
    page.get_by_role("heading", name="Runs").wait_for()
    until(lambda: held_bytes(server) < LARGE, within_s=90, what="the end of the uploads")
    assert CANARY not in server.log.read_text()


def test_a_whole_model_is_refused_with_the_reason_and_nothing_is_lost(page, server, tmp_path):
    page.goto(f"/classify?model={trained(page, server)}")
    page.get_by_text("In truth it is").wait_for(timeout=SLOW_MS)
    until_drawn(page)
    page.get_by_text("Weights from elsewhere").click()
    model = tmp_path / "mine.keras"
    model.write_bytes(b"PK\x03\x04 a whole model")
    page.locator("input[type=file]").first.set_input_files(model)
    refused = page.get_by_text("can run code when it is opened, and is refused: save")
    refused.first.wait_for(timeout=SLOW_MS)
    seen(page, 2)
    page.set_viewport_size({"width": 390, "height": 800})
    page.wait_for_function("document.documentElement.scrollWidth <= 390")
