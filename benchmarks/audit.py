"""How long does the audit of 3,264 scans take, and how much memory?

As many files as the public set has are written first: copies of the JPEG files in the
folder that the environment variable BENCHMARK_SCANS names, or else of simulated slices,
each with small changes of its own (dimmed, shifted by a pixel, compressed anew), so that
there are twins to find but few equal files; their classes and split are kept. The audit
runs as the app runs it, in a process of its own, on two cores, with nothing kept from
before. The reference reads the same files with Pillow, to the size at which the audit
compares them, and does nothing else.

Prints a line for the memory too: the most that the process held, beside the reference's.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import cycle, islice
from pathlib import Path

import numpy as np
import psutil
from numpy.typing import NDArray
from PIL import Image

from benchmarks.homes import environment_of, temporary_home
from benchmarks.processes import ROOT
from benchmarks.report import Measurement, publish, tell
from benchmarks.scans import FOLDER
from core.data.listing import list_scans
from core.data.simulated.dataset import draw_subjects
from core.data.simulated.head_cache import load_head
from core.data.simulated.parameters import CLASSES, PRESETS
from core.settings import Settings

_FILES = 3264
_CORES = 2
_REPEATS = 3
_FILE_PX, _SUBJECTS = 512, 160
_TEST_EVERY = 8
_QUALITIES = (75, 92)
_LOOK_S = 0.02

_AUDIT = """
import sys
from core.data.audit import kept
from core.settings import Settings
from core.specs.data import FolderScans
settings = Settings()
spec = FolderScans(folder=sys.argv[1]).model_dump(mode="json")
kept.make(spec, str(settings.data_dir), sys.argv[2], on_progress=lambda *_: None)
"""

_READ = """
import sys
from pathlib import Path
from PIL import Image
for path in sorted(Path(sys.argv[1]).rglob("*.jpg")):
    with Image.open(path) as image:
        image.convert("L").resize((160, 160))
"""


def measure() -> Measurement:
    """Measure the seconds of an audit, and publish its memory."""
    ours: list[float] = []
    reference: list[float] = []
    memories: list[tuple[float, float]] = []
    with temporary_home() as settings:
        folder = settings.data_dir / "many"
        tell(f"Writing {_FILES:,} files.")
        _write(folder, _sources(settings))
        for _ in range(_REPEATS):
            with tempfile.TemporaryDirectory() as cache:
                took, held = _run(_AUDIT, "many", cache, settings=settings)
            plainly, plainly_held = _run(_READ, str(folder), settings=settings)
            ours.append(took)
            reference.append(plainly)
            memories.append((held, plainly_held))
            tell(f"The audit took {took:.1f} s and {held:.0f} MB, reading alone {plainly:.1f} s.")
    publish(Measurement("audit_memory", *_largest(memories)))
    return Measurement("audit", statistics.median(ours), "s", statistics.median(reference))


def _sources(settings: Settings) -> list[tuple[str, NDArray[np.uint8]]]:
    """Return the place (split and class) and the pixels of each scan to copy."""
    given = os.environ.get(FOLDER)
    if given:
        listing = list_scans(Path(given))
        return [(str(Path(file.name).parent), _pixels(file.path)) for file in listing.files]
    head = load_head(settings.cache_dir, on_share=lambda _share: None)
    drawn = draw_subjects(head, PRESETS["demo"], seed=0, numbers=range(_SUBJECTS), size_px=_FILE_PX)
    return [
        (f"{'Testing' if number % _TEST_EVERY == 0 else 'Training'}/{CLASSES[scan.label]}", image)
        for number, (scan, image) in enumerate(zip(drawn.slices, drawn.images, strict=True))
    ]


def _pixels(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as image:
        return np.asarray(image.convert("L"))


def _write(folder: Path, sources: Sequence[tuple[str, NDArray[np.uint8]]]) -> None:
    """Write changed copies of the sources, until there are `_FILES`."""
    draw = np.random.default_rng(0)
    for number, (place, pixels) in enumerate(islice(cycle(sources), _FILES)):
        changed = np.roll(pixels * draw.uniform(0.85, 1.0), draw.integers(-1, 2), axis=1)
        path = folder / place / f"{number}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        quality = int(draw.integers(*_QUALITIES))
        Image.fromarray(changed.astype(np.uint8)).convert("RGB").save(path, quality=quality)


def _run(program: str, *arguments: str, settings: Settings) -> tuple[float, float]:
    """Run a program on two cores; return its seconds and the most megabytes it held."""
    began = time.perf_counter()
    process = psutil.Popen(
        [sys.executable, "-c", program, *arguments], cwd=ROOT, env=environment_of(settings)
    )
    if hasattr(process, "cpu_affinity"):  # macOS
        process.cpu_affinity(sorted(process.cpu_affinity())[:_CORES])
    held = 0
    while process.poll() is None:
        with suppress(psutil.NoSuchProcess):
            held = max(held, process.memory_info().rss)
        with suppress(psutil.TimeoutExpired):
            process.wait(_LOOK_S)
    took = time.perf_counter() - began
    if process.returncode:
        raise RuntimeError(f"The program failed with the status {process.returncode}.")
    return took, held / 2**20


def _largest(memories: Sequence[tuple[float, float]]) -> tuple[float, str, float]:
    """The most that ours and the reference held, with the unit between, as a measurement has it."""
    return max(ours for ours, _ in memories), "MB", max(plain for _, plain in memories)
