"""How many scans a second are simulated, and read from a folder?

Simulated: slices of 150 pixels with their lesions and masks, on one core. Their
reference cuts as many plain slices through a volume as large, at the same places,
with SciPy's `map_coordinates`, and does nothing else.

Read: JPEG files made 150 pixels large by what the app reads folders with, on two
cores. The files are simulated slices of 512 pixels, or copies of what lies in the
folder that the environment variable BENCHMARK_SCANS names, in sub-folders by class.
The reference opens, converts and resizes each with Pillow, one after the other.

Prints a line for each, and ends with the folder's once more under its own name.
"""

import dataclasses
import io
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from threadpoolctl import threadpool_limits

from benchmarks.cores import cores
from benchmarks.homes import temporary_home
from benchmarks.report import Measurement, publish, tell
from core.data import folders
from core.data.listing import list_scans
from core.data.simulated.dataset import DrawnSlices, draw_subjects
from core.data.simulated.head import Head
from core.data.simulated.head_cache import load_head
from core.data.simulated.parameters import CLASSES, PRESETS
from core.data.simulated.raster import Raster
from core.specs.data import FolderScans

FOLDER = "BENCHMARK_SCANS"
_SIZE_PX, _FILE_PX = 150, 512
_SUBJECTS, _SUBJECTS_IN_FILES = 600, 100
_FILES = 2400
_CORES = 2
_SUFFIXES = {".jpg", ".jpeg"}
_JPEG_QUALITY = 80
_REPEATS = 3


def measure() -> Measurement:
    """Measure simulated slices and files read in a second."""
    with temporary_home() as settings:
        tell("Building the simulated head.")
        head = load_head(settings.cache_dir, on_share=lambda _share: None)
    publish(_simulated(head))
    folder = _folder(head)
    publish(folder)
    return dataclasses.replace(folder, name="scans")


def _simulated(head: Head) -> Measurement:
    tell("Simulating slices.")
    chunk = _SUBJECTS // _REPEATS
    ours: list[float] = []
    reference: list[float] = []
    with threadpool_limits(1):
        for first in range(0, chunk * _REPEATS, chunk):
            began = time.perf_counter()
            drawn = _draw(head, range(first, first + chunk), _SIZE_PX)
            ours.append(len(drawn.slices) / (time.perf_counter() - began))
            reference.append(_cuts_a_second(head, drawn))
            tell(f"{ours[-1]:,.0f} slices a second, {reference[-1]:,.0f} plain cuts.")
    return Measurement(
        "scans_simulated", statistics.median(ours), "slices a second", statistics.median(reference)
    )


def _draw(head: Head, numbers: Sequence[int], size_px: int) -> DrawnSlices:
    return draw_subjects(head, PRESETS["demo"], seed=0, numbers=numbers, size_px=size_px)


def _cuts_a_second(head: Head, drawn: DrawnSlices) -> float:
    """Cut the slices out of one volume, linearly interpolated, and return how many a second."""
    volume, raster = head.depths.astype(np.float32), Raster(_SIZE_PX)
    origin = head.origin.reshape(3, 1, 1)
    places = [
        (scan.pose.points(scan.subject.body, raster) - origin) / head.voxel_mm
        for scan in drawn.slices
    ]
    began = time.perf_counter()
    for place in places:
        ndimage.map_coordinates(volume, place, order=1)
    return len(places) / (time.perf_counter() - began)


def _folder(head: Head) -> Measurement:
    with tempfile.TemporaryDirectory() as name:
        data_dir = Path(name)
        tell("Writing JPEG files.")
        paths = _write_files(data_dir / "files", _given_files() or _simulated_files(head))
        ours: list[float] = []
        reference: list[float] = []
        with cores(_CORES):
            for _ in range(_REPEATS):
                ours.append(_read_a_second(data_dir))
                reference.append(_plainly_read_a_second(paths))
                tell(f"{ours[-1]:,.0f} files a second, {reference[-1]:,.0f} with Pillow alone.")
    return Measurement(
        "scans_folder", statistics.median(ours), "files a second", statistics.median(reference)
    )


def _given_files() -> list[tuple[str, bytes]]:
    """Return class and content of each JPEG file in the folder that the environment names."""
    folder = os.environ.get(FOLDER)
    if not folder:
        return []
    files = [file for file in list_scans(Path(folder)).files if file.path.suffix in _SUFFIXES]
    return [(file.label, file.path.read_bytes()) for file in files]


def _simulated_files(head: Head) -> list[tuple[str, bytes]]:
    drawn = _draw(head, range(_SUBJECTS_IN_FILES), _FILE_PX)
    return [
        (CLASSES[scan.label], _jpeg(image))
        for scan, image in zip(drawn.slices, drawn.images, strict=True)
    ]


def _jpeg(image: NDArray[np.uint8]) -> bytes:
    """Return a file as the public sets hold them: three equal channels, about 25 kB."""
    file = io.BytesIO()
    Image.fromarray(image).convert("RGB").save(file, "JPEG", quality=_JPEG_QUALITY)
    return file.getvalue()


def _write_files(folder: Path, sources: Sequence[tuple[str, bytes]]) -> list[Path]:
    """Write copies of the sources, one folder a class, and return where they are."""
    paths: list[Path] = []
    for number, (label, content) in enumerate(islice(cycle(sources), _FILES)):
        path = folder / label / f"{number}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        paths.append(path)
    return paths


def _read_a_second(data_dir: Path) -> float:
    spec = FolderScans(folder="files", image_size=_SIZE_PX)
    began = time.perf_counter()
    scans = folders.build(spec, data_dir=data_dir, on_progress=lambda _phase, _share: None)
    return len(scans.images) / (time.perf_counter() - began)


def _plainly_read_a_second(paths: Sequence[Path]) -> float:
    began = time.perf_counter()
    for path in paths:
        with Image.open(path) as image:
            np.asarray(image.convert("L").resize((_SIZE_PX, _SIZE_PX)))
    return len(paths) / (time.perf_counter() - began)
