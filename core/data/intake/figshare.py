"""The brain tumor dataset of Cheng: slices in MATLAB 7.3 files, four zips on figshare.

A file holds `cjdata` with `image` (int16), `label` (1 meningioma, 2 glioma,
3 pituitary tumor), `PID` (the patient), `tumorMask` and `tumorBorder`.
Source: the set's README, figshare article 1512427, version 5.
"""

# h5py's types are partial.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingTypeStubs=false

import tempfile
import zipfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.data import masks, patients
from core.data.about import FIGSHARE
from core.data.intake import archives, places
from core.data.intake.archives import Caps
from core.data.listing import natural
from core.data.scan_set import ScansError
from core.scans.images import MAX_PIXELS

CLASSES = {1: "meningioma", 2: "glioma", 3: "pituitary"}
"""The set's labels."""

CAPS = Caps(files=5_000, total_bytes=4 * 2**30, file_bytes=32 * 2**20)
"""Of one zip of the set; all four hold 3,064 files of about 300 kB."""

_FOLDS = "cvind.mat"
_LONGEST_ID = 64


@dataclass(frozen=True, eq=False)
class Slice:
    """One scan of the set.

    Attributes:
        image: Shape (height, width), uint16; 0 is the least value of the file.
        mask: The tumor, the same shape, bool.
        label: 1, 2 or 3.
        patient: The patient's id.
    """

    image: NDArray[np.uint16]
    mask: NDArray[np.bool_]
    label: int
    patient: str


def read_mat(path: Path) -> Slice:
    """Read one file of the set; in a process of its own, with limits.

    Raises:
        ScansError: If it is damaged or none of the set.
    """
    try:
        with h5py.File(path, "r") as file:
            return _slice(file)
    except Exception as error:  # HDF5 raises OSError, RuntimeError, KeyError and more on damage
        raise ScansError(
            f"{path.name} is no file of the set by Cheng, or it is damaged ({error}): download "
            "the set again.",
        ) from error


def convert(
    source: str, data_dir: str, name: str, on_progress: Callable[[str, float], None]
) -> str:
    """Make the set's files a data set: PNG of 16 bits, masks, and the patients of all scans.

    Args:
        source: A folder with the set's zips or `.mat` files, at any depth, or one zip.
        data_dir: The directory of data sets.
        name: The set's folder there.
        on_progress: Receives what is being done and the share done, 0 to 1.

    Returns:
        The set's name.

    Raises:
        ScansError: If nothing of the set is there, or a file of it is damaged.
    """
    with (
        places.arriving(Path(data_dir), name, FIGSHARE) as folder,
        _mat_files(Path(source), Path(data_dir), on_progress) as files,
    ):
        if not files:
            raise ScansError(
                f"There is no .mat file in {Path(source).name!r}: give the folder that holds the "
                "set's four zips, or what was in them.",
            )
        people: dict[str, str] = {}
        for done, path in enumerate(files, start=1):
            people |= _write(read_mat(path), path.stem, folder)
            on_progress("Reading the MATLAB files", done / len(files))
        patients.write(folder, people)
    return name


def _slice(file: h5py.File) -> Slice:
    data = _own(file, "cjdata", h5py.Group)
    # MATLAB keeps columns together, so h5py sees its arrays transposed.
    image = _array(data, "image", MAX_PIXELS).T
    mask = _array(data, "tumorMask", MAX_PIXELS).T
    if image.ndim != 2 or mask.shape != image.shape:  # noqa: PLR2004
        raise ValueError(f"its image has the shape {image.shape}, its mask {mask.shape}")
    label = int(_array(data, "label", 1).item())
    if label not in CLASSES:
        raise ValueError(f"its label is {label}")
    letters = _array(data, "PID", _LONGEST_ID).ravel()
    return Slice(
        image=(image.astype(np.int32) - int(image.min())).astype(np.uint16),
        mask=mask != 0,
        label=label,
        patient="".join(map(chr, letters.astype(int).tolist())).strip(),
    )


def _array(data: h5py.Group, name: str, most: int) -> NDArray[Any]:
    """Read an array of numbers after looking at its size; never one that lies in another file."""
    found = _own(data, name, h5py.Dataset)
    if found.dtype.kind not in "iuf" or not 0 < found.size <= most:
        raise ValueError(f"{name} has {found.size} values of {found.dtype}")
    if found.is_virtual or found.external:
        raise ValueError(f"{name} lies in another file")
    return np.asarray(found[()])


def _own(parent: h5py.Group, name: str, kind: type[Any]) -> Any:
    if not isinstance(parent.get(name, getlink=True), h5py.HardLink):
        raise KeyError(f"it has no {name} of its own")
    found = parent[name]
    if not isinstance(found, kind):
        raise TypeError(f"{name} is of another kind")
    return found


def _write(scan: Slice, stem: str, folder: Path) -> dict[str, str]:
    """Write a scan and its mask, and return its name and patient."""
    name = f"{CLASSES[scan.label]}/{places.plain_name(stem)}.png"
    (folder / name).parent.mkdir(exist_ok=True)
    Image.fromarray(scan.image).save(folder / name, compress_level=1)
    masks.write(folder, name, scan.mask)
    return {name: scan.patient}


@contextmanager
def _mat_files(
    source: Path, data_dir: Path, on_progress: Callable[[str, float], None]
) -> Generator[list[Path]]:
    """Yield the set's `.mat` files, unpacked for a while where they lie in zips."""
    zips = [source] if source.is_file() else sorted(source.rglob("*.zip"))
    loose = [] if source.is_file() else list(source.rglob("*.mat"))
    with tempfile.TemporaryDirectory(dir=data_dir, prefix=".arriving-") as temporary:
        unpacked = Path(temporary)
        for number, path in enumerate(zips):
            on_progress("Unpacking", number / len(zips))
            loose += _unpacked(path, unpacked / str(number))
        files = [path for path in loose if path.name != _FOLDS]
        yield sorted(files, key=lambda path: natural(path.name))


def _unpacked(path: Path, into: Path) -> Iterator[Path]:
    into.mkdir()
    try:
        with zipfile.ZipFile(path) as archive:
            chosen = [
                entry
                for entry in archives.entries_of(archive, CAPS)
                if entry.filename.lower().endswith(".mat")
            ]
            for entry, chunks in archives.contents_of(archive, chosen, CAPS):
                target = into / f"{places.plain_name(Path(entry.filename).stem)}.mat"
                with target.open("wb") as file:
                    file.writelines(chunks)
                yield target
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise ScansError(f"{path.name} is no whole zip: download it again.") from error
