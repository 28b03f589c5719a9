"""What do broken and hostile uploads cost: how long, how much memory, and the app?

Ours: a process that stands for the app reads each file of `benchmarks.hostile` as a page
does, and sound ones before and afterwards, to see that it still can. The figure is the longest that
a file took; a line more says what the largest decoder held, and another what the app held
after all of them beside what it held before. The reference reads the bombs with Pillow,
pydicom and nibabel alone, a process each, which is stopped after 20 s or at 4 GB.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import hostile, scan_files
from benchmarks.processes import ROOT
from benchmarks.report import Measurement, publish, tell

_BOUND_S, _BOUND_MB, _BOUND_GROWTH = 10.0, 600.0, 1.1
_REFERENCE_S = 20.0
_LIMIT_S = 600.0

_APP = """
import gc, json, resource, sys, time
from pathlib import Path
import psutil
from core.scans import uploads

def read(path):
    began = time.perf_counter()
    try:
        outcome = str(uploads.first_look(path.read_bytes())[1].pixels.shape)
    except uploads.UnreadableScan as refusal:
        outcome = str(refusal)
    return path.name, time.perf_counter() - began, outcome

def held():
    gc.collect()
    return psutil.Process().memory_info().rss

every = sorted(Path(sys.argv[1]).iterdir())
sound = [path for path in every if path.name.startswith("0")]
files = every[len(sound):]
first = [read(path) for path in sound]
before = held()
rows = [read(path) for path in files]
after, last = held(), [read(path) for path in sound]
decoder = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
same = [row[2] for row in first] == [row[2] for row in last]
print(json.dumps(dict(rows=rows, before=before, after=after, decoder=decoder, same=same)))
"""

_PLAIN = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (4 * 10**9, 4 * 10**9))
from io import BytesIO
from pathlib import Path
data = Path(sys.argv[1]).read_bytes()
try:
    if data[128:132] == b"DICM":
        import pydicom
        pydicom.dcmread(BytesIO(data)).pixel_array
    elif data[:2] == b"\\x1f\\x8b" or data[344:347] == b"n+1":
        import gzip, nibabel
        unpacked = gzip.decompress(data) if data[:2] == b"\\x1f\\x8b" else data
        nibabel.Nifti1Image.from_bytes(unpacked).get_fdata()
    else:
        from PIL import Image
        Image.open(BytesIO(data)).convert("L")
except Exception:
    pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


def measure() -> Measurement:
    """Measure the longest that a file took, and publish what was held.

    Raises:
        RuntimeError: If the app crashed, hung, or could read nothing afterwards.
    """
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder))
        app = _run_app(folder)
        slowest = max(app["rows"], key=lambda row: row[1])
        tell(f"{len(app['rows'])} files; the slowest was {slowest[0]}: {slowest[2]}")
        plain = [_read_plainly(path) for path in sorted(Path(folder).glob("2 *"))]
    megabytes = 10**6
    publish(
        Measurement(
            "decode_memory",
            app["decoder"] / megabytes,
            "MB",
            max(held for _, held in plain) / megabytes,
        )
    )
    publish(Measurement("decode_app", app["after"] / megabytes, "MB", app["before"] / megabytes))
    _require(app, slowest[1])
    return Measurement("decode", slowest[1], "s", max(seconds for seconds, _ in plain))


def _write(folder: Path) -> None:
    """Write sound files, the broken ones and the bombs, in this order of their names."""
    large = np.tile(hostile.RAMP, (48, 48))
    (folder / "0 small").write_bytes(scan_files.dicom(hostile.RAMP))
    (folder / "0 large").write_bytes(scan_files.dicom(large))
    (folder / "0 large, packed").write_bytes(scan_files.picture((large >> 4).astype(np.uint8)))
    for name, content in hostile.corpus():
        kind = 2 if name in hostile.BOMBS else 1
        (folder / f"{kind} {name}").write_bytes(content)


def _run_app(folder: str) -> dict[str, Any]:
    said = subprocess.run(
        [sys.executable, "-c", _APP, folder],
        cwd=ROOT,
        check=False,
        capture_output=True,
        timeout=_LIMIT_S,
        text=True,
    )
    if said.returncode:
        raise RuntimeError(f"The app ended with the status {said.returncode}: {said.stderr}")
    return json.loads(said.stdout)


def _read_plainly(path: Path) -> tuple[float, float]:
    """Return the seconds that the libraries alone took over a file, and the bytes they held."""
    began = time.perf_counter()
    try:
        said = subprocess.run(
            [sys.executable, "-c", _PLAIN, str(path)],
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_REFERENCE_S,
            text=True,
        ).stdout
    except subprocess.TimeoutExpired:
        said = ""
    return time.perf_counter() - began, float(said or 0)


def _require(app: dict[str, Any], slowest_s: float) -> None:
    """Say which of the bounds is broken, and stop if the app can no longer read."""
    if not app["same"]:
        raise RuntimeError("After all of them, the app reads sound files no more as before.")
    for what, figure, bound in (
        ("seconds", slowest_s, _BOUND_S),
        ("megabytes of a decoder", app["decoder"] / 10**6, _BOUND_MB),
        ("growth of the app", app["after"] / app["before"], _BOUND_GROWTH),
    ):
        tell(f"{what}: {figure:.4g}, bound {bound:g}: {'met' if figure <= bound else 'BROKEN'}")
