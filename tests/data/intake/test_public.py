"""Public sets are fetched by the real clients, from a server of the test's own."""

import hashlib
import http.server
import json
import socket
import threading
import zipfile

import pytest

from core.data import about, folders
from core.data.intake import public
from core.data.scan_set import ScansError
from tests.data.intake.mats import scan, write_mat
from tests.data.intake.zips import files_in, png, write_zip

CLASSES = ("glioma_tumor", "meningioma_tumor", "no_tumor", "pituitary_tumor")


class Site(http.server.ThreadingHTTPServer):
    """Answers what `answers` holds for a path; 404 for all else."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = {}
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        length = int(self.headers.get("Content-Length", 0))
        self.rfile.read(length)
        content = self.server.answers.get(self.path)
        self.send_response(404 if content is None else 200)
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write(content or b"")

    def do_POST(self):
        self.do_GET()

    def log_message(self, *_):
        pass


@pytest.fixture
def site():
    server = Site()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def fetch(job, tmp_path):
    reports = []
    job(str(tmp_path / "data"), "set", on_progress=lambda *report: reports.append(report))
    return reports


# Kaggle

GET = "/v1/datasets.DatasetApiService/GetDataset"
DOWNLOAD = "/v1/datasets.DatasetApiService/DownloadDataset"


def kaggle_zip(tmp_path, *, above=""):
    entries = [
        (f"{above}{side}/{name}/image({number}).jpg", png(number + 10 * CLASSES.index(name)))
        for side in ("Training", "Testing")
        for name in CLASSES
        for number in range(2)
    ]
    return write_zip(tmp_path / "kaggle.zip", entries).read_bytes()


@pytest.fixture
def kaggle(site, monkeypatch, tmp_path):
    from kagglesdk import kaggle_env

    site.answers[GET] = json.dumps({"currentVersionNumber": 3}).encode()
    # The address alone is another one: what talks to it is kagglehub itself.
    monkeypatch.setitem(kaggle_env._env_to_endpoint, kaggle_env.KaggleEnv.PROD, site.url)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("KAGGLEHUB_CACHE", str(tmp_path / "kagglehub"))
    return site


@pytest.mark.parametrize("above", ["", "Brain-Tumor/dataset/"])
def test_the_kaggle_set_becomes_a_folder_with_its_split(kaggle, tmp_path, above):
    kaggle.answers[DOWNLOAD] = kaggle_zip(tmp_path, above=above)
    reports = fetch(public.fetch_kaggle, tmp_path)
    assert reports[0] == ("Downloading from Kaggle", 0.0)
    (summary,) = folders.list_folders(tmp_path / "data")
    assert summary.layout == "split"
    assert summary.classes == CLASSES
    assert summary.training == summary.testing == (2, 2, 2, 2)
    assert summary.about.title == "Brain Tumor Classification (MRI)"
    assert "kaggle.com" in summary.about.source
    assert len(files_in(tmp_path / "data")) == 17


def test_a_kaggle_set_of_another_layout_is_said(kaggle, tmp_path):
    kaggle.answers[DOWNLOAD] = write_zip(tmp_path / "a.zip", [("new/1.jpg", png(1))]).read_bytes()
    with pytest.raises(ScansError, match="no Training and Testing folders"):
        fetch(public.fetch_kaggle, tmp_path)
    assert files_in(tmp_path / "data") == []


def test_a_refusal_of_kaggle_says_what_to_do_instead(kaggle, tmp_path):
    with pytest.raises(ScansError, match=r"Kaggle refused \(404 .* with your browser"):
        fetch(public.fetch_kaggle, tmp_path)
    assert files_in(tmp_path / "data") == []


def closed_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def test_without_a_network_kaggle_does_not_answer(kaggle, tmp_path, monkeypatch):
    from kagglesdk import kaggle_env

    nowhere = f"http://127.0.0.1:{closed_port()}"
    monkeypatch.setitem(kaggle_env._env_to_endpoint, kaggle_env.KaggleEnv.PROD, nowhere)
    with pytest.raises(ScansError, match="Kaggle does not answer: try again later"):
        fetch(public.fetch_kaggle, tmp_path)


# figshare


@pytest.fixture
def figshare(site, tmp_path, monkeypatch):
    """The article's list of files, two zips of `.mat` files and the rest that lies there."""
    number, listed = 0, []
    for part in range(2):
        archive = tmp_path / f"part{part}.zip"
        with zipfile.ZipFile(archive, "w") as opened:
            for label in (1, 2, 3):
                number += 1
                image, mask = scan(number)
                path = write_mat(
                    tmp_path / f"{number}.mat",
                    image=image,
                    label=label,
                    patient=f"p{number}",
                    mask=mask,
                )
                opened.write(path, path.name)
        content = archive.read_bytes()
        site.answers[f"/files/{part}"] = content
        listed.append(
            {
                "name": f"brainTumorDataPublic_{part}.zip",
                "size": len(content),
                "download_url": f"{site.url}/files/{part}",
                "computed_md5": hashlib.md5(content, usedforsecurity=False).hexdigest(),
            }
        )
    listed.append({"name": "README.txt", "size": 3, "download_url": f"{site.url}/readme"})
    site.answers["/articles"] = json.dumps(listed).encode()
    monkeypatch.setattr(public, "FIGSHARE_FILES", f"{site.url}/articles")
    return site


def test_the_figshare_set_becomes_a_folder_with_its_patients(figshare, tmp_path):
    reports = fetch(public.fetch_figshare, tmp_path)
    assert ("Downloading from figshare", 1.0) in reports
    assert reports[-1] == ("Reading the MATLAB files", 1.0)
    (summary,) = folders.list_folders(tmp_path / "data")
    assert summary.classes == ("glioma", "meningioma", "pituitary")
    assert summary.training == (2, 2, 2)
    folder = tmp_path / "data" / "set"
    assert about.read(folder).licence == "CC BY 4.0"
    assert (folder / "patients.csv").read_text().splitlines()[1] == "meningioma/1.png,p1"
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["set"]


def test_a_damaged_download_is_not_used(figshare, tmp_path):
    content = bytearray(figshare.answers["/files/1"])
    content[100] ^= 1
    figshare.answers["/files/1"] = bytes(content)
    with pytest.raises(ScansError, match=r"figshare refused \(.*arrived damaged\)"):
        fetch(public.fetch_figshare, tmp_path)
    assert files_in(tmp_path / "data") == []


def test_a_download_longer_than_listed_is_cut_off(figshare, tmp_path):
    figshare.answers["/files/0"] += bytes(5 * 2**20)
    with pytest.raises(ScansError, match="arrived damaged"):
        fetch(public.fetch_figshare, tmp_path)


@pytest.mark.parametrize("size", [0, 10 * 2**40])
def test_sizes_that_cannot_be_are_refused_before_the_download(figshare, tmp_path, size):
    listed = json.loads(figshare.answers["/articles"])
    listed[0]["size"], listed[1]["size"] = size, 0
    figshare.answers["/articles"] = json.dumps(listed).encode()
    with pytest.raises(ScansError, match="figshare refused"):
        fetch(public.fetch_figshare, tmp_path)


def test_other_addresses_than_https_are_refused(figshare, tmp_path):
    listed = json.loads(figshare.answers["/articles"])
    listed[0]["download_url"] = "file:///etc/passwd"
    figshare.answers["/articles"] = json.dumps(listed).encode()
    with pytest.raises(ScansError, match="no https address"):
        fetch(public.fetch_figshare, tmp_path)


def test_without_a_network_figshare_does_not_answer(tmp_path, monkeypatch):
    monkeypatch.setattr(public, "FIGSHARE_FILES", f"http://127.0.0.1:{closed_port()}/articles")
    with pytest.raises(ScansError, match=r"figshare does not answer: .* download the four zips"):
        fetch(public.fetch_figshare, tmp_path)
