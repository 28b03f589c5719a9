"""The public sets, fetched from the network."""

# kagglehub and requests ship no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

import hashlib
import json
import shutil
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any

from core.data.about import KAGGLE
from core.data.intake import figshare, places
from core.data.listing import list_scans
from core.data.scan_set import ScansError

KAGGLE_HANDLE = "sartajbhuvaji/brain-tumor-classification-mri"
"""What Kaggle calls it."""

FIGSHARE_FILES = "https://api.figshare.com/v2/articles/1512427/files"
"""Lists the figshare set's files with their addresses, sizes and MD5 sums."""

_LOOPBACK = "http://127.0.0.1:"  # a mirror on this machine needs no encryption
_KAGGLE_BYTES = 93_000_000  # its zip and its files are nearly the same size
_LOOK_S = 0.5
_TIMEOUT_S = 60.0
_CHUNK_BYTES = 2**20
_LARGEST_BYTES = 2 * 2**30


def fetch_kaggle(data_dir: str, name: str, on_progress: Callable[[str, float], None]) -> str:
    """Download the Kaggle set through `kagglehub` into the data directory.

    Returns:
        The set's name.

    Raises:
        ScansError: If the network or Kaggle does not give it, or gives something else.
    """
    import kagglehub  # noqa: PLC0415 - it takes a second, and only this needs it

    with places.arriving(Path(data_dir), name, KAGGLE) as folder:
        with _watched(folder, on_progress), _plain_refusal("Kaggle", _KAGGLE_BY_HAND):
            found = kagglehub.dataset_download(KAGGLE_HANDLE, output_dir=str(folder / "download"))
        _settle(Path(found), folder)
    return name


def fetch_figshare(data_dir: str, name: str, on_progress: Callable[[str, float], None]) -> str:
    """Download the figshare set, check its MD5 sums, and make it a data set.

    Returns:
        The set's name.

    Raises:
        ScansError: If the network or figshare does not give it, or gives something else.
    """
    directory = Path(data_dir)
    with _space(directory) as temporary:
        with _plain_refusal("figshare", _FIGSHARE_BY_HAND):
            files = [file for file in _json(FIGSHARE_FILES) if file["name"].endswith(".zip")]
            total = sum(file["size"] for file in files)
            if not 0 < total <= _LARGEST_BYTES:
                raise ValueError(f"it lists {total} bytes")
            done = 0
            for number, file in enumerate(files):
                target = temporary / f"{number}.zip"
                for size in _download(file, target):
                    on_progress("Downloading from figshare", (done + size) / total)
                done += file["size"]
        return figshare.convert(str(temporary), data_dir, name, on_progress)


_KAGGLE_BY_HAND = (
    "download the zip from kaggle.com/datasets/sartajbhuvaji/brain-tumor-classification-mri with "
    "your browser, unpack it, and put the folder into the data directory."
)
_FIGSHARE_BY_HAND = (
    "download the four zips from doi.org/10.6084/m9.figshare.1512427 with your browser into one "
    "folder, and give its path here, on an installation of your own."
)


@contextmanager
def _plain_refusal(site: str, by_hand: str) -> Generator[None]:
    """Turn what a network can do wrong into one sentence.

    Raises:
        ScansError: With what to do instead.
    """
    try:
        yield
    except ScansError:
        raise
    except Exception as error:  # requests, urllib and kagglehub have a family of errors each
        reason = "does not answer" if _is_of_network(error) else f"refused ({_short(error)})"
        raise ScansError(
            f"{site} {reason}: try again later where the network allows it, or {by_hand}",
        ) from error


def _is_of_network(error: Exception) -> bool:
    import requests  # noqa: PLC0415 - kagglehub brings it

    if isinstance(error, urllib.error.HTTPError):
        return False
    broken = requests.ConnectionError, requests.Timeout, urllib.error.URLError, HTTPException
    return isinstance(error, (*broken, TimeoutError, ConnectionError))


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


@contextmanager
def _watched(folder: Path, on_progress: Callable[[str, float], None]) -> Generator[None]:
    """Report how much has arrived while kagglehub downloads, which does not say."""
    ended = threading.Event()

    def report() -> None:
        while not ended.wait(_LOOK_S):
            with suppress(OSError):  # a file may go while we look
                size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
                share = min(0.99, size / (2 * _KAGGLE_BYTES))
                on_progress(f"Downloading from Kaggle, {size / 1e6:.0f} MB so far", share)

    on_progress("Downloading from Kaggle", 0.0)
    watching = threading.Thread(target=report, daemon=True)
    watching.start()
    try:
        yield
    finally:
        ended.set()
        watching.join()


def _settle(found: Path, folder: Path) -> None:
    """Move `Training` and `Testing` to where a data set has them, and drop the rest."""
    roots = [found, *sorted(path for path in found.rglob("*") if path.is_dir())]
    root = next((path for path in roots if list_scans(path).layout == "split"), None)
    if root is None or not list_scans(root).files:
        raise ScansError(
            "What Kaggle gave holds no Training and Testing folders of pictures: the set has "
            "changed; put its folders into the data directory by hand.",
        )
    for path in list(root.iterdir()):
        if path.is_dir() and not path.name.startswith("."):
            path.rename(folder / path.name)
    shutil.rmtree(folder / "download")


@contextmanager
def _space(data_dir: Path) -> Generator[Path]:
    """Yield a place for what is downloaded, on the disk where it goes."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=data_dir, prefix=".arriving-") as temporary:
        yield Path(temporary)


def _json(address: str) -> list[dict[str, Any]]:
    with _opened(address) as response:
        return json.load(response)


def _download(file: dict[str, Any], target: Path) -> Generator[int]:
    """Fetch a file and yield the bytes that have come so far.

    Raises:
        ValueError: If it is not the file that was listed.
    """
    digest = hashlib.md5(usedforsecurity=False)
    size = 0
    with _opened(file["download_url"]) as response, target.open("wb") as out:
        while chunk := response.read(_CHUNK_BYTES):
            size += len(chunk)
            if size > file["size"]:
                break
            out.write(chunk)
            digest.update(chunk)
            yield size
    if size != file["size"] or digest.hexdigest() != file["computed_md5"]:
        raise ValueError(f"{file['name']} arrived damaged")


def _opened(address: str) -> Any:
    if not address.startswith(("https://", _LOOPBACK)):
        raise ValueError(f"{address} is no https address")
    return urllib.request.urlopen(address, timeout=_TIMEOUT_S)  # noqa: S310 - checked above
